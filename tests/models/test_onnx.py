"""ONNX files as networks, and their weights as what gives their outputs."""

import contextlib
import io
import tracemalloc

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from cnnviz import from_model
from cnnviz.__main__ import main
from cnnviz.core.training.snapshots import run_updates
from cnnviz.export.import_weights import read_start, setup_of_weights
from cnnviz.models.reading import read_model
from cnnviz.models.weights import weights_in
from cnnviz.words import Problem


def graph(nodes, shapes, after=(), output=None):
    """A model whose nodes read one another in order, with initializers of these shapes."""
    initializers = [onnx.numpy_helper.from_array(np.zeros(shape, np.float32), name) for name, shape in shapes.items()]
    result, before = [], "input"
    for n, (kind, weights, attributes) in enumerate(nodes):
        result.append(onnx.helper.make_node(kind, [before, *weights], [f"t{n}"], **attributes))
        before = f"t{n}"
    image = onnx.helper.make_tensor_value_info("input", onnx.TensorProto.FLOAT, [1, 3, 32, 32])
    output = onnx.helper.make_tensor_value_info(output or before, onnx.TensorProto.FLOAT, None)
    return onnx.helper.make_model(onnx.helper.make_graph([*result, *after], "g", [image], [output], initializers))


CONV = ("Conv", ["f", "b"], {"kernel_shape": [5, 5], "strides": [1, 1], "pads": [0, 0, 0, 0], "dilations": [1, 1], "group": 1})
POOL = ("MaxPool", [], {"kernel_shape": [2, 2], "strides": [2, 2]})
SHAPES = {"f": (6, 3, 5, 5), "b": (6,), "w": (10, 1176), "c": (10,), "m": (1176, 10)}


def test_a_graph_is_the_network_that_it_says():
    nodes = [CONV, ("Relu", [], {}), POOL, ("Flatten", [], {}), ("Gemm", ["w", "c"], {"transB": 1})]
    assert str(from_model(graph(nodes, SHAPES).SerializeToString())) == "conv6x5b-relu-max2-dense10-softmax-ce"


def test_a_product_and_the_sum_after_it_are_a_dense_layer():
    nodes = [CONV, ("Sigmoid", [], {}), ("GlobalAveragePool", [], {}), ("Flatten", [], {}), ("MatMul", ["m"], {}), ("Add", ["c"], {}), ("Softmax", [], {})]
    model = read_model(graph(nodes, SHAPES).SerializeToString())
    assert model.net == "conv6x5b-sigmoid-gap-dense10-softmax-ce" and model.is_exact


def test_what_there_is_not_is_named():
    nodes = [CONV, ("HardSwish", [], {}), ("MaxPool", [], {"kernel_shape": [2]}), ("Reshape", ["six"], {}), ("Flatten", [], {}), ("Gemm", ["w"], {"transB": 1})]
    model = read_model(graph(nodes, SHAPES | {"six": (6,)}).SerializeToString())
    message = [(layer.words, [note.id for note in layer.notes]) for layer in model.layers]
    assert message[1:4] == [((), ["model.activation"]), ((), ["model.unknown"]), ((), ["model.at_start"])]
    assert message[-1] == (("dense10",), ["model.dense_bias"])


def test_a_node_with_an_attribute_or_an_array_of_another_kind_gets_a_sentence():
    words = onnx.helper.make_tensor("f", onnx.TensorProto.STRING, [6, 3, 5, 5], [b"x"] * 450)
    for kind, weights, given in (("MaxPool", [], {"kernel_shape": 2}), ("ReduceMean", ["one"], {}), ("Transpose", [], {"perm": 1})):
        content = graph([CONV, (kind, weights, given)], SHAPES | {"one": ()}).SerializeToString()
        with pytest.raises(Problem, match="cannot be read"):
            read_model(content)
    model = graph([CONV], SHAPES)
    model.graph.initializer[0].CopyFrom(words)
    assert weights_in(model.SerializeToString()) == {}


def test_branches_are_said_and_what_leads_to_no_output_is_no_layer():
    add = onnx.helper.make_node("Add", ["t0", "t1"], ["sum"])
    content = graph([CONV, ("Relu", [], {})], SHAPES, after=[add], output="sum").SerializeToString()
    with pytest.raises(Problem, match="Only one path"):
        read_model(content)
    skipping = onnx.helper.make_node("Sigmoid", ["t0"], ["other"])
    model = read_model(graph([CONV, ("Relu", [], {})], SHAPES, after=[skipping], output="other").SerializeToString())
    assert [layer.words for layer in model.layers] == [("conv6x5b",), ("sigmoid",)]


