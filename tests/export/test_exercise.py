"""The exercise: with our own lines filled in all is right, and with a mistake in one of them the check names its stage."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from cnnviz.__main__ import main
from cnnviz.core.gradcheck import check_gradients, marks
from cnnviz.core.network.network import Network
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import find_image, load_image
from cnnviz.export.code_lines import expression
from cnnviz.export.core_source import listing
from cnnviz.export.exercise import choice_lines, exercise_notebook, exercise_script, open_lines
from cnnviz.export.exercise_check import check_entries, round_off
from cnnviz.words import say

SETUPS = [
    Setup(),
    Setup(k=3, scale="raw", f="blur", w="zeros", pad="same", stride=2),
    Setup(net="conv3x3b-relu-max2-conv2x3-tanh-dense3-softmax-ce", ch="rgb", k=2, opt="adam", y=(0.0, 1.0, 0.0)),
    Setup(net="dense4-relu-dense2-sigmoid-bce", img="digit7-3"),
    Setup(k=2, set="x:3,4:5;x:5,5:3~2;x:6,6:9~3;w:0,0:3~1"),
    Setup(net="conv4x5s2d2-sigmoid-avg2-gap-mse", y=(0.1, 0.2, 0.3, 0.4)),
]
IDS = [f"{setup.net} k={setup.k}" for setup in SETUPS]


def snapshot_of(setup):
    pixels = find_image(setup.img).pixels
    return pixels, run_updates(setup, load_image(pixels, setup.ch, setup.scale), setup.k)


def filled(text, program, spoil=("", "")):
    """The script with our own lines in place of the open ones; `spoil` is a gradient and what is written behind it."""
    functions = listing([line.function for line in program.backward_lines if line.function.__module__ != "numpy"], set())
    lines = {line.target: line for line in program.backward_lines}
    for line, _ in open_lines(program):
        code = expression(line)
        if line.layer is None and "dv" in line.sources:
            code = code.replace("(dv", f"({expression(lines['dv'])}")
        if line.target == spoil[0]:
            code = f"({code}){spoil[1]}"
        text, count = re.subn(rf"^    {line.target} = None  # TODO .*$", lambda _, code=code, line=line: f"    {line.target} = {code}", text, flags=re.M)
        assert count == 1, line.target
    return text.replace("def backward(", f"{functions}\n\n\ndef backward(", 1)


def ran(text, folder):
    (folder / "exercise.py").write_text(text, "utf-8")
    done = subprocess.run([sys.executable, "-I", "exercise.py"], cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, done.stderr
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines())


def right(said):
    """Return whether a gradient is right, as far as it can be told."""
    return plain(said) == "right" or said.startswith("undecided")


def plain(said):
    """Return the verdict without the number of entries that were tried."""
    return said.partition(" (")[0]


def checked(setup, folder, capsys):
    query = "&".join(f"{key}={value}" for key, value in setup.to_query().items())
    code = main(["check", str(folder / "gradients.npz"), f"?{query}"])
    return code, capsys.readouterr().out.splitlines()[-1]


@pytest.mark.parametrize("setup", SETUPS, ids=IDS)
def test_our_own_lines_are_all_right_and_a_mistake_is_named(setup, tmp_path, capsys):
    pixels, snapshot = snapshot_of(setup)
    program = setup.network.program(snapshot.trace.x.shape)
    text = exercise_script(setup, pixels, snapshot)
    assert "cnnviz" not in re.sub(r'"""|#.*|print\(.*', "", text.split('"""', 2)[2])  # it needs NumPy alone
    names = [line.target for line, _ in open_lines(program)]
    output = ran(filled(text, program), tmp_path)
    assert all(right(output[name]) for name in names) and (setup.scale == "raw" or {plain(output[name]) for name in names} == {"right"})
    assert checked(setup, tmp_path, capsys) == (0, "all right")
    # Saturated units pass nothing on that central differences could see.
    spoiled = next(name for name in reversed(names) if name != "dx" and np.abs(snapshot.gradients[name]).max() > 1e-4)
    output = ran(filled(text, program, (spoiled, " * 1.5")), tmp_path)
    assert output[spoiled].startswith("wrong: ")
    assert all(right(output[name]) for name in names[: names.index(spoiled)])
    stage = next(str(stage) for stage in setup.network.stages if spoiled in stage.makes)
    assert checked(setup, tmp_path, capsys) == (1, f"first wrong: {stage}")


def test_as_it_comes_nothing_is_filled_in_and_it_runs(tmp_path):
    pixels, snapshot = snapshot_of(SETUPS[0])
    output = ran(exercise_script(SETUPS[0], pixels, snapshot), tmp_path)
    assert output["dz1"] == "not yet" and float(output["L"]) == snapshot.losses[-1]


def test_the_notebook_has_the_same_code():
    setup = SETUPS[2]
    pixels, snapshot = snapshot_of(setup)
    cells = json.loads(exercise_notebook(setup, pixels, snapshot))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    script = exercise_script(setup, pixels, snapshot)
    assert all(part in script for part in code) and any("dz1 = None" in part for part in code)


