"""A start from any file: one's own, a network trained elsewhere, kernels; and a sentence for every other file."""

import io
import os
import re
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import Setup, load_image, run_updates
from cnnviz.export.arrays import arrays_npz
from cnnviz.export.import_weights import read_start
from cnnviz.export.parameters import parameters_json
from cnnviz.words import Problem, use_language

NET = "conv4x3b-relu-max2-dense5-softmax-ce"
SETUP = Setup(net=NET, ch="rgb")


def npz(*arrays: np.ndarray, **named: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, *arrays, **named)
    return file.getvalue()


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


SAVED = [Setup(k=3, img="test-3", lr=0.5), Setup(net=NET, ch="rgb", k=2), Setup(k=1, stride=3, pad="full"), Setup(k=2, set="x:3,4:0.5~1;w:0,0:1;b:0:2~2;b:1:1~4")]


@pytest.mark.parametrize("setup", SAVED)
@pytest.mark.parametrize("form", ["npz", "json"])
def test_a_file_that_was_saved_here_brings_its_lesson_and_goes_on_from_its_numbers(setup, form):
    snapshot = run_updates(setup, load_image(setup.img, setup.ch), setup.k)
    file = arrays_npz(setup, snapshot) if form == "npz" else parameters_json(setup, snapshot.params).encode()
    start, _ = read_start(file, Setup(img="test-9"))
    assert (start.img, start.net, start.lr, start.stride, start.k) == (setup.img, setup.net, setup.lr, setup.stride, 0)
    for name, array in start.first_params().items():
        assert array.tobytes() == np.ascontiguousarray(snapshot.params[name]).tobytes()
    on = run_updates(start, load_image(setup.img, setup.ch), 3)
    assert on.after.w.tobytes() == run_updates(setup, load_image(setup.img, setup.ch), setup.k + 3).after.w.tobytes()


def of_pytorch(params) -> dict[str, np.ndarray]:
    """As a state_dict of Sequential(Conv2d, ReLU, MaxPool2d, Flatten, Linear) has them."""
    return {"0.weight": params["f"], "0.bias": params["b1"], "4.weight": params["w"].T, "4.bias": params["b2"]}


def of_keras(params) -> list[np.ndarray]:
    """As get_weights() of the same layers gives them; Keras flattens pixel by pixel."""
    w = params["w"].reshape(4, 15, 15, 5).transpose(1, 2, 0, 3).reshape(900, 5)
    return [params["f"].transpose(2, 3, 1, 0), params["b1"], w, params["b2"]]


@pytest.mark.parametrize(
    ("file", "layout"), [(lambda params: npz(**of_pytorch(params)), "PyTorch"), (lambda params: npz(*of_keras(params)), "Keras")]
)
def test_a_network_that_was_trained_elsewhere_is_taken_over_whole(file, layout):
    drawn = np.random.default_rng(1)
    params = {name: drawn.normal(size=array.shape) for name, array in SETUP.first_params().items()}
    start, (message,) = read_start(file(params), SETUP)
    assert layout in str(message) and start.img == SETUP.img
    for name, array in start.first_params().items():
        assert np.array_equal(array, params[name]), name


def test_arrays_by_our_names_are_all_taken_and_one_of_another_shape_is_named():
    drawn = np.random.default_rng(1)
    params = {name: drawn.normal(size=array.shape) for name, array in Setup().first_params().items()}
    start, (message,) = read_start(npz(**params), Setup())
    assert str(message) == "All 3 parameters come from the file (here)."
    for name, array in start.first_params().items():
        assert np.array_equal(array, params[name]), name
    with pytest.raises(Problem, match=re.escape("w in the file has shape (899, 2); expected (900, 2).")):
        read_start(npz(**params | {"w": params["w"][:899]}), Setup())
    _, message = read_start(npz(kernel=params["f"], dense=params["w"][:899]), Setup())
    assert "ignored: dense (899, 2)" in str(message[-1])


@pytest.mark.parametrize(
    ("net", "order"),
    [
        ("max2-dense2-softmax-ce", "w b"),  # Keras flattens channels last
        ("conv3x3b-relu-dense2-softmax-ce", "f b1 w b2"),  # as many filters as channels and rows
        ("conv3x3b-relu-conv3x3b-relu-gap-softmax-ce", "f2 b2 f1 b1"),
    ],
)
def test_arrays_by_our_names_are_in_our_layout_also_where_another_would_fit(net, order):
    setup, drawn = Setup(net=net, ch="rgb"), np.random.default_rng(1)
    params = {name: drawn.normal(size=setup.first_params()[name].shape) for name in order.split()}
    start, (message,) = read_start(npz(**params), setup)
    assert "(here)" in str(message)
    for name, array in start.first_params().items():
        assert np.array_equal(array, params[name]), name


def test_one_filter_for_a_network_that_has_filters_alone_is_its_first():
    start, (message,) = read_start(npz(f=KERNEL), Setup(net="conv4x3-relu-gap-softmax-ce"))
    assert str(message) == "The first filter is f (3, 3)." and np.array_equal(start.first_params()["f"][0, 0], KERNEL)


