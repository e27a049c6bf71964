"""Many starts at once: the bits of single runs, whatever network, rule and values set by hand; and which starts an address asks for."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz import Problem, Setup, load_image, run_updates, sweep
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.runtime.threads import one_blas_thread
from cnnviz.core.setup.read_sweep import MOST_RUNS, read_sweep
from cnnviz.core.setup.update_limits import MOST_WORK, estimated_seconds, step_work
from cnnviz.core.training import sweep as sweeping
from cnnviz.core.training.sweep import MOST_LOSSES, run_all, seconds_of_runs, updates_that_fit
from cnnviz.core.training.sweep_lines import BATCHED
from tests.core.networks import COURSES, cases

FITTING = cases().filter(lambda case: len(case.x_shape) == 2 or case.x_shape[0] == 3)
DEAD = "conv1x3-relu-dense2-sigmoid-mse"


def setup_of(case, **fields) -> Setup:
    ch = "rgb" if len(case.x_shape) == 3 else "red"
    return dataclasses.replace(Setup.from_query({"net": case.text, "ch": ch, "seed": str(case.seed)})[0], **fields)


def reached(outputs, y) -> int:
    right = [n for n, o in enumerate(outputs) if np.argmax(o) == np.argmax(y) and np.isfinite(o).all()]
    return right[0] if right else -1


def assert_single_runs(starts, n: int) -> None:
    """Every number of the sweep is the single run's."""
    with one_blas_thread():
        result = run_all(starts, n)
        for run, (setup, x) in enumerate(starts):
            snapshots = [run_updates(setup, x, k) for k in range(n + 1)]
            assert result.losses[run].tobytes() == snapshots[-1].losses.tobytes()
            assert result.outputs[run].tobytes() == snapshots[-1].trace.o.tobytes()
            assert result.reached[run] == reached([snapshot.trace.o for snapshot in snapshots], setup.y)


@settings(deadline=None, max_examples=80)
@given(FITTING, st.sampled_from([*OPTIMIZERS]), st.integers(0, 4), st.integers(1, 5), st.data())
def test_runs_of_drawn_networks_are_single_runs_bit_for_bit(case, opt, n, runs, data):
    rates = data.draw(st.lists(st.sampled_from([0.0, 0.01, 0.3, 1e3]), min_size=runs, max_size=runs))
    setups = [setup_of(case, opt=opt, seed=case.seed + run, lr=rate) for run, rate in enumerate(rates)]
    other = data.draw(st.booleans())
    starts = [(setup, case.x * (1 + other * run)) for run, setup in enumerate(setups)]
    try:
        assert_single_runs(starts, n)
    except Problem as no:  # an image of another size than the setup's has fewer weights
        pytest.skip(str(no))


@pytest.mark.parametrize("name", COURSES)
@pytest.mark.parametrize("opt", [*OPTIMIZERS])
def test_runs_of_the_courses_networks_are_single_runs(name, opt):
    case = COURSES[name]
    assert_single_runs([(setup_of(case, opt=opt, seed=seed), case.x) for seed in range(3)], 2)


@pytest.mark.parametrize("text", ["seed:0..4", "start:3;7;9", "lr:0.01;0.1;1;100", "f:sobel-x;blur;random-3", "img:test-0;test-3;pattern-dot"])
@pytest.mark.parametrize("sets", ["", "x:3,4:0.5~2;w:5,1:9~3;f:0,0:2~1;b:1:4", "f:0,0:5"])
@pytest.mark.parametrize("rule", ["exact", "procedural"])
def test_each_key_differs_in_its_value_alone(text, sets, rule):
    setup = Setup(k=4, set=sets, rule=rule)
    result = sweep(setup, load_image("test-0"), text)
    key = text.partition(":")[0]
    for value, losses in zip(result.values, result.losses, strict=True):
        changes = {"seed": str(value), "f": f"random-{value}"} if key == "start" else {key: str(value)}
        if key == "img":
            changes["y"] = Setup.from_query({"img": str(value)})[0].to_query()["y"]
        single, wrong = setup.with_query(changes)
        assert not wrong
        x = load_image(single.img, single.ch, single.scale)
        assert losses.tobytes() == run_updates(single, x, 4).losses.tobytes()


def test_blocks_of_any_size_give_the_same(monkeypatch):
    starts = [(Setup(net="conv2x3b-relu-max2-dense3-softmax-ce", seed=seed), load_image("test-0")) for seed in range(20)]
    whole = run_all(starts, 3)
    monkeypatch.setattr(sweeping, "MOST_BYTES", 1)
    assert run_all(starts, 3).losses.tobytes() == whole.losses.tobytes()


def test_dead_starts_of_relu():
    """A third of all starts with one filter stays above 0.1; in 48 no sum is above 0, and all of these end at one number."""
    result = sweep(Setup(net=DEAD, k=200), load_image("test-0"), "start:1..240")
    last = result.losses[:, -1]
    numbers, counts = np.unique(last, return_counts=True)
    assert (last > 0.1).sum() == 77
    assert counts.max() == 48 and round(float(numbers[counts.argmax()]), 4) == 0.1951


