"""An ONNX file as layers; needs the library onnx, an extra. Its nodes are followed back from the output, and none is run."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from cnnviz.models.described_layers import Described, Description, shortened
from cnnviz.models.library_calls import MOST_LAYERS
from cnnviz.words import Problem

MOST_BYTES = 60_000_000

_PASSED_ON = ("Identity", "Cast", "Unsqueeze", "Squeeze")
_SCALED = ("Add", "Sub", "Mul", "Div")
_BY_THE_FIRST = ("Reshape", "Flatten", "Dropout", "Pad", "Clip", "ReduceMean", *_PASSED_ON)
"""Nodes whose further inputs only say how."""
CHANNELS_FIRST, CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
_TURNED = (CHANNELS_FIRST, CHANNELS_LAST)
_PLAIN = {
    "Relu": "ReLU", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Softmax": "Softmax", "LogSoftmax": "LogSoftmax", "Flatten": "Flatten",
    "GlobalAveragePool": "GlobalAveragePooling2D", "Dropout": "Dropout", "BatchNormalization": "BatchNormalization",
    "LayerNormalization": "LayerNorm", "Elu": "ELU", "Selu": "SELU", "Celu": "CELU", "PRelu": "PReLU", "HardSwish": "Hardswish", "HardSigmoid": "Hardsigmoid",
}  # fmt: skip


@dataclass(frozen=True)
class Node:
    """A node of the graph: the names of what it reads and makes, and its attributes."""

    kind: str
    name: str
    reads: tuple[str, ...]
    makes: tuple[str, ...]
    given: Mapping[str, Any]


@dataclass(frozen=True)
class ChainedNode:
    """A node that reads the one before it: its arrays in the order of its inputs, and its attributes."""

    kind: str
    arrays: tuple[np.ndarray, ...]
    given: Mapping[str, Any]

    @property
    def text(self) -> str:
        return shortened(f"{self.kind}({', '.join(str(one.shape) for one in self.arrays)})")


def read_onnx(content: bytes) -> Description:
    """The layers of a graph in which each node reads the one before it. Problem where the library is missing or nothing can be read."""
    try:
        found = _layers(chain_of(content))
    except (Problem, MemoryError):
        raise
    except Exception:  # whatever attributes and arrays of another kind than the format has make of this
        raise Problem("model.no_onnx") from None
    if not found:
        raise Problem("model.no_layers")
    return Description(tuple(found))


def _layers(chain: Iterable[ChainedNode]) -> list[Described]:
    found: list[Described] = []
    for node in chain:
        before = found[-1] if found else Described("")
        if _is_bias(node, before):
            found[-1] = Described(before.name, (), {**before.named, "bias": True}, f"{before.text}, Add")
        elif (layer := _layer(node, first=not found)) is not None:
            found.append(layer)
    return found


def chain_of(content: bytes) -> list[ChainedNode]:
    """The nodes from the image to the output; Problem where one reads several others."""
    try:
        onnx: Any = import_module("onnx")
    except ModuleNotFoundError:
        raise Problem("model.onnx_missing") from None
    if len(content) > MOST_BYTES:
        raise Problem("model.too_long", megabytes=MOST_BYTES / 1e6)
    try:
        graph = onnx.load_model_from_string(content).graph
        nodes = [_node(one, onnx) for one in graph.node]
        constants = _constants(graph, nodes, onnx)
    except MemoryError:
        raise
    except Exception:  # whatever its reader of protobuf raises
        raise Problem("model.no_onnx") from None
    path = _path(nodes, graph.output[0].name if graph.output else "", constants)
    return [ChainedNode(node.kind, tuple(constants[one] for one in node.reads if one in constants), node.given) for node in path]


def _node(one: Any, onnx: Any) -> Node:
    given = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in one.attribute}
    return Node(one.op_type, one.name, tuple(filter(None, one.input)), tuple(one.output), given)


def _path(nodes: Iterable[Node], output: str, constants: Mapping[str, np.ndarray]) -> list[Node]:
    """The nodes that lead to an output; those that work out sizes or something else are passed over. Problem where one reads several."""
    made = {name: node for node in nodes for name in node.makes}
    found: list[Node] = []
    while (node := made.get(output)) is not None:
        inputs = [name for name in node.reads if name not in constants]
        if not inputs or (len(inputs) > 1 and node.kind not in _BY_THE_FIRST):
            raise Problem("model.branches", name=(node.name or node.kind)[:40])
        found.append(node)
        if len(found) > MOST_LAYERS:
            raise Problem("model.too_many", n=len(found), most=MOST_LAYERS)
        output = inputs[0]
    return found[::-1]


def _constants(graph: Any, nodes: Iterable[Node], onnx: Any) -> dict[str, np.ndarray]:
    """Arrays by their names: those that the graph holds, and those that are another one reshaped or turned. What lies in a file beside it is void."""

    def read(value: Any) -> np.ndarray:
        if not isinstance(value, onnx.TensorProto):
            return np.asarray(value)
        if value.data_location == onnx.TensorProto.EXTERNAL:
            return _void(value.dims)
        array: np.ndarray = onnx.numpy_helper.to_array(value)
        return array

    found = {one.name: read(one) for one in graph.initializer}
    for node in nodes:
        first, *others = [found.get(name) for name in node.reads] or [None]
        if node.kind == "Constant":
            found[node.makes[0]] = read(next(iter(node.given.values())))
        elif first is not None and node.kind in ("Identity", "Cast"):
            found[node.makes[0]] = first
        elif first is not None and node.kind == "Transpose":
            found[node.makes[0]] = first.transpose(node.given.get("perm"))
        elif first is not None and node.kind == "Reshape" and others[0] is not None:
            sizes = [size or first.shape[n] for n, size in enumerate(_numbers(others[0]))]  # 0: as it was
            found[node.makes[0]] = first.reshape(sizes) if first.dtype != _VOID else _void(_filled(sizes, first.size))
    return found


_VOID = np.dtype("V1")
MOST_NUMBERS = 16
"""Numbers of a node's own, such as axes or a shape."""