def test_of_all_parameters_and_one_array_more_it_is_not_said_that_some_are_missing():
    params = SETUP.first_params()
    _, message = read_start(npz(**{f"{name}_": array for name, array in params.items()}, epoch=np.array([3])), SETUP)
    assert str(message[-1]).startswith(f"The file does not have exactly the parameters of {NET}; ignored: ")


def test_keras_itself_gives_the_same_outputs():
    keras = pytest.importorskip("keras", reason="needs TensorFlow's Keras")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    layers = keras.layers
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for layer in (layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(5, activation="softmax")):
        model.add(layer)
    start, _ = read_start(npz(*model.get_weights()), SETUP)
    x = load_image("test-0", "rgb")
    ours = run_updates(start, x, 0).trace["o"]
    assert ours == pytest.approx(np.asarray(model(x.transpose(1, 2, 0)[None].astype(np.float32)))[0], abs=1e-6)


KERNEL = np.arange(9.0).reshape(3, 3)


@pytest.mark.parametrize(
    ("content", "net", "ch", "sentence"),
    [
        (npy(KERNEL), "conv1x3-sigmoid-dense2-mse", "red", "The first filter is the array (3, 3)."),
        (npz(a=np.zeros((5, 5)), k=KERNEL), "conv1x3-sigmoid-dense2-mse", "red", "The first filter is k (3, 3)."),
        (npz(layer=np.tile(KERNEL, (6, 3, 1, 1))), "conv2x3-gap-mse", "rgb", "The first 2 filters are from layer (6, 3, 3, 3)."),
        (npz(layer=np.tile(KERNEL, (6, 3, 1, 1)).transpose(2, 3, 1, 0)), "conv2x3-gap-mse", "rgb", "on its last axis"),
        (npz(layer=KERNEL[:, :, None, None].repeat(3, axis=2)), "conv2x3-gap-mse", "rgb", "The first filter is from layer (3, 3, 3, 1), on its last axis"),
        (npz(layer=np.tile(KERNEL, (6, 2, 1, 1))), "conv2x3-gap-mse", "red", "is from layer (6, 2, 3, 3): its last two axes"),
    ],
)
def test_the_first_array_with_a_kernel_in_it_gives_the_filters(content, net, ch, sentence):
    start, (message, *_) = read_start(content, Setup(net=net, ch=ch, k=4))
    assert sentence in str(message) and start.k == 0
    assert re.search(r"vien(t|nent) d[eu] (layer|k|tableau) ", message.say("fr"))
    f = start.first_params()["f"].reshape(-1, 3, 3)
    assert np.allclose(f[0], KERNEL)


def torch_saved() -> bytes:
    """An archive as torch.save writes it: a pickle, and raw bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mine/data.pkl", b"\x80\x02}.")
        archive.writestr("mine/data/0", bytes(72))
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 and no more", "damaged"),
        (torch_saved(), "**{name: value.numpy() for name, value in model.state_dict().items()}"),
        (npy(np.array([{}], dtype=object)), "damaged or pickled"),
        (b"\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,), }".ljust(127) + b"\n", "damaged"),
        (npz(a=np.zeros((7, 7)), b=np.zeros(3)), "a (7, 7), b (3,)"),
        (npy(np.full((3, 3), np.nan)), "array in the file has NaN"),
        (npy(np.full((3, 3), 1e9)), "beyond"),
        (npy(np.array([["a"] * 3] * 3)), "not a number"),
        (npz(lesson=np.array("?net=dense2-mse")), "has no w"),
        (npz(lesson=np.array("?k=1"), f=np.zeros((2, 2)), w=np.zeros((900, 2)), b=np.zeros(2)), "expected (3, 3)"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(content, sentence):
    with pytest.raises(ValueError, match=".") as problem:
        read_start(content, Setup())
    assert sentence in str(problem.value)


@pytest.mark.parametrize("net, kernel", [("conv1x3-dense2-mse", " ni un noyau 3×3."), ("dense2-mse", " pas tous les paramètres de dense2-mse.")])
def test_only_a_network_with_kernels_misses_one(net, kernel):
    with use_language("fr"), pytest.raises(ValueError, match=".") as problem:
        read_start(npz(a=np.zeros((7, 7))), Setup(net=net))
    with use_language("fr"):
        assert str(problem.value).endswith(kernel)


def test_an_array_without_a_name_is_called_so_in_the_readers_language():
    with use_language("fr"), pytest.raises(ValueError, match="Dans le fichier, le tableau contient NaN"):
        read_start(npy(np.full((3, 3), np.nan)), Setup())


def test_an_archive_that_would_unpack_to_more_than_memory_is_refused_unread():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(100_000_000))
    with pytest.raises(ValueError, match="more than 60 MB"):
        read_start(file.getvalue(), Setup())


@given(st.binary(max_size=300), st.sampled_from([b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"\x93NUMPY\x02\x00", npy(KERNEL)[:100], b""]))
def test_no_bytes_raise_anything_else(rest, head):
    try:
        read_start(head + rest, Setup())
    except ValueError as error:
        assert str(error)
