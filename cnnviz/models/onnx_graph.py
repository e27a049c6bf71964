"""ONNX files as layers; needs the optional library onnx. Nodes are followed back from the output, and none is run."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from cnnviz.models.described_layers import LayerDescription, ModelDescription, shorten
from cnnviz.models.library_calls import MOST_LAYERS
from cnnviz.words import Problem

MOST_BYTES = 60_000_000

_PASSED_ON = ("Identity", "Cast", "Unsqueeze", "Squeeze")
_SCALED = ("Add", "Sub", "Mul", "Div")
_FIRST_INPUT_ONLY = ("Reshape", "Flatten", "Dropout", "Pad", "Clip", "ReduceMean", *_PASSED_ON)
"""Nodes whose other inputs are only settings."""
CHANNELS_FIRST, CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
_PERMUTATIONS = (CHANNELS_FIRST, CHANNELS_LAST)
_SAME_LAYERS = {
    "Relu": "ReLU", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Softmax": "Softmax", "LogSoftmax": "LogSoftmax", "Flatten": "Flatten",
    "GlobalAveragePool": "GlobalAveragePooling2D", "Dropout": "Dropout", "BatchNormalization": "BatchNormalization",
    "LayerNormalization": "LayerNorm", "Elu": "ELU", "Selu": "SELU", "Celu": "CELU", "PRelu": "PReLU", "HardSwish": "Hardswish", "HardSigmoid": "Hardsigmoid",
}  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A node of the graph: the names of its inputs and outputs, and its attributes."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    makes: tuple[str, ...]
    attributes: Mapping[str, Any]


@dataclass(frozen=True)
class ChainedNode:
    """A node of a chain: its constant inputs in order, and its attributes."""

    kind: str
    arrays: tuple[np.ndarray, ...]
    attributes: Mapping[str, Any]

    @property
    def text(self) -> str:
        return shorten(f"{self.kind}({', '.join(str(array.shape) for array in self.arrays)})")


def read_onnx(content: bytes) -> ModelDescription:
    """Return the layers of a graph in which each node reads the one before it. Raise Problem if onnx is missing or
    the file is invalid."""
    try:
        layers = _layers(chain_of(content))
    except (Problem, MemoryError):
        raise
    except Exception:  # invalid attributes and arrays raise many kinds of errors
        raise Problem("model.no_onnx") from None
    if not layers:
        raise Problem("model.no_layers")
    return ModelDescription(tuple(layers))


def _layers(chain: Iterable[ChainedNode]) -> list[LayerDescription]:
    layers: list[LayerDescription] = []
    for node in chain:
        previous = layers[-1] if layers else LayerDescription("")
        if _is_bias(node, previous):
            layers[-1] = LayerDescription(previous.name, (), {**previous.named, "bias": True}, f"{previous.text}, Add")
        elif (layer := _layer(node, first=not layers)) is not None:
            layers.append(layer)
    return layers


def chain_of(content: bytes) -> list[ChainedNode]:
    """Return the nodes from the image to the output. Raise Problem if a node reads several others."""
    try:
        onnx: Any = import_module("onnx")
    except ModuleNotFoundError:
        raise Problem("model.onnx_missing") from None
    if len(content) > MOST_BYTES:
        raise Problem("model.too_long", megabytes=MOST_BYTES / 1e6)
    try:
        graph = onnx.load_model_from_string(content).graph
        nodes = [_node(proto, onnx) for proto in graph.node]
        constants = _constants(graph, nodes, onnx)
    except MemoryError:
        raise
    except Exception:  # the protobuf reader raises many kinds of errors
        raise Problem("model.no_onnx") from None
    path = _path(nodes, graph.output[0].name if graph.output else "", constants)
    return [ChainedNode(node.kind, tuple(constants[name] for name in node.inputs if name in constants), node.attributes) for node in path]


def _node(proto: Any, onnx: Any) -> Node:
    attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in proto.attribute}
    return Node(proto.op_type, proto.name, tuple(filter(None, proto.input)), tuple(proto.output), attributes)


def _path(nodes: Iterable[Node], output: str, constants: Mapping[str, np.ndarray]) -> list[Node]:
    """Return the nodes that lead to an output; others, such as computations of sizes, are skipped. Raise Problem if a
    node reads several others."""
    node_of = {name: node for node in nodes for name in node.makes}
    path: list[Node] = []
    while (node := node_of.get(output)) is not None:
        inputs = [name for name in node.inputs if name not in constants]
        if not inputs or (len(inputs) > 1 and node.kind not in _FIRST_INPUT_ONLY):
            raise Problem("model.branches", name=(node.name or node.kind)[:40])
        path.append(node)
        if len(path) > MOST_LAYERS:
            raise Problem("model.too_many", n=len(path), most=MOST_LAYERS)
        output = inputs[0]
    return path[::-1]


def _constants(graph: Any, nodes: Iterable[Node], onnx: Any) -> dict[str, np.ndarray]:
    """Return constant arrays by name, including reshaped and transposed ones. Arrays in external files are void."""

    def read(value: Any) -> np.ndarray:
        if not isinstance(value, onnx.TensorProto):
            return np.asarray(value)
        if value.data_location == onnx.TensorProto.EXTERNAL:
            return _placeholder(value.dims)
        array: np.ndarray = onnx.numpy_helper.to_array(value)
        return array

    constants = {tensor.name: read(tensor) for tensor in graph.initializer}
    for node in nodes:
        first_constant, *other_constants = [constants.get(name) for name in node.inputs] or [None]
        if node.kind == "Constant":
            constants[node.makes[0]] = read(next(iter(node.attributes.values())))
        elif first_constant is not None and node.kind in ("Identity", "Cast"):
            constants[node.makes[0]] = first_constant
        elif first_constant is not None and node.kind == "Transpose":
            constants[node.makes[0]] = first_constant.transpose(node.attributes.get("perm"))
        elif first_constant is not None and node.kind == "Reshape" and other_constants[0] is not None:
            sizes = [size or first_constant.shape[n] for n, size in enumerate(_numbers(other_constants[0]))]  # 0 keeps the size
            constants[node.makes[0]] = first_constant.reshape(sizes) if first_constant.dtype != _VOID else _placeholder(_fill_sizes(sizes, first_constant.size))
    return constants


_VOID = np.dtype("V1")
MOST_NUMBERS = 16
"""Upper limit of numbers in a node's settings, such as axes or a shape."""