def _void(shape: Iterable[int]) -> np.ndarray:
    """Return an array of that shape without numbers, which takes one byte."""
    return np.broadcast_to(np.zeros((), _VOID), tuple(shape))


def _filled(sizes: list[int], size: int) -> list[int]:
    """Return the sizes of a reshaped array, in which one may be -1."""
    known = math.prod(n for n in sizes if n >= 0)
    return [size // known if n < 0 else n for n in sizes]


def _numbers(array: np.ndarray) -> list[int]:
    """Return the whole numbers in an array of a node's own. Raise ValueError if it is not a vector of a few."""
    if array.ndim != 1 or array.size > MOST_NUMBERS or array.dtype == _VOID:
        raise ValueError(f"{array.shape} numbers")
    return [int(n) for n in array]


def _is_bias(node: ChainedNode, before: Described) -> bool:
    """Tells whether a sum is the bias of the product or the convolution before it: a number for each output."""
    outputs = before.named.get("units", before.named.get("filters"))
    return node.kind == "Add" and before.named.get("bias") is False and [one.size for one in node.arrays] == [outputs]


def _layer(node: ChainedNode, first: bool) -> Described | None:
    """A node as a layer; None where it only passes on what it reads."""
    given, arrays = node.given, node.arrays
    turned = node.kind == "Transpose" and tuple(given.get("perm", ())) in _TURNED
    if node.kind in _PASSED_ON or turned or (first and node.kind in _SCALED and all(one.size <= 4 for one in arrays)):
        return None
    named: dict[str, Any] = {}
    name = _PLAIN.get(node.kind, node.kind)
    if node.kind == "Reshape":
        name = "Flatten" if not arrays or (arrays[-1].size == 2 and int(arrays[-1].flat[0]) in (-1, 0, 1)) or (first and arrays[-1].size == 4) else name
    elif name in ("BatchNormalization", "LayerNorm", "GroupNormalization"):
        named = {"epsilon": round(float(given.get("epsilon", 1e-5)), 9), "groups": given.get("num_groups")}
        if name == "BatchNormalization":
            named["momentum"] = round(float(given.get("momentum", 0.9)), 9)
    elif node.kind == "Conv" and arrays and arrays[0].ndim == 4:
        f = arrays[0].shape
        named = {"in_channels": f[1] * given.get("group", 1), "filters": f[0], "k": f[2:], "groups": given.get("group", 1), "bias": len(arrays) > 1}
        name, named = "Conv2d", named | _sliding(given) | {"dilation": tuple(given.get("dilations", (1, 1)))}
    elif node.kind in ("MaxPool", "AveragePool") and len(given.get("kernel_shape", ())) == 2:
        named = {"k": tuple(given["kernel_shape"]), "ceil": bool(given.get("ceil_mode", 0)), "dilation": tuple(given.get("dilations", (1, 1)))} | _sliding(given)
        name = "MaxPool2d" if node.kind == "MaxPool" else "AvgPool2d"
    elif node.kind in ("Gemm", "MatMul") and arrays and arrays[0].ndim == 2:
        plain = node.kind == "MatMul" or (given.get("alpha", 1.0), given.get("beta", 1.0), given.get("transA", 0)) == (1.0, 1.0, 0)
        name, named = ("Linear" if plain else node.kind), {"units": arrays[0].shape[0 if given.get("transB") else 1], "bias": len(arrays) > 1}
    elif node.kind == "Dropout":
        named = {"rate": round(float(given.get("ratio", arrays[0] if arrays else 0.5)), 9)}
    elif node.kind in ("Softmax", "LogSoftmax"):
        named = {"dim": given.get("axis", -1)}
    elif node.kind == "Flatten":
        named = {"start": given.get("axis", 1)}
    elif node.kind == "LeakyRelu":
        name, named = "LeakyReLU", {"slope": round(float(given.get("alpha", 0.01)), 6)}
    elif node.kind == "ReduceMean" and sorted(given.get("axes", _numbers(arrays[-1]) if arrays else ())) in ([2, 3], [-2, -1]):
        name = "GlobalAveragePooling2D"
    elif node.kind == "Pad" and given.get("mode", b"constant") == b"constant":
        pads = list(given.get("pads", _numbers(arrays[0]) if arrays else ()))
        if len(pads) == 8 and not any((*pads[:2], *pads[4:6])):  # images and channels; then rows and columns, before and after
            name, named = "ZeroPad2d", {"padding": (pads[3], pads[7], pads[2], pads[6])}
    return Described(name, (), named, node.text)


def _sliding(given: Mapping[str, Any]) -> dict[str, Any]:
    """The stride, and the zeros around: the same on all sides, or as "same" has them; what differs is said by its numbers."""
    pads = tuple(given.get("pads", ()))
    same = given.get("auto_pad") in (b"SAME_UPPER", "SAME_UPPER")
    return {"stride": tuple(given.get("strides", (1, 1))), "padding": "same" if same else pads[0] if len({*pads}) == 1 else pads or 0}
