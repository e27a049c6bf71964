"""An ONNX file as layers; needs the library onnx, an extra. Its nodes are read, and none is run."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from cnnviz.models.containers import MOST_LAYERS
from cnnviz.models.described import Described, Description, shortened
from cnnviz.words import Problem

MOST_BYTES = 60_000_000

_PASSED_ON = ("Identity", "Cast", "Constant", "Shape", "Gather", "Concat", "Unsqueeze", "Squeeze", "Transpose", "QuantizeLinear", "DequantizeLinear")
_PLAIN = {
    "Relu": "ReLU", "Sigmoid": "Sigmoid", "Tanh": "Tanh", "Softmax": "Softmax", "LogSoftmax": "LogSoftmax", "Flatten": "Flatten", "Reshape": "Flatten",
    "GlobalAveragePool": "GlobalAveragePooling2D", "Dropout": "Dropout", "BatchNormalization": "BatchNormalization",
}  # fmt: skip


def read_onnx(content: bytes) -> Description:
    """The layers of a graph in which each node reads the one before it. Problem where the library is missing or nothing can be read."""
    try:
        onnx: Any = import_module("onnx")
    except ModuleNotFoundError:
        raise Problem("model.onnx_missing") from None
    if len(content) > MOST_BYTES:
        raise Problem("model.too_long", megabytes=MOST_BYTES / 1e6)
    try:
        graph = onnx.load_model_from_string(content).graph
    except Exception:  # whatever its reader of protobuf raises
        raise Problem("model.no_onnx") from None
    if len(graph.node) > MOST_LAYERS:
        raise Problem("model.too_many", n=len(graph.node), most=MOST_LAYERS)
    shapes = {one.name: tuple(one.dims) for one in graph.initializer}
    layers = _fused(graph.node, {one.name for one in graph.input} - {*shapes}, shapes, onnx)
    if not layers:
        raise Problem("model.no_layers")
    return Description(tuple(layers))


def _fused(nodes: Iterable[Any], made: set[str], shapes: dict[str, tuple[int, ...]], onnx: Any) -> list[Described]:
    """The nodes as layers; a product and the sum after it are one dense layer. Problem where one reads another than the one before it."""
    found: list[Described] = []
    constant = {*shapes}
    for node in nodes:
        inputs = [name for name in node.input if name and name not in constant]
        if not inputs:
            constant |= {*node.output}
            continue
        if node.op_type in _PASSED_ON:
            made |= {*node.output} if made & {*inputs} else set()
            continue
        if inputs[0] not in made or (len(inputs) > 1 and node.op_type != "Reshape"):
            raise Problem("model.branches", name=(node.name or node.op_type)[:40])
        weights = [shapes[name] for name in node.input if name in shapes]
        made = {*node.output}
        if node.op_type == "Add" and found and found[-1].name == "Linear" and weights:
            found[-1] = Described("Linear", (), {**found[-1].named, "bias": True}, f"{found[-1].text}, Add")
        else:
            found.append(_layer(node, weights, {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}))
    return found


def _layer(node: Any, weights: list[tuple[int, ...]], given: dict[str, Any]) -> Described:
    text = shortened(f"{node.op_type}({', '.join(str(shape) for shape in weights)})")
    name = _PLAIN.get(node.op_type)
    if name:
        return Described(name, (), {"epsilon": round(float(given.get("epsilon", 1e-5)), 9)}, text)
    if node.op_type == "Conv" and weights and len(weights[0]) == 4:
        named = {"filters": weights[0][0], "k": tuple(weights[0][2:]), "stride": tuple(given.get("strides", (1, 1))), "dilation": tuple(given.get("dilations", (1, 1)))}
        return Described("Conv2d", (), named | {"groups": given.get("group", 1), "bias": len(weights) > 1, **_padding(given)}, text)
    if node.op_type in ("MaxPool", "AveragePool"):
        named = {"k": tuple(given.get("kernel_shape", ())), "stride": tuple(given.get("strides", (1, 1))), "ceil": bool(given.get("ceil_mode", 0))}
        return Described("MaxPool2d" if node.op_type == "MaxPool" else "AvgPool2d", (), named | _padding(given), text)
    if node.op_type in ("Gemm", "MatMul") and weights and len(weights[0]) == 2:
        units = weights[0][0 if given.get("transB") else 1]
        return Described("Linear", (), {"units": units, "bias": len(weights) > 1}, text)
    if node.op_type == "LeakyRelu":
        return Described("LeakyReLU", (), {"slope": round(float(given.get("alpha", 0.01)), 6)}, text)
    return Described(node.op_type, (), {}, text)


def _padding(given: dict[str, Any]) -> dict[str, Any]:
    """The zeros around: the same on all sides, or as "same" has them; what differs is said by its numbers."""
    pads = tuple(given.get("pads", ()))
    if given.get("auto_pad") in (b"SAME_UPPER", "SAME_UPPER"):
        return {"padding": "same"}
    return {"padding": pads[0] if len({*pads}) == 1 else pads or 0}
