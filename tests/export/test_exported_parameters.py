"""Parameters as JSON: bit for bit there and back, and a sentence for every other file."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnviz import Params, Setup, load_image, run_updates
from cnnviz.core.network.network import MOST_PARAMETERS
from cnnviz.export.parameters import MAX_BYTES, parameters_json, read_parameters, read_setup, starting_from

SETUP = Setup(k=7, lr=0.5, stride=4)
PARAMS = run_updates(SETUP, load_image(SETUP.img), SETUP.k).params
GOOD = parameters_json(SETUP, PARAMS)


def changed(**entries) -> str:
    data = json.loads(GOOD) | entries
    return json.dumps({key: value for key, value in data.items() if value is not ...})


def test_parameters_come_back_bit_for_bit():
    for text in (GOOD, GOOD.encode(), b"\xef\xbb\xbf" + GOOD.encode(), json.dumps(json.loads(GOOD))):
        back = read_parameters(text, units=64)
        for name in ("f", "w", "b"):
            assert getattr(back, name).tobytes() == getattr(PARAMS, name).tobytes()
    assert read_setup(GOOD) == (SETUP, [])


def test_the_largest_lesson_fits_into_the_limit():
    setup = Setup(pad=4)
    params = run_updates(setup, load_image("test-0"), 0).params
    assert 8 * len(parameters_json(setup, params)) < MAX_BYTES


def test_the_file_says_what_it_holds():
    data = json.loads(GOOD)
    assert data["lesson"] == SETUP.to_query()
    assert data["shapes"] == {"f": [3, 3], "w": [64, 2], "b": [2]}
    assert len(GOOD.splitlines()) == 2 + 4 + 5 + 66 + 1, "a row of f and w a line"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
        (b"\x80\x04K\x01.", "is not JSON"),  # a pickle
        ("[" * 200_000, "is not JSON"),
        ('{"f": ' + "1" * 10_000 + "}", "is not JSON"),
        ("null", "no cnnviz parameters"),
        ("{}", "no cnnviz parameters"),
        (" " * (MAX_BYTES + 1), "larger than 1 MB"),
        (changed(format="other"), "no cnnviz parameters"),
        (changed(version=2), "not have version"),
        (changed(version=...), "not have version"),
        (changed(f=...), "has no f"),
        (changed(w=...), "has no w"),
        (changed(shapes=...), "states shape None for f"),
        (changed(shapes={"f": [3, 3], "w": [63, 2], "b": [2]}), "states shape .* for w"),
        (changed(f=[[1, 2], [3, 4]], shapes={"f": [2, 2], "w": [64, 2], "b": [2]}), r"expected \(3, 3\)"),
        (changed(w=[], shapes={"f": [3, 3], "w": [0], "b": [2]}), r"expected \(D, 2\)"),
        (changed(w=[[1, 2, 3]] * 64, shapes={"f": [3, 3], "w": [64, 3], "b": [2]}), r"expected \(D, 2\)"),
        (changed(b=[1, 2, 3], shapes={"f": [3, 3], "w": [64, 2], "b": [3]}), r"expected \(2,\)"),
        (changed(b=1.0, shapes={"f": [3, 3], "w": [64, 2], "b": []}), r"expected \(2,\)"),
        (changed(w=3, shapes={"f": [3, 3], "w": [], "b": [2]}), r"expected \(D, 2\)"),
        (changed(f=3, shapes={"f": [], "w": [64, 2], "b": [2]}), r"expected \(3, 3\)"),
        (changed(f=[[0, 0, 0], [0, -2e6, 0], [0, 0, 0]]), "beyond 1,000,000"),
        (changed(f=[[1, 2, 3], [4, 5], [6, 7, 8]]), "unequal rows"),
        (changed(f=[[[1]]]), "not a number"),
        (changed(b=[float("nan"), 0]), "infinite"),
        (changed(b=[0, float("-inf")]), "infinite"),
        (changed(b=[10**400, 0]), "too large"),
        (changed(b=[1e101, 0]), "too large"),
        (changed(b=[True, 0]), "not a number"),
        (changed(b=["1", 0]), "not a number"),
        (changed(b=None), "not a number"),
        (changed(b={"0": 1}), "not a number"),
    ],
)
def test_a_bad_file_gets_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=f"(^The|in the) file.*{sentence}.*\\.$"):
        read_parameters(text)


def test_parameters_of_another_layout_are_told_apart():
    with pytest.raises(ValueError, match="are for 64 units, not 900"):
        read_parameters(GOOD, units=900)


@pytest.mark.parametrize("name, number", [("w", np.nan), ("b", np.inf), ("w", 1.1e100), ("f", 1_000_001)])
def test_what_could_not_be_read_again_is_not_written(name, number):
    arrays = {"f": np.zeros((3, 3)), "w": np.zeros((64, 2)), "b": np.zeros(2)}
    arrays[name].flat[-1] = number
    with pytest.raises(ValueError, match=f"{name} has a number beyond 1.*: the training has diverged"):
        parameters_json(SETUP, Params(**arrays))


NETWORKS = (
    Setup(net="conv4x3b-relu-max2-dense10-softmax-ce", ch="rgb", opt="adam", k=2),
    Setup(net="conv2x1-conv3x5b-gap-softmax-ce", k=3),
    Setup(net="max4-dense5-tanh-dense2-mse", img="digit7-3", k=1),
    Setup(net="conv6x5b-sigmoid-avg2-conv16x5b-sigmoid-avg2-dense120-sigmoid-dense84-sigmoid-dense10-softmax-ce"),
)


@pytest.mark.parametrize("setup", NETWORKS, ids=lambda setup: setup.net)
def test_any_network_comes_back_and_a_lesson_starts_from_it(setup):
    params = run_updates(setup, load_image(setup.img, setup.ch), setup.k).params
    text = parameters_json(setup, params)
    assert read_setup(text) == (setup, [])
    for back in (read_parameters(text), read_parameters(text.encode(), program=setup.network.program(setup.x_shape))):
        assert list(back) == list(params)
        assert all(back[name].tobytes() == array.tobytes() and back[name].shape == array.shape for name, array in params.items())
    first = starting_from(setup, back).first_params()
    assert all((first[name] == array).all() for name, array in params.items())


def test_parameters_of_another_network_are_told_apart():
    text = parameters_json(NETWORKS[1], NETWORKS[1].first_params())
    with pytest.raises(ValueError, match="^The parameters are for conv2x1-conv3x5b-gap-softmax-ce, not"):
        read_parameters(text, program=SETUP.network.program(SETUP.x_shape))
    data = json.loads(text)
    data["f1"], data["shapes"]["f1"] = [[[[1.0]], [[1.0]]]], [1, 2, 1, 1]
    with pytest.raises(ValueError, match=r"^f1 in the file has shape \(1, 2, 1, 1\); expected \(2, 1, 1, 1\)\.$"):
        read_parameters(json.dumps(data))
    del data["b"]
    with pytest.raises(ValueError, match=r"^The file has no b. Required: f1, f2, b\.$"):
        read_parameters(json.dumps(data | {"f1": json.loads(text)["f1"], "shapes": json.loads(text)["shapes"]}))


def test_only_a_head_that_says_so_makes_room_for_many_numbers():
    setup = NETWORKS[3]
    text = parameters_json(setup, setup.first_params())
    assert len(text) > MAX_BYTES and read_parameters(text)
    with pytest.raises(ValueError, match="larger than 1 MB"):
        read_parameters(text.replace('"shapes"', '"forms"', 1))
    with pytest.raises(ValueError, match="larger than .* MB"):
        read_parameters(text.replace("[120, 84]", "[120, 9999999]") + " " * 40 * MOST_PARAMETERS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["f", "w", "b", "shapes", "lesson", "version", "format"]))
def test_whatever_stands_in_an_entry_only_a_sentence_follows(value, name):
    text = changed(**{name: value})
    try:
        params = read_parameters(text)
    except ValueError as error:
        assert "he file" in str(error) and str(error).count("\n") == 0 and len(str(error)) < 200
    else:
        assert params.f.shape == (3, 3) and np.isfinite(params.w).all()
        assert isinstance(read_setup(text)[0], Setup)


@given(st.binary(max_size=60), st.integers(0, len(GOOD)))
def test_a_damaged_file_gets_a_sentence(noise, place):
    data = GOOD.encode()
    for text in (noise, data[:place], data[:place] + noise + data[place + len(noise) :]):
        try:
            read_parameters(text)
        except ValueError as error:
            assert str(error).startswith("The file")