def test_a_damaged_file_gets_a_sentence():
    content = graph([CONV], SHAPES).SerializeToString()
    for damaged in (content[: len(content) // 2], content[:40], content[:10] + b"\xff" * 200):
        with pytest.raises(Problem):
            read_model(damaged)


# ---- whole models, as PyTorch, Keras' converters and CNTK write them

RNG = np.random.default_rng(3)
ARRAYS = {"f": RNG.normal(size=(4, 1, 3, 3)), "b": RNG.normal(size=4), "w": RNG.normal(size=(2704, 3)) / 50, "c": RNG.normal(size=3)}
NORM = {name: np.abs(RNG.normal(size=4)) + 0.1 for name in "gsmv"}
CHANNELS_LAST = ARRAYS["w"].reshape(4, 26, 26, 3).transpose(1, 2, 0, 3).reshape(2704, 3)
NET = "conv4x3b-tanh-dense3-softmax-ce"


def whole(*nodes, **arrays):
    """A model of nodes (kind, what it reads, attributes, what it makes) and arrays, from x to y."""
    result = [onnx.numpy_helper.from_array(array if array.dtype == np.int64 else array.astype(np.float32), name) for name, array in arrays.items()]
    steps = [onnx.helper.make_node(kind, reads.split(), [makes], **given) for kind, reads, given, makes in nodes]
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in (("x", [1, 1, 28, 28]), ("y", [1, 3]))]
    kinds = onnx.helper.make_opsetid("", 17)
    return onnx.helper.make_model(onnx.helper.make_graph(steps, "g", ends[:1], ends[1:], result), ir_version=8, opset_imports=[kinds])


CONVOLVED = [("Conv", "x f b", {}, "z"), ("Tanh", "z", {}, "a")]
FLAT = ("Flatten", "a", {}, "v")
SIZES = [("Shape", "x", {}, "size"), ("Slice", "size zero one", {}, "first"), ("Concat", "first rest", {"axis": 0}, "target"), ("Reshape", "a target", {}, "v")]
WHOLE = {
    "pytorch": (NET, whole(*CONVOLVED, FLAT, ("Gemm", "v w c", {"transB": 1}, "y"), **ARRAYS | {"w": ARRAYS["w"].T})),
    "untransposed": (NET, whole(*CONVOLVED, FLAT, ("Gemm", "v w c", {}, "y"), **ARRAYS)),
    "sizes worked out": (
        NET,
        whole(*SIZES[:3], *CONVOLVED, SIZES[3], ("Gemm", "v w c", {}, "y"), **ARRAYS, zero=np.array([0]), one=np.array([1]), rest=np.array([-1])),
    ),
    "channels last": (
        NET,
        whole(
            *(*CONVOLVED, ("Transpose", "a", {"perm": [0, 2, 3, 1]}, "l"), ("Flatten", "l", {}, "v"), ("MatMul", "v w", {}, "p"), ("Add", "p c", {}, "y")),
            **ARRAYS | {"w": CHANNELS_LAST},
        ),
    ),
    "sums apart": (
        NET,
        whole(
            *(("Conv", "x f", {}, "p"), ("Add", "p b", {}, "z"), ("Tanh", "z", {}, "a"), ("Reshape", "w two", {}, "m"), FLAT, ("MatMul", "v m", {}, "q")),
            *(("Add", "q c", {}, "y"),),
            **ARRAYS | {"b": ARRAYS["b"].reshape(4, 1, 1), "w": ARRAYS["w"].reshape(4, 26, 26, 3), "c": ARRAYS["c"].reshape(1, 3)},
            two=np.array([2704, 3]),
        ),
    ),
    "normalised": (
        "conv4x3b-bn-tanh-dense3-softmax-ce",
        whole(
            *(CONVOLVED[0], ("BatchNormalization", "z g s m v", {"epsilon": 1e-5}, "n"), ("Tanh", "n", {}, "a"), ("Flatten", "a", {}, "u"), ("Gemm", "u w c", {}, "y")),
            **ARRAYS | NORM,
        ),
    ),
    "without a bias": (NET, whole(*CONVOLVED, FLAT, ("MatMul", "v w", {}, "y"), **{name: array for name, array in ARRAYS.items() if name != "c"})),
}  # fmt: skip


@pytest.mark.parametrize("kind", WHOLE)
def test_its_weights_give_its_outputs(kind):
    net, model = WHOLE[kind]
    content = model.SerializeToString()
    assert str(from_model(content, partial=kind == "without a bias")) == net
    arrays = weights_in(content)
    setup, n = setup_of_weights(arrays, net)
    assert n == 4 + 4 * ("bn" in net) and setup.img == "digit7-0"
    file = io.BytesIO()
    np.savez(file, **arrays)
    x = np.random.default_rng(5).random((28, 28))
    snapshot = run_updates(read_start(file.getvalue(), setup)[0], x, 0)
    ours = (snapshot.evaluated if snapshot.buffers else snapshot).trace["z2"]
    (theirs,) = ReferenceEvaluator(model).run(None, {"x": x[None, None].astype(np.float32)})[0]
    np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=1e-4)


