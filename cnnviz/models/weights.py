"""The weights that a model's own file holds: those of a .keras archive, where a reader of HDF5 is installed, and of an ONNX file."""

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

from cnnviz.core.training.archives import piece_of
from cnnviz.models.keras_config import config_in
from cnnviz.models.onnx_graph import CHANNELS_LAST, ChainedNode, chain_of
from cnnviz.words import Problem

Arrays = dict[str, np.ndarray]

_KERAS = "model.weights.h5"
MOST_BYTES = 60_000_000
_LEARNING = ("Conv2D", "Dense")


def weights_in(content: bytes) -> Arrays:
    """Every array of a model's file by its name, in the order of its layers; none where it holds none, or where nothing here can read it.

    Files of visitors are not read so: HDF5's and protobuf's readers are for one's own.

    >>> weights_in(b"nn.Sequential()")
    {}
    """
    if content[:2] == b"PK":
        return _of_keras(content)
    return _of_onnx(content) if content[:1] == b"\x08" else {}


def _of_keras(content: bytes) -> Arrays:
    try:
        h5py: Any = import_module("h5py")
        stored = piece_of(content, _KERAS, MOST_BYTES + 1)
    except (ModuleNotFoundError, zipfile.BadZipFile):
        return {}
    if len(stored) > MOST_BYTES:
        raise Problem("model.too_long", megabytes=MOST_BYTES / 1e6)
    try:
        layers = json.loads(config_in(content))["config"]["layers"]
        with h5py.File(io.BytesIO(stored), "r") as h5:
            return {f"{name}/{n}": array for name in _stored_names(layers) for n, array in enumerate(_variables(h5, name))}
    except Exception:  # whatever its reader raises where it is damaged
        return {}


def _stored_names(layers: list[Mapping[str, Any]]) -> Iterator[str]:
    """Keras' names of the layers that learn where it keeps their weights: by their class, counted."""
    counts: Counter[str] = Counter()
    for layer in layers:
        kind = str(layer.get("class_name"))
        plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", kind).lower()
        if kind in _LEARNING:
            yield f"{plain}_{counts[plain]}" if counts[plain] else plain
        counts[plain] += 1


def _variables(h5: Any, name: str) -> Iterator[np.ndarray]:
    found = h5.get(f"layers/{name}/vars")
    for key in sorted(found.keys(), key=int) if found is not None else ():
        yield np.asarray(found[key])


def _of_onnx(content: bytes) -> Arrays:
    """PyTorch's layouts, or Keras' where a map is flattened with the channels last; a product without a sum has a bias of 0."""
    try:
        chain = chain_of(content)
    except Problem:
        return {}
    last = _flattens_channels_last(chain)
    found: list[tuple[str, np.ndarray]] = []
    for n, node in enumerate(chain):
        if node.kind in ("Conv", "Gemm", "MatMul") and node.arrays:
            w, *bias = node.arrays
            if w.ndim == 2 and not node.given.get("transB"):
                w = w.T
            after = next((one for one in chain[n + 1 : n + 2] if one.kind == "Add" and [len(w)] == [array.size for array in one.arrays]), None)
            bias = [*bias, *(after.arrays if after else ())] or ([np.zeros(len(w))] if w.ndim == 2 else [])
            found += [("weight", (w.transpose(2, 3, 1, 0) if w.ndim == 4 else w.T) if last else w), *(("bias", one.reshape(-1)) for one in bias)]
        elif node.kind == "BatchNormalization":
            found += [("weight", one) for one in node.arrays]
    if any(array.dtype.kind not in "fiu" for _, array in found):  # no numbers, or those of a file beside it
        return {}
    return {str(n) if last else f"{n}.{kind}": array for n, (kind, array) in enumerate(found)}


def _flattens_channels_last(chain: list[ChainedNode]) -> bool:
    return any(
        node.kind == "Transpose" and tuple(node.given.get("perm", ())) == CHANNELS_LAST and after.kind in ("Reshape", "Flatten") for node, after in pairwise(chain)
    )
