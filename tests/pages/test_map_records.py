"""What the page is told of any network: every array within its limits, every linked symbol shown, every stage with words."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.core.network.program import Program
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import load_image
from cnnviz.pages import answer, map_records, network_record
from cnnviz.pages.encoding import encode
from tests.pages.running import decode

SETUPS = [
    Setup(),
    Setup(k=3, stride=2, pad="same", f="random-5"),
    Setup(scale="raw", f="notebook"),
    Setup(net="conv4x3b-relu-max2-conv4x5s2p1-relu-avg2-dense10-softmax-ce", ch="rgb", k=2),
    Setup(net="conv3x5-tanh-gap-dense3-identity-mse", opt="adam", lr=0.1, k=2),
    Setup(net="dense4-softmax-mse"),
    Setup(net="conv2x7full-identity-max3s2-dense30-relu-dense2-sigmoid-bce", opt="momentum"),
]


def here(setup: Setup) -> tuple[Program, Snapshot]:
    snapshot = run_updates(setup, load_image(setup.img, setup.ch, setup.scale), setup.k)
    return map_records.program_of(setup, snapshot), snapshot


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_limits_hold_every_value_and_signed_ones_are_centred(setup):
    program, snapshot = here(setup)
    for symbol, record in map_records.records(setup, program, snapshot).items():
        array, (low, high) = map_records.array_of(symbol, setup, snapshot), record["limits"]
        assert low <= array.min() and array.max() <= high, symbol
        assert np.prod(record["shape"]) == array.size == np.prod(record["index"])
        assert str(record["words"])
        if record["scale"] == "signed":
            assert low == -high
        else:
            assert array.min() >= 0


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_every_linked_symbol_is_shown_and_every_stage_has_words_and_a_formula(setup):
    program, snapshot = here(setup)
    record = network_record.network_record(setup, program, snapshot)
    for target, links in record["links"].items():
        if target in record["maps"]:
            assert {link["source"] for link in links} <= set(record["maps"])
    for stage in network_record.stage_records(program):
        assert str(stage["title"]) and str(stage["sentence"]).endswith((".", "…"))
        assert record["formulas"][stage["symbol"]]
        assert {*stage["makes"], *stage["inputs"]} <= set(record["maps"])
    columns = [symbol for column in record["columns"] for symbol in (*column["values"], *column["gradients"])]
    assert sorted(columns) == sorted(record["maps"])


def test_of_a_convolution_s_bias_it_is_said_what_becomes_of_it():
    program, _ = here(Setup(net="conv4x3b-relu-conv4x5-relu-dense2-mse"))
    symbols = [stage["symbol"] for stage in network_record.stage_records(program) if "ias" in str(stage["sentence"])]
    assert symbols == ["z1", "o", "dw", "df1"]  # of the dense layer, which always has one, in its own words


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_the_cell_that_is_explained_first_exists_and_has_the_largest_gradient(setup):
    program, snapshot = here(setup)
    maps = map_records.records(setup, program, snapshot)
    cells = map_records.default_cells(program, snapshot, maps)
    for family, cell in cells.items():
        assert len(cell) == len(maps[family]["shape"])
        assert all(0 <= at < n for at, n in zip(cell, maps[family]["shape"], strict=True)), family
    gradient = next(iter(name for name in program.parameters if name[0] == "f"), None)
    if gradient and snapshot.gradients[f"d{gradient}"].any():
        result = snapshot.gradients[f"d{gradient}"].reshape(maps[gradient]["shape"])
        assert abs(result[tuple(cells[gradient])]) == np.abs(result).max()


@pytest.mark.parametrize("setup", [Setup(), Setup(seed=39), Setup(k=10), Setup(seed=5, f="sharpen")], ids=repr)
def test_the_cell_of_a_map_that_is_explained_first_is_strong_and_so_is_its_gradient(setup):
    program, snapshot = here(setup)
    at = tuple(map_records.default_cells(program, snapshot, map_records.records(setup, program, snapshot))["z1"][-2:])
    for array in (snapshot.trace.z1, snapshot.gradients.dz1):
        assert abs(array[at]) > np.abs(array).max() / 4


@pytest.mark.parametrize("net", ["drop30-dense2-softmax-ce", "conv4x3-bn-relu-drop50-dense2-softmax-ce", "dense8-ln-relu-drop30-dense2-mse"])
@pytest.mark.parametrize("seed", range(3))
def test_the_cell_that_is_explained_first_is_neither_silent_nor_without_a_gradient(net, seed):
    program, snapshot = here(Setup.read({"net": net, "seed": str(seed)})[0])
    maps = map_records.records(Setup(net=net), program, snapshot)
    cells = map_records.default_cells(program, snapshot, maps)
    for symbol, array in {**snapshot.trace, **snapshot.gradients}.items():
        if symbol in maps and array.any():
            assert array.reshape(maps[symbol]["shape"])[tuple(cells[maps[symbol]["family"]])], symbol


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_the_page_gets_the_cores_arrays_bit_for_bit(setup):
    program, snapshot = here(setup)
    sent = {"network": network_record.network_record(setup, program, snapshot)}
    header, result = decode(encode(sent, network_record.arrays(setup, program, snapshot)))
    for symbol in map_records.symbols(program):
        np.testing.assert_array_equal(result[symbol], map_records.array_of(symbol, setup, snapshot))
    assert json.dumps(header)


def test_the_logarithm_of_a_loss_stands_apart_from_what_it_is_of():
    header, _ = decode(answer("step", {"net": "conv1x3-relu-dense10-softmax-ce"}))
    assert re.search(r"<mspace [^>]*></mspace><mi [^>]*>log</mi><mspace [^>]*></mspace><mi>o</mi>", json.dumps(header))


def test_a_curve_is_the_layers_own_function_and_slope():
    (layer,) = (layer for layer in Setup().network.layers[1:2])
    z, a, slope, flat = network_record.activation_curve(layer)
    np.testing.assert_allclose(a, 1 / (1 + np.exp(-z)))
    np.testing.assert_allclose(slope[1:-1], ((a[2:] - a[:-2]) / (z[2:] - z[:-2])), atol=1e-3)
    np.testing.assert_array_equal(flat, slope < 0.01)


@pytest.mark.parametrize("opt", ["momentum", "adam"])
def test_the_parts_of_a_step_make_the_step(opt):
    setup = Setup(opt=opt, k=4)
    program, snapshot = here(setup)
    sent = network_record.arrays(setup, program, snapshot)
    for name in program.parameters:
        change = snapshot.params[name] - sent[f"{name}_next"]
        if opt == "momentum":
            np.testing.assert_array_equal(sent[f"velocity.{name}"], sent[f"kept.{name}"] + snapshot.gradients[f"d{name}"])
            ratio = sent[f"velocity.{name}"]
        else:
            ratio = sent[f"mean.{name}"] / sent[f"size.{name}"]
        np.testing.assert_allclose(change, setup.lr * ratio, rtol=1e-6, atol=1e-15)


@pytest.mark.parametrize("setup", SETUPS, ids=lambda setup: setup.net)
def test_answers_alone_have_the_ramp_of_one_hue(setup):
    program, snapshot = here(setup)
    for symbol, record in map_records.records(setup, program, snapshot).items():
        assert (record["scale"] == "answer") == (symbol in map_records.ANSWERS and record["scale"] != "signed"), symbol


@pytest.mark.parametrize(
    ("net", "lost"),
    [
        ("conv2x3b-bn-relu-dense2-softmax-ce", {"db1"}),
        ("conv2x3b-avg2-bn-relu-dense2-softmax-ce", {"db1"}),  # the mean of a number is that number
        ("conv2x3b-max2-bn-relu-dense2-softmax-ce", {"db1"}),  # the largest of numbers rises as they all do
        ("conv2x3b-gn2-relu-dense2-softmax-ce", {"db1"}),  # each channel is a group
        ("conv2x3-bn-relu-dense2-softmax-ce", set()),  # no bias before, and none after
        ("conv2x3b-relu-bn-dense2-softmax-ce", set()),  # a gate between
        ("conv2x3b-max2-relu-bn-dense2-softmax-ce", set()),
        ("conv2x3b-gn1-relu-dense2-softmax-ce", set()),  # the mean is that of all channels
        ("dense6-ln-relu-dense2-softmax-ce", set()),
        ("dense1-ln-relu-dense2-softmax-ce", {"db1"}),  # of one unit the mean is its own number
    ],
)
def test_the_bias_before_a_normalisation_has_a_gradient_of_round_off_alone_and_stays_at_0(net, lost):
    def told(setup: Setup, **moved: float) -> set[str]:
        program, snapshot = here(setup)
        snapshot = replace(snapshot, gradients=snapshot.gradients.replace(**{name: snapshot.gradients[name] + by for name, by in moved.items()}))
        return {symbol for symbol, record in map_records.records(setup, program, snapshot).items() if record["round_off"]}

    for rule in ("gd", "momentum", "adam"):
        assert told(Setup(net=net, opt=rule, k=4)) == lost | {name[1:] for name in lost}
    for gradient in lost:
        assert told(Setup(net=net), **{gradient: 1e-6}) == set()
        assert told(Setup.read({"net": net, "set": f"{gradient[1:]}:0:0.5", "k": "2"})[0]) == lost  # then the bias is no 0


@pytest.mark.parametrize(
    "setup",
    [
        Setup(net="conv2x3b-gn1-relu-dense2-softmax-ce", opt="momentum", lr=100, k=10),  # no gradient is left, the bias has grown
        Setup(net="conv2x3b-gn1-relu-dense2-softmax-ce", w="zeros"),  # nor does one arrive
        Setup(net="conv4x5b-avg2-bn-relu-conv4x3b-bn-relu-dense2-identity-mse", opt="adam", lr=100, k=20),  # Adam makes steps of round-off
    ],
)
def test_no_bias_is_told_as_0_that_is_seen_or_that_no_normalisation_takes_away(setup):
    assert not [symbol for symbol, record in map_records.records(setup, *here(setup)).items() if record["round_off"]]