def test_nodes_are_read_in_any_order():
    model = onnx.ModelProto()
    model.CopyFrom(WHOLE["pytorch"][1])
    nodes = list(model.graph.node)[::-1]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    assert str(from_model(model.SerializeToString())) == NET


def test_weights_in_a_file_beside_it_are_not_opened():
    model = onnx.ModelProto()
    model.CopyFrom(WHOLE["pytorch"][1])
    for one in model.graph.initializer:
        onnx.external_data_helper.set_external_data(one, "/etc/hostname")
        one.ClearField("raw_data")
    content = model.SerializeToString()
    assert str(from_model(content)) == NET and weights_in(content) == {}


@pytest.mark.parametrize("spoil", [lambda w: w.fill(np.nan), lambda w: w.flat.__setitem__(0, np.inf)], ids=["all NaN", "one ∞"])
def test_weights_that_are_no_numbers_are_told(tmp_path, capsys, spoil):
    model = onnx.ModelProto()
    model.CopyFrom(WHOLE["pytorch"][1])
    first = model.graph.initializer[0]
    array = onnx.numpy_helper.to_array(first).copy()
    spoil(array)
    first.CopyFrom(onnx.numpy_helper.from_array(array, first.name))
    file = tmp_path / "spoiled.onnx"
    file.write_bytes(model.SerializeToString())
    main(["model", str(file)])
    assert "has NaN, infinite or too large numbers" in capsys.readouterr().out
    assert main(["model", str(file), "--npz", str(tmp_path / "w.npz")]) == 2 and "has NaN, infinite" in capsys.readouterr().err


def test_a_file_without_weights_has_none_to_write(tmp_path, capsys):
    (tmp_path / "net.py").write_text("nn.Sequential(nn.Conv2d(1, 1, 3), nn.Sigmoid(), nn.Flatten(), nn.Linear(900, 2), nn.Sigmoid())")
    assert main(["model", str(tmp_path / "net.py"), "--npz", str(tmp_path / "w.npz")]) == 2
    assert "has no readable weights" in capsys.readouterr().err and not (tmp_path / "w.npz").exists()


def test_weights_that_fit_no_network_here_are_told_below_it(tmp_path, capsys):
    shapes = {"f": (6, 3, 5, 5), "b": (6,), "h": (16, 6, 5, 5), "d": (16,), "w": (600, 400), "c": (600,), "v": (10, 600), "e": (10,)}
    nodes = [CONV, POOL, ("Conv", ["h", "d"], CONV[2]), POOL, ("Flatten", [], {}), ("Gemm", ["w", "c"], {"transB": 1}), ("Gemm", ["v", "e"], {"transB": 1})]
    (tmp_path / "wide.onnx").write_bytes(graph(nodes, shapes).SerializeToString())
    assert main(["model", str(tmp_path / "wide.onnx")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "0.weight (6, 3, 5, 5)" in lines[-2] and lines[-1] == "net=conv6x5b-max2-conv16x5b-max2-dense512-dense10-softmax-ce"


def test_a_tensor_in_a_file_beside_it_takes_no_memory_whatever_size_it_states():
    file = graph([CONV, ("Reshape", ["sizes"], {}), ("Gemm", ["w"], {"transB": 1})], SHAPES | {"sizes": (2,)})
    reshape = onnx.helper.make_node("Reshape", ["large", "shape"], ["turned"])
    file.graph.node.insert(0, reshape)
    file.graph.node.insert(0, onnx.helper.make_node("Identity", ["large"], ["again"]))
    large = onnx.TensorProto(name="large", data_type=onnx.TensorProto.FLOAT, dims=[100, 1000, 1000], data_location=onnx.TensorProto.EXTERNAL)
    file.graph.initializer.extend([large, onnx.numpy_helper.from_array(np.array([-1, 1000]), "shape")])
    tracemalloc.start()
    try:
        with contextlib.suppress(Problem):
            read_model(file.SerializeToString())
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    for node in ("ReduceMean", "Pad"):
        axes = graph([CONV, (node, ["large"], {})], SHAPES)
        axes.graph.initializer.append(large)
        with pytest.raises(Problem):
            read_model(axes.SerializeToString())