def _placeholder(shape: Iterable[int]) -> np.ndarray:
    """Return a placeholder array of this shape, which takes one byte."""
    return np.broadcast_to(np.zeros((), _VOID), tuple(shape))


def _fill_sizes(sizes: list[int], size: int) -> list[int]:
    """Return the sizes of a reshaped array, with -1 replaced."""
    known_size = math.prod(n for n in sizes if n >= 0)
    return [size // known_size if n < 0 else n for n in sizes]


def _numbers(array: np.ndarray) -> list[int]:
    """Return the integers in an array of settings. Raise ValueError if it is not a short vector."""
    if array.ndim != 1 or array.size > MOST_NUMBERS or array.dtype == _VOID:
        raise ValueError(f"{array.shape} numbers")
    return [int(n) for n in array]


def _is_bias(node: ChainedNode, previous: LayerDescription) -> bool:
    """Return whether a sum is the bias of the preceding dense layer or convolution, with one number for each output."""
    outputs = previous.named.get("units", previous.named.get("filters"))
    return node.kind == "Add" and previous.named.get("bias") is False and [array.size for array in node.arrays] == [outputs]


def _layer(node: ChainedNode, first: bool) -> LayerDescription | None:
    """Return a node as a layer, or None if it passes on its input."""
    attributes, arrays = node.attributes, node.arrays
    is_permutation = node.kind == "Transpose" and tuple(attributes.get("perm", ())) in _PERMUTATIONS
    if node.kind in _PASSED_ON or is_permutation or (first and node.kind in _SCALED and all(array.size <= 4 for array in arrays)):
        return None
    keywords: dict[str, Any] = {}
    name = _SAME_LAYERS.get(node.kind, node.kind)
    if node.kind == "Reshape":
        name = "Flatten" if not arrays or (arrays[-1].size == 2 and int(arrays[-1].flat[0]) in (-1, 0, 1)) or (first and arrays[-1].size == 4) else name
    elif name in ("BatchNormalization", "LayerNorm", "GroupNormalization"):
        keywords = {"epsilon": round(float(attributes.get("epsilon", 1e-5)), 9), "groups": attributes.get("num_groups")}
        if name == "BatchNormalization":
            keywords["momentum"] = round(float(attributes.get("momentum", 0.9)), 9)
    elif node.kind == "Conv" and arrays and arrays[0].ndim == 4:
        f = arrays[0].shape
        keywords = {"in_channels": f[1] * attributes.get("group", 1), "filters": f[0], "k": f[2:], "groups": attributes.get("group", 1), "bias": len(arrays) > 1}
        name, keywords = "Conv2d", keywords | _window_settings(attributes) | {"dilation": tuple(attributes.get("dilations", (1, 1)))}
    elif node.kind in ("MaxPool", "AveragePool") and len(attributes.get("kernel_shape", ())) == 2:
        keywords = {"k": tuple(attributes["kernel_shape"]), "ceil": bool(attributes.get("ceil_mode", 0)), "dilation": tuple(attributes.get("dilations", (1, 1)))}
        keywords |= _window_settings(attributes)
        name = "MaxPool2d" if node.kind == "MaxPool" else "AvgPool2d"
    elif node.kind in ("Gemm", "MatMul") and arrays and arrays[0].ndim == 2:
        is_plain = node.kind == "MatMul" or (attributes.get("alpha", 1.0), attributes.get("beta", 1.0), attributes.get("transA", 0)) == (1.0, 1.0, 0)
        name, keywords = ("Linear" if is_plain else node.kind), {"units": arrays[0].shape[0 if attributes.get("transB") else 1], "bias": len(arrays) > 1}
    elif node.kind == "Dropout":
        keywords = {"rate": round(float(attributes.get("ratio", arrays[0] if arrays else 0.5)), 9)}
    elif node.kind in ("Softmax", "LogSoftmax"):
        keywords = {"dim": attributes.get("axis", -1)}
    elif node.kind == "Flatten":
        keywords = {"start": attributes.get("axis", 1)}
    elif node.kind == "LeakyRelu":
        name, keywords = "LeakyReLU", {"slope": round(float(attributes.get("alpha", 0.01)), 6)}
    elif node.kind == "ReduceMean" and sorted(attributes.get("axes", _numbers(arrays[-1]) if arrays else ())) in ([2, 3], [-2, -1]):
        name = "GlobalAveragePooling2D"
    elif node.kind == "Pad" and attributes.get("mode", b"constant") == b"constant":
        pads = list(attributes.get("pads", _numbers(arrays[0]) if arrays else ()))
        # images and channels, then rows and columns; first before, then after
        if len(pads) == 8 and not any((*pads[:2], *pads[4:6])):
            name, keywords = "ZeroPad2d", {"padding": (pads[3], pads[7], pads[2], pads[6])}
    return LayerDescription(name, (), keywords, node.text)


def _window_settings(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return stride and padding: one number, "same", or the numbers of each side if they differ."""
    pads = tuple(attributes.get("pads", ()))
    is_same = attributes.get("auto_pad") in (b"SAME_UPPER", "SAME_UPPER")
    return {"stride": tuple(attributes.get("strides", (1, 1))), "padding": "same" if is_same else pads[0] if len({*pads}) == 1 else pads or 0}