@pytest.mark.parametrize(
    "setup",
    [
        Setup(net="conv8x3-max2-dense10-softmax-ce", y=tuple(np.eye(10)[3])),
        Setup(net="conv3x3b-relu-max2-dense3-softmax-ce", img="pattern-edges", y=(0.0, 1.0, 0.0)),
        Setup(net="conv2x3-relu-max3s2-conv2x3b-relu-max2-dense6-relu-dense3-softmax-ce", img="digit7-3", ch="rgb", w="he", y=(0.0, 1.0, 0.0)),
        Setup(net="conv3x3-max2-dense3-softmax-ce", img="pattern-edges", k=5, lr=1.0, y=(0.0, 1.0, 0.0)),  # L is nearly 0
        Setup(net="conv5x5-max2-dense3-softmax-ce", scale="raw", seed=7, img="pattern-gradient", y=(0.0, 1.0, 0.0)),
    ],
    ids=str,
)
def test_where_kinks_are_near_a_right_pass_is_not_called_wrong(setup, tmp_path):
    pixels, snapshot = snapshot_of(setup)
    program = setup.network.program(snapshot.trace.x.shape)
    output = ran(filled(exercise_script(setup, pixels, snapshot), program), tmp_path)
    assert all(right(output[line.target]) for line, _ in open_lines(program)), output


def test_where_all_entries_are_at_kinks_it_says_how_many_it_tried(tmp_path):
    """In front of a black background a bias of 0 is exactly at ReLU's kink."""
    setup = Setup(net="conv2x3b-relu-dense2-mse", img="digit7-3")
    pixels, snapshot = snapshot_of(setup)
    program = setup.network.program(snapshot.trace.x.shape)
    output = ran(filled(exercise_script(setup, pixels, snapshot), program, ("db1", " * 0")), tmp_path)
    assert output["db1"] == "undecided: all at kinks (2 of 2 entries tried)"


@pytest.mark.parametrize("net, scale, k", [("dense3-dense2-mse", "unit", 300), ("conv1x3b-max3s2-dense2-mse", "raw", 300)])
def test_of_a_run_that_is_not_finite_nothing_is_called_right_or_wrong(net, scale, k, tmp_path):
    setup = Setup(net=net, img="digit7-3", scale=scale, k=k, lr=10)
    pixels, snapshot = snapshot_of(setup)
    program = setup.network.program(snapshot.trace.x.shape)
    output = ran(filled(exercise_script(setup, pixels, snapshot), program), tmp_path)
    assert {output[line.target] for line, _ in open_lines(program)} == {say("export.exercise.said.not_finite")}


def printed():
    """What the exercise prints of its check, as it runs there: with NumPy alone."""
    functions = {"np": np}
    exec(listing([round_off, check_entries], set()), functions)
    return functions


def test_the_exercise_judges_as_the_gradient_check_does():
    rng, marked = np.random.default_rng(0), printed()["marks"]
    size = 10.0 ** rng.uniform(-16, 2, 500)
    given, error_bound = size * rng.choice([-1, 0, 1], 500, p=[0.45, 0.1, 0.45]), size * 10.0 ** rng.uniform(-9, 2, 500)
    central = np.where(rng.random(500) < 0.5, given, given * (1 + 10.0 ** rng.uniform(-9, 0, 500))) + rng.choice([0, 1e-12, np.nan], 500, p=[0.8, 0.15, 0.05])
    given[rng.random(500) < 0.05] = np.nan
    structural, kinks = rng.random(500) < 0.2, rng.random(500) < 0.1
    result = marked(given, central, error_bound, structural, kinks)
    np.testing.assert_array_equal(result, marks(given, central, error_bound, structural, kinks))
    assert set(result.tolist()) == {0, 1, 2, 3}


NETS = ["conv2x3b-relu-max2-dense3-softmax-ce", "conv2x3-sigmoid-dense3-tanh-mse", "dense4-relu-dense2-sigmoid-bce", "conv3x3-tanh-avg2-conv2x3-max2-dense3-mse"]


@pytest.mark.parametrize("text", NETS)
def test_the_same_entries_get_the_same_verdicts_from_both(text):
    network, rng, functions = Network.parse(text), np.random.default_rng(5), printed()
    x = rng.normal(size=(2, 14, 14))
    params = network.init(x.shape, seed=1)
    y = np.eye(len(network.forward(params, x).o))[1]
    program = network.program(x.shape)

    def loss_with(**given):
        values = program.run_forward(program.start({**params, **given}, given.get("x", x)))
        lines = choice_lines(program)
        return float(program.loss_line.make(values | {"y": y})), [line.make(values) for line in lines]

    exact = network.backward(params, network.forward(params, x), y)
    factor = {name: 1 + rng.choice([0, 1e-5, 1e-3, -2], array.shape) for name, array in params.items()}
    check = check_gradients(params, x, y, network=network, gradients={name: exact[f"d{name}"] * factor[name] for name in params})
    noise = functions["round_off"](loss_with, dict(params))
    for name, array in params.items():
        given = exact[f"d{name}"] * factor[name]
        result, _ = functions["check_entries"](given, array, lambda nudged, name=name: loss_with(**{name: nudged}), noise, 30)
        both = [(mark, int(check.marks[name].ravel()[place])) for place, mark in result.items()]
        assert all(one == other for one, other in both if {one, other} <= {0, 1}), (name, both)
        assert sum({one, other} <= {0, 1} for one, other in both) >= 0.8 * len(both)
