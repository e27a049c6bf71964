"""The .npz of an update, and arrays as lines."""

import io
import zipfile
from urllib.parse import parse_qsl

import numpy as np
import pytest

from cnnviz import Setup, load_image, run_updates
from cnnviz.export.arrays import arrays_npz, describe


@pytest.mark.parametrize("setup", [Setup(k=4), Setup(k=2, stride=3, pad="full"), Setup(k=3, rule="procedural")])
def test_every_array_comes_back_bit_for_bit(setup):
    snapshot = run_updates(setup, load_image(setup.img), setup.k)
    file = np.load(io.BytesIO(arrays_npz(setup, snapshot)), allow_pickle=False)
    homes = {
        snapshot.trace: "x z1 a1 v z2 o",
        snapshot.params: "f w b",
        snapshot.gradients: "do dz2 dw db da1 dz1 df dx",
        snapshot: "losses",
    }
    expected = {name: getattr(home, name) for home, names in homes.items() for name in names.split()}
    expected |= {"y": np.array(setup.y), "L": snapshot.losses[-1]}
    assert set(file.files) == {*expected, "lesson"}
    assert Setup.from_query(dict(parse_qsl(str(file["lesson"])[1:]))) == (setup, [])
    for name, array in expected.items():
        assert file[name].dtype == np.float64 and file[name].shape == array.shape
        assert file[name].tobytes() == np.ascontiguousarray(array).tobytes()


@pytest.mark.parametrize(
    "setup",
    [
        Setup(net="conv2x3b-relu-max2-dense4-tanh-dense3-softmax-ce", opt="adam", ch="rgb", k=2),
        Setup(net="avg4-dense2-mse", k=1),
        Setup(net="conv3x5-gap-sigmoid-bce", opt="momentum"),
    ],
)
def test_any_network_has_all_its_arrays(setup):
    snapshot = run_updates(setup, load_image(setup.img, setup.ch), setup.k)
    file = np.load(io.BytesIO(arrays_npz(setup, snapshot)), allow_pickle=False)
    expected = {**snapshot.trace, **snapshot.params, **snapshot.gradients, "y": np.array(setup.y), "losses": snapshot.losses}
    expected.pop("dv", None)  # the layout of a map has no stage
    assert set(file.files) == {*expected, "L", "lesson"}
    for name, array in expected.items():
        assert file[name].tobytes() == np.ascontiguousarray(array).tobytes() and file[name].shape == array.shape


def test_equal_lessons_give_equal_bytes():
    x = load_image("test-0")
    file = arrays_npz(Setup(k=1), run_updates(Setup(), x, 1))
    assert file == arrays_npz(Setup(k=1), run_updates(Setup(), x, 1))
    assert {member.date_time[0] for member in zipfile.ZipFile(io.BytesIO(file)).infolist()} == {1980}


def test_a_line_holds_every_digit_and_no_negative_zero():
    assert describe("b", np.array([1 / 3, -0.0])) == "b       (2,)      [0.3333333333333333, 0.0]"
    assert describe("v", np.full(10, 0.1)).endswith("min 0.1  max 0.1  mean 0.1")
