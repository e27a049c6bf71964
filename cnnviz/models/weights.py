"""Weights in model files: .keras archives, if h5py is installed, and ONNX files."""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np

from cnnviz.core.training.archives import read_member
from cnnviz.models.keras_config import config_in
from cnnviz.models.onnx_graph import CHANNELS_LAST, ChainedNode, chain_of
from cnnviz.words import Problem

Arrays = dict[str, np.ndarray]

_KERAS = "model.weights.h5"
MOST_BYTES = 60_000_000
_LEARNING = ("Conv2D", "Dense")


def weights_in(content: bytes) -> Arrays:
    """Return the arrays of a model's file by name, in layer order; {} if it contains none, or an ONNX file's reader is not
    installed. Raise Problem if h5py is not installed.

    Never use it for visitors' files: HDF5 and protobuf readers are only for the user's own files.

    >>> weights_in(b"nn.Sequential()")
    {}
    """
    if content[:2] == b"PK":
        return _keras_weights(content)
    return _onnx_weights(content) if content[:1] == b"\x08" else {}


def _keras_weights(content: bytes) -> Arrays:
    try:
        stored = read_member(content, _KERAS, MOST_BYTES + 1)
    except zipfile.BadZipFile:
        return {}
    try:
        h5py: Any = import_module("h5py")
    except ModuleNotFoundError:
        raise Problem("model.needs_h5py") from None
    if len(stored) > MOST_BYTES:
        raise Problem("model.too_long", megabytes=MOST_BYTES / 1e6)
    try:
        layers = json.loads(config_in(content))["config"]["layers"]
        with h5py.File(io.BytesIO(stored), "r") as h5:
            return {f"{name}/{n}": array for name in _stored_names(layers) for n, array in enumerate(_variables(h5, name))}
    except Exception:  # damaged files raise many kinds of errors
        return {}


def _stored_names(layers: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the names under which Keras stores the weights of layers: their classes, numbered."""
    counts: Counter[str] = Counter()
    for layer in layers:
        kind = str(layer.get("class_name"))
        snake_name = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", kind).lower()
        if kind in _LEARNING:
            yield f"{snake_name}_{counts[snake_name]}" if counts[snake_name] else snake_name
        counts[snake_name] += 1


def _variables(h5: Any, name: str) -> Iterator[np.ndarray]:
    group = h5.get(f"layers/{name}/vars")
    for key in sorted(group.keys(), key=int) if group is not None else ():
        yield np.asarray(group[key])


def _onnx_weights(content: bytes) -> Arrays:
    """Return arrays in PyTorch's layouts, or in Keras's if a map is flattened with channels last. A product without a
    sum gets a zero bias."""
    try:
        chain = chain_of(content)
    except Problem:
        return {}
    channels_last = _flattens_channels_last(chain)
    arrays: list[tuple[str, np.ndarray]] = []
    for n, node in enumerate(chain):
        if node.kind in ("Conv", "Gemm", "MatMul") and node.arrays:
            w, *bias = node.arrays
            if w.ndim == 2 and not node.attributes.get("transB"):
                w = w.T
            bias_node = next((node for node in chain[n + 1 : n + 2] if node.kind == "Add" and [len(w)] == [array.size for array in node.arrays]), None)
            bias = [*bias, *(bias_node.arrays if bias_node else ())] or ([np.zeros(len(w))] if w.ndim == 2 else [])
            arrays += [("weight", (w.transpose(2, 3, 1, 0) if w.ndim == 4 else w.T) if channels_last else w), *(("bias", array.reshape(-1)) for array in bias)]
        elif node.kind == "BatchNormalization":
            arrays += [("weight", array) for array in node.arrays]
    if any(array.dtype.kind not in "fiu" for _, array in arrays):  # not numeric, or stored in an external file
        return {}
    return {str(n) if channels_last else f"{n}.{kind}": array for n, (kind, array) in enumerate(arrays)}


def _flattens_channels_last(chain: list[ChainedNode]) -> bool:
    return any(
        node.kind == "Transpose" and tuple(node.attributes.get("perm", ())) == CHANNELS_LAST and after.kind in ("Reshape", "Flatten") for node, after in pairwise(chain)
    )
