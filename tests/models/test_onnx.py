"""ONNX files as networks, where the library is installed."""

import importlib
import io

import numpy as np
import pytest

from cnnviz import from_model
from cnnviz.export.import_weights import lesson_of_weights, read_start
from cnnviz.models.reading import read_model
from cnnviz.models.weights import weights_in
from cnnviz.words import Problem

onnx = pytest.importorskip("onnx", reason="onnx is not installed: it is an extra")


def graph(nodes, shapes, after=(), output=None):
    """The bytes of a model whose nodes read one another in order, with initializers of these shapes."""
    initializers = [onnx.numpy_helper.from_array(np.zeros(shape, np.float32), name) for name, shape in shapes.items()]
    made, before = [], "input"
    for n, (kind, weights, attributes) in enumerate(nodes):
        made.append(onnx.helper.make_node(kind, [before, *weights], [f"t{n}"], **attributes))
        before = f"t{n}"
    image = onnx.helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, [1, 3, 32, 32])
    output = onnx.helper.make_tensor_value_info(output or before, onnx.TensorProto.FLOAT, None)
    return onnx.helper.make_model(onnx.helper.make_graph([*made, *after], "g", [image], [output], initializers))


CONV = ("Conv", ["f", "b"], {"kernel_shape": [5, 5], "strides": [1, 1], "pads": [0, 0, 0, 0], "dilations": [1, 1], "group": 1})
POOL = ("MaxPool", [], {"kernel_shape": [2, 2], "strides": [2, 2]})
SHAPES = {"f": (6, 3, 5, 5), "b": (6,), "w": (10, 1176), "c": (10,), "m": (1176, 10)}


def test_a_graph_is_the_network_that_it_says():
    nodes = [CONV, ("Relu", [], {}), POOL, ("Flatten", [], {}), ("Gemm", ["w", "c"], {"transB": 1})]
    assert str(from_model(graph(nodes, SHAPES).SerializeToString())) == "conv6x5b-relu-max2-dense10-softmax-ce"


def test_a_product_and_the_sum_after_it_are_a_dense_layer():
    nodes = [CONV, ("Sigmoid", [], {}), ("GlobalAveragePool", [], {}), ("Flatten", [], {}), ("MatMul", ["m"], {}), ("Add", ["c"], {}), ("Softmax", [], {})]
    model = read_model(graph(nodes, SHAPES).SerializeToString())
    assert model.net == "conv6x5b-sigmoid-gap-dense10-softmax-ce" and model.is_whole


def test_what_there_is_not_is_named():
    nodes = [CONV, ("HardSwish", [], {}), ("Flatten", [], {}), ("Gemm", ["w"], {"transB": 1})]
    model = read_model(graph(nodes, SHAPES).SerializeToString())
    assert [(layer.words, [note.id for note in layer.notes]) for layer in model.layers][1:2] == [((), ["model.unknown"])]
    assert model.layers[-1].notes[0].id == "model.dense_bias"


def test_branches_are_said():
    add = onnx.helper.make_node("Add", ["t0", "t1"], ["sum"])
    content = graph([CONV, ("Relu", [], {})], SHAPES, after=[add], output="sum").SerializeToString()
    with pytest.raises(Problem, match="only one path"):
        read_model(content)
    skipping = onnx.helper.make_node("Sigmoid", ["t0"], ["other"])
    with pytest.raises(Problem, match="only one path"):
        read_model(graph([CONV, ("Relu", [], {})], SHAPES, after=[skipping], output="other").SerializeToString())


def test_a_damaged_file_gets_a_sentence():
    content = graph([CONV], SHAPES).SerializeToString()
    for damaged in (content[: len(content) // 2], content[:40], content[:10] + b"\xff" * 200):
        with pytest.raises(Problem):
            read_model(damaged)


@pytest.mark.parametrize("turned", [False, True])
def test_its_weights_give_its_outputs(turned):
    rng = np.random.default_rng(3)
    arrays = {"f": rng.normal(size=(4, 1, 3, 3)), "b": rng.normal(size=4), "w": rng.normal(size=(3, 2704) if turned else (2704, 3)) / 50, "c": rng.normal(size=3)}
    made = [onnx.numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()]
    nodes = [
        onnx.helper.make_node("Conv", ["x", "f", "b"], ["z"]),
        onnx.helper.make_node("Tanh", ["z"], ["a"]),
        onnx.helper.make_node("Flatten", ["a"], ["v"]),
        onnx.helper.make_node("Gemm", ["v", "w", "c"], ["y"], transB=int(turned)),
    ]
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in (("x", [1, 1, 28, 28]), ("y", [1, 3]))]
    model = onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", ends[:1], ends[1:], made), ir_version=8)
    content = model.SerializeToString()
    network = from_model(content)
    lesson, n = lesson_of_weights(weights_in(content), str(network))
    assert n == 4 and lesson.img == "digit7-0"
    file = io.BytesIO()
    np.savez(file, **weights_in(content))
    params = read_start(file.getvalue(), lesson)[0].first_params()
    x = rng.random((28, 28))
    ours = network.forward(params, x)["z2"]
    evaluator = importlib.import_module("onnx.reference").ReferenceEvaluator(model)
    np.testing.assert_allclose(evaluator.run(None, {"x": x[None, None].astype(np.float32)})[0][0], ours, rtol=1e-4, atol=1e-4)
