"""The weights that a model's own file holds: those of a .keras archive, where a reader of HDF5 is installed, and of an ONNX file."""

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import numpy as np

from cnnviz.core.archives import piece_of
from cnnviz.models.keras_config import config_in
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
    try:
        onnx: Any = import_module("onnx")
        graph = onnx.load_model_from_string(content).graph
    except Exception:  # the library is missing, or whatever its reader raises
        return {}
    stored = {one.name: one for one in graph.initializer}
    found: Arrays = {}
    for node in graph.node:
        if node.op_type in ("Conv", "Gemm", "MatMul", "Add"):
            turned = node.op_type == "MatMul" or (node.op_type == "Gemm" and not any(one.name == "transB" and one.i for one in node.attribute))
            for name in (name for name in node.input if name in stored):
                array = onnx.numpy_helper.to_array(stored[name])
                kind = "weight" if array.ndim > 1 else "bias"
                found[f"{len(found)}.{kind}"] = array.T if turned and array.ndim == 2 else array
    return found