def test_what_a_kind_of_layer_makes_of_parameters_has_its_line():
    """Else runs are made one by one, which is right, and slow."""
    setup = Setup(net="conv2x3b-relu-max2-conv2x3-tanh-avg2-dense3-softmax-ce")
    program = setup.network.program((32, 32))
    lines = [*program.forward_lines, *program.backward_lines]
    parameters = program.parameters.keys()
    assert {line.function for line in lines if parameters & {*line.sources} or line.target[1:] in parameters} <= BATCHED.keys()
    assert LOSSES["mse"].loss.function in BATCHED


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("seed:0..2", ["0", "1", "2"]),
        ("seed:7;3;7", ["7", "3"]),
        ("start:5", ["5"]),
        ("lr:0.001..1", ["0.001", "0.00178", "0.00316", "0.00562", "0.01", "0.0178", "0.0316", "0.0562", "0.1", "0.178", "0.316", "0.562", "1"]),
        ("lr:0.01;0.1;1", ["0.01", "0.1", "1"]),
        ("f:sobel-x;blur", ["sobel-x", "blur"]),
        ("img:test-0;test-3", ["test-0", "test-3"]),
    ],
)
def test_what_is_asked_for(text, values):
    asked = read_sweep(text, Setup())
    assert [*asked.values] == values and asked.messages == ()


@pytest.mark.parametrize(
    "text",
    ["", "seed", "seed:", "k:0..3", "seed:5..1", "seed:-1..3", "seed:a..b", "lr:1..0.1", "lr:0..1", "lr:x", "f:blurr", "img:cat", "seed:..", "lr:;;", "seed:0..9999999999"],
)
def test_what_names_no_start_is_said(text):
    with pytest.raises(Problem) as caught:
        read_sweep(text, Setup())
    assert str(caught.value)


def test_what_cannot_be_used_is_left_out_and_said():
    asked = read_sweep("f:blur;blurr;1,2", Setup())
    assert asked.values == ("blur",) and "'blurr'" in str(asked.messages[0]) and "'1,2'" in str(asked.messages[0])
    asked = read_sweep("img:test-0;digit7-3", Setup())
    assert asked.values == ("test-0",) and "digit7-3" in str(asked.messages[0])
    asked = read_sweep("seed:0..4999", Setup())
    assert len(asked.values) == MOST_RUNS and "1,000" in str(asked.messages[0])


def test_without_a_kernel_of_3_a_start_is_a_seed():
    for net in ("conv1x5-sigmoid-dense2-sigmoid-mse", "dense2-sigmoid-mse"):
        setup = Setup(net=net)
        assert read_sweep("start:7", setup).setup(setup, "7") == setup.with_query({"seed": "7"})[0]
    several = Setup(net="conv4x3-relu-dense2-sigmoid-mse")
    assert read_sweep("start:7", several).setup(several, "7").to_query()["f"] == several.with_query({"f": "random-7"})[0].to_query()["f"]


def test_targets_follow_the_image_where_they_were_its_own():
    ten = Setup(net="conv1x3-relu-dense10-softmax-ce", classes="airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck")
    asked = read_sweep("img:test-0;test-3", ten)
    assert asked.setup(ten, "test-3").y[0] == 1.0  # an airplane
    typed = dataclasses.replace(ten, y=(0.5,) * 10)
    assert asked.setup(typed, "test-3").y == typed.y


@settings(deadline=None)
@given(st.integers(1, MOST_RUNS), st.integers(0, 10_000), st.sampled_from([DEAD, "conv32x3-relu-conv32x3-relu-max2-dense10-softmax-ce"]))
def test_updates_are_as_many_as_fit(runs, n, net):
    setup = Setup(net=net)
    step = step_work(setup.network, (32, 32))

    def fits(n: int) -> bool:
        return n <= setup.most_updates and runs * n * step <= MOST_WORK and runs * (n + 1) <= MOST_LOSSES

    result = updates_that_fit(n, runs, setup, (32, 32))
    assert result <= n and (fits(result) or not result)
    assert result == n or not fits(result + 1)


@pytest.mark.parametrize("change", [{"net": "conv1x3-bn-relu-dense2-softmax-ce"}, {"net": "conv2x3-relu-drop20-dense2-softmax-ce"}, {"rule": "scalar_sigmoid"}])
def test_runs_that_share_no_block_are_costed_and_cut_as_single_runs(change):
    setup, _ = Setup.parse_query(change)
    for runs in (2, 240, 1_000):
        result = updates_that_fit(10_000, runs, setup, (32, 32))
        alone = estimated_seconds(setup.network, (32, 32), 1)
        assert seconds_of_runs(result, runs, setup, (32, 32)) == pytest.approx(runs * result * alone)
        assert runs * result * alone <= 10
        assert result == setup.most_updates or runs * (result + 1) * alone > 10 or (result + 2) * runs > MOST_LOSSES
        assert result <= updates_that_fit(10_000, runs, setup, (32, 32), block_runs=1)
    assert seconds_of_runs(100, 50, Setup(), (32, 32)) < 50 * estimated_seconds(Setup().network, (32, 32), 100)


def test_more_updates_than_fit_are_cut_and_said():
    result = sweep(Setup(k=500), load_image("test-0"), "seed:0..999")
    assert result.losses.shape == (1000, 400) and "399" in str(result.messages[0])


def test_a_run_away_is_shown_as_it_is():
    setup = Setup(net="conv1x3-relu-dense2-mse", k=30)
    result = sweep(setup, load_image("test-0"), "lr:0.01;1e6")
    assert np.isfinite(result.losses[0]).all() and not np.isfinite(result.losses[1]).all()


def test_one_output_has_no_largest():
    result = sweep(Setup(net="conv1x3-sigmoid-dense1-sigmoid-mse", k=2), load_image("test-0"), "seed:0..2")
    assert result.reached is None and "reached" not in result.arrays()
