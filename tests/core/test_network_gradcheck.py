"""The gradient check of any network: right gradients pass, a tenth of a percent is seen, kinks are said to be kinks."""

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.core.gradcheck import STEPS, TOLERANCE, check_gradients, error_curve, nudge_path, step_sweep
from cnnviz.core.gradcheck.inputs import differences
from cnnviz.core.gradcheck.verdict import SAFETY
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.notebook.notebook_network import init_params, update
from cnnviz.core.runtime.work_cancellation import cancellable
from cnnviz.words import Problem
from tests.core.networks import ALL, COURSES, Case, cases

SMALL = [name for name, case in ALL.items() if sum(a.size for a in case.params.values()) < 15_000]
SMOOTH = ("conv", "avg", "sigmoid", "tanh", "identity")


def check(case: Case, **more):
    return check_gradients(case.params, case.x, case.y, network=case.network, **more)


def gradients(case: Case) -> dict[str, np.ndarray]:
    return dict(case.network.backward(case.params, case.network.forward(case.params, case.x), case.y))


# --- right gradients pass -------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SMALL, "LeNet", "PyTorch"])
def test_every_entry_of_every_networks_gradients_is_right(name):
    case = ALL[name]
    result = check(case)
    assert result.passed and result.wrong == 0 and result.worst.relative_error <= TOLERANCE
    assert result.count == sum(a.size for a in case.params.values()) and result.at_kinks < result.count / 10
    for parameter, array in case.params.items():
        for created in (result.analytic, result.numeric, result.relative_error, result.kinks):
            assert list(created) == list(case.params) and created[parameter].shape == array.shape


@given(cases(), st.sampled_from([0, 0, 3, 30]), st.sampled_from([1, 255, 0.01]))
@settings(max_examples=60)
def test_no_network_makes_it_cry_wolf(case, updates, scale):
    """Of the image too; raw pixels, and parameters on their way."""
    x, params = case.x * scale, case.params
    for _ in range(updates):
        params = update(params, case.network.backward(params, case.network.forward(params, x), case.y), 0.01 / max(1, scale) ** 2)
    assume(all(np.abs(array).max() < 100 for array in params.values()))
    result = check_gradients(params, x, case.y, network=case.network, parameters=[*params, "x"])
    assert result.worst.relative_error < TOLERANCE, result.worst


@pytest.mark.parametrize("name, step", [("DeepLearnToolbox", 0.01), ("the notebook", 0.1), ("dense6-tanh-dense2-tanh-mse", 0.03)])
def test_a_long_step_is_no_reason_to_call_a_gradient_wrong(name, step):
    """What a difference leaves out is estimated from one at twice the step, and taken off."""
    case = ALL.get(name) or Case(name, (5, 6))
    result = check(case, step=step)
    assert result.passed and result.at_kinks == 0
    nudged = differences(case.params, case.x, case.y, network=case.network)
    plain = {name: nudged.central(name, step).reshape(array.shape) for name, array in result.analytic.items()}
    error, plain_error = (max(np.abs(by[name] / array - 1).max() for name, array in result.analytic.items()) for by in (result.numeric, plain))
    assert plain_error > 2 * max(TOLERANCE, error)


def test_a_network_that_diverged_is_not_finite_and_nothing_warns():
    case = Case("dense1-dense1-dense1-identity-mse", (4, 4))
    params = case.params.replace(w1=np.full((16, 1), 1e200))
    result = check_gradients(params, case.x, case.y, network=case.network)
    assert (result.verdict, result.passed, result.wrong, result.undecided) == ("not finite", False, 0, result.count)


# --- wrong gradients fail -------------------------------------------------------------------------


@given(cases(), st.sampled_from([1.001, 0.999]))
@settings(max_examples=40)
def test_a_tenth_of_a_percent_is_seen(case, factor):
    """In each single entry, unless a thousandth of it is less than round-off makes of the loss."""
    right = gradients(case)
    result = check(case, gradients={name: right[f"d{name}"] * factor for name in case.params})
    for name in case.params:
        size = np.abs(right[f"d{name}"])
        large = (size > 1e-5 * size.max()) & (size > 1e-6) & ~result.kinks[name]
        assert (result.relative_error[name][large] > TOLERANCE).all(), name


@pytest.mark.parametrize("name", ["deeplearning.ai", "conv3x3b-relu-max3s2-dense4-softmax-ce", "dense3-sigmoid-ce"])
def test_the_one_wrong_entry_is_named(name):
    case = ALL[name]
    right = gradients(case)
    for parameter in case.params:
        wrong = right[f"d{parameter}"].copy()
        index = np.unravel_index(np.abs(wrong).argmax(), wrong.shape)
        wrong[index] *= 1.001
        result = check(case, gradients=right | {f"d{parameter}": wrong})
        assert (result.worst.parameter, result.worst.index, result.wrong) == (parameter, tuple(map(int, index)), 1)
        assert not result.passed and result.worst.backward == wrong[index]


def test_gradients_go_by_the_parameter_or_its_gradients_name():
    case = COURSES["deeplearning.ai"]
    right = gradients(case)
    by_name = check(case, gradients={name: right[f"d{name}"] for name in case.params})
    assert by_name.worst == check(case, gradients=right).worst == check(case).worst
    del right["df2"]
    with pytest.raises(Problem, match="no gradient of f2"):
        check(case, gradients=right)
    with pytest.raises(Problem, match=r"the gradient of w has shape \(1440, 2\), not \(1352, 2\)"):
        case = Case("conv8x3-max2-dense2-softmax-ce", (28, 28))
        check(case, gradients=gradients(case) | {"dw": np.zeros((1440, 2))})
    with pytest.raises(Problem, match="above 0"):
        check(case, step=0)


@pytest.mark.parametrize("text", ["dense3-tanh-dense2-sigmoid-bce", "dense6-tanh-dense2-tanh-mse"])
def test_what_is_three_times_as_far_off_as_it_may_be_is_not_excused_by_a_shorter_steps_round_off(text):
    case = Case(text, (3, 3))
    right, error_bound = gradients(case), check(case).error_bound
    wrong = {name: right[f"d{name}"] + 3 * np.maximum(SAFETY * error_bound[name], TOLERANCE * np.abs(right[f"d{name}"])) for name in case.params}
    assert check(case, gradients=wrong).wrong == sum(array.size for array in wrong.values())


# --- kinks ----------------------------------------------------------------------------------------


def test_a_flat_image_stands_at_the_kink_of_relu_and_is_neither_right_nor_wrong():
    """Every z1 is 0: raising the bias wakes all units, lowering it none."""
    network, x, y = Network.parse("conv2x3b-relu-dense2-mse"), np.zeros((5, 5)), np.array([1.0, 0.0])
    params = network.init(x.shape)
    result = check_gradients(params, x, y, network=network)
    assert result.kinks["b1"].all() and not result.kinks["f"].any() and not result.kinks["b2"].any()
    assert result.at_kinks == 2 and result.passed and result.worst.parameter != "b1"
    assert result.relative_error["b1"].min() > TOLERANCE
    loose = check_gradients(params, x, y, network=network, gradients={**gradients_at(network, params, x, y), "db1": result.numeric["b1"]})
    assert loose.kinks["b1"].all()  # half of the way is not right either


def gradients_at(network, params, x, y):
    return dict(network.backward(params, network.forward(params, x), y))


def test_a_tie_in_a_max_pool_is_a_kink_too():
    network, x, y = Network.parse("conv1x1-max2-dense1-mse"), np.array([[0.3, 0.3], [0.1, 0.2]]), np.array([0.9])
    params = network.init(x.shape)
    result = check_gradients(params, x, y, network=network, parameters=["f", "w", "x"])
    assert result.kinks["x"].tolist() == [[True, True], [False, False]] and not result.kinks["f"].any()
    assert result.passed and result.analytic["x"][0, 1] == 0 != result.numeric["x"][0, 1]


@pytest.mark.parametrize("share, kink", [(0.0, True), (0.002, True), (0.05, False), (0.3, False), (0.7, False), (3.0, False)])
def test_a_kink_within_the_step_is_passed_by_at_a_smaller_one(share, kink):
    """z1 = x·f is 0 at f = 0; f stands `share` of a step from there."""
    network, x, y, step = Network.parse("conv1x1-relu-dense1-mse"), np.ones((1, 1)), np.array([0.7]), 1e-5
    params = network.init((1, 1), f=np.array([[share * step]]))
    result = check_gradients(params, x, y, step=step, network=network)
    assert bool(result.kinks["f"][0, 0]) == kink and result.passed
    if not kink:
        wrong = {name: array * 1.001 for name, array in result.analytic.items()}
        assert check_gradients(params, x, y, step=step, network=network, gradients=wrong).wrong == 3


@given(cases(SMOOTH), st.sampled_from([1.0, 1.001, -1, 0]))
@settings(max_examples=40)
def test_a_smooth_network_has_no_kinks_whatever_is_said_of_its_gradients(case, factor):
    if "relu" in case.text:
        case = dataclasses.replace(case, text=case.text.replace("relu", "tanh"))
    right = gradients(case)
    assert check(case, gradients={name: right[f"d{name}"] * factor for name in case.params}).at_kinks == 0


@given(cases(("conv", "relu", "max")))
@settings(max_examples=30)
def test_what_is_marked_has_two_slopes(case):
    """Blank halves and biases of 0 make ties and zeros; the slopes of both sides are taken a step of 1e-7 away."""
    x = np.where(case.x > 0, 1.0, 0.0)
    params = case.network.init(case.x_shape, seed=case.seed)
    result = check_gradients(params, x, case.y, network=case.network)

    def loss(name, index, shift):
        moved = params[name].copy()
        moved[index] += shift
        return case.network.loss(case.network.forward(params.replace(**{name: moved}), x), case.y)

    assert result.passed, result.worst
    for name, kinks in result.kinks.items():
        for index in list(zip(*np.nonzero(kinks), strict=True))[:3]:
            plus, at, minus = (loss(name, index, shift) for shift in (1e-7, 0, -1e-7))
            assert abs((plus - at) - (at - minus)) / 1e-7 > 1e-7


# --- the differences ------------------------------------------------------------------------------


@given(cases())
@settings(max_examples=25)
def test_nudged_copies_are_passes_with_one_entry_moved(case):
    step, rng = 1e-3, np.random.default_rng(case.seed)
    nudged = differences(case.params, case.x, case.y, network=case.network)
    trace = {**case.network.forward(case.params, case.x)}
    for place, (layer, names) in enumerate(zip(case.network.layers, case.network.names, strict=True)):
        for letter in layer.parameters(case.network.program(case.x_shape).inputs[place]):
            name = names.of(letter)
            h = step if letter == "b" else step / max(1, np.abs(trace[names.input]).max())
            numeric = nudged.central(name, step)
            for at in rng.permutation(case.params[name].size)[:3]:
                losses = []
                for shift in (h, -h):
                    moved = case.params[name].copy()
                    moved.flat[at] += shift
                    losses.append(case.network.loss(case.network.forward(case.params.replace(**{name: moved}), case.x), case.y))
                assert numeric[at] == pytest.approx((losses[0] - losses[1]) / (2 * h), rel=1e-7, abs=1e-9)


def test_what_lies_before_the_nudged_layer_is_not_computed_again(monkeypatch):
    case = COURSES["Tiny VGG"]
    program = case.network.program(case.x_shape)
    assert [line.target for line in nudge_path.path(program, "w").lines] == []
    assert [line.target for line in nudge_path.path(program, "b4").lines] == ["a4", "p2", "v", "z5"]
    assert nudge_path.path(program, "x").lines[-1].target == "z5" and len(nudge_path.path(program, "x").lines) == 16


@pytest.mark.parametrize("blocks", [1, 7, 10**9])
def test_the_size_of_blocks_does_not_matter(blocks, monkeypatch):
    case = COURSES["deeplearning.ai"]
    whole = check(case)
    monkeypatch.setattr(nudge_path, "BYTES", 16 * 100 * blocks)
    monkeypatch.setattr(nudge_path, "PRODUCTS", 1_000 * blocks)
    nudge_path.path.cache_clear()
    parts = check(case)
    nudge_path.path.cache_clear()
    for name in case.params:
        np.testing.assert_allclose(parts.numeric[name], whole.numeric[name], rtol=1e-7, atol=1e-10)


def test_progress_goes_from_nothing_to_all():
    told = []
    check(COURSES["Tiny VGG"], parameters=["f3", "f4", "w"], progress=told.append)
    assert len(told) > 10 and told == sorted(told) and told[0] < 0.2 and told[-1] == pytest.approx(1)


@pytest.mark.parametrize("padding, stride", [(0, 1), ("same", 2)])
def test_the_seeds_network_is_checked_by_the_same_lines(padding, stride):
    x, y = np.random.default_rng(0).random((9, 8)), np.array([1.0, 0.0])
    params = init_params(np.eye(3), x.shape, 2, stride, padding, "normal")
    text = DEFAULT.replace("conv1x3", f"conv1x3{'s2same' if stride == 2 else ''}")
    one, other = check_gradients(params, x, y, stride, padding), check_gradients(params, x, y, network=Network.parse(text))
    for name in "fwb":
        np.testing.assert_array_equal(one.numeric[name], other.numeric[name])
        np.testing.assert_array_equal(one.relative_error[name], other.relative_error[name])


@pytest.mark.parametrize("loss, last", [(loss, last) for loss in LOSSES.values() for last in ("", *loss.merged)])
@given(st.integers(0, 999), st.sampled_from([1e-9, 1e-3, 0.5, 30.0]))
@settings(max_examples=20)
def test_the_change_of_a_loss_is_its_difference(loss, last, seed, size):
    rng, n = np.random.default_rng(seed), seed % 4 + 1
    result = loss.merged[last] if last else loss
    if result.change is None:
        return
    before, y = rng.normal(size=(3, n)) * 4, rng.random(n)
    after = before + rng.normal(size=(3, n)) * size
    wide = (array.astype(np.longdouble) for array in (after, before))
    wanted = np.subtract(*(result.loss.function(array, y) for array in wide))
    np.testing.assert_allclose(result.change(after, before, y), wanted.astype(float), rtol=1e-6 if size == 1e-9 else 1e-9, atol=1e-18 if size < 1 else 1e-12)
    assert not result.change(before, before, y).any()


# --- the sweep ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["vzhou842", "DeepLearnToolbox", "dense3-sigmoid-ce"])
def test_the_sweep_of_any_network_is_a_u(name):
    case = ALL[name]
    sweep = step_sweep(case.params, case.x, case.y, network=case.network)
    single, double = sweep.errors["float32"], sweep.errors["float64"]
    assert double.min() < 1e-8 < 1e-5 < double[-1] and single.min() < 1e-2 and single[-1] > 0.9
    assert sweep.steps[double.argmin()] < sweep.steps[single.argmin()] and single.min() > 100 * double.min()
    assert double[0] > double.min() * 100


def test_a_sweep_of_a_large_network_takes_some_entries_of_each_parameter():
    assert error_curve._spaced_entries(1_000, 1_000).tolist() == list(range(1_000))
    some = error_curve._spaced_entries(48_000, 61_706)
    assert 0 == some[0] < some[-1] == 47_999 and 1_500 < some.size < 2_500 and len(set(some)) == some.size
    assert error_curve._spaced_entries(6, 61_706).tolist() == list(range(6))


def test_every_block_of_a_check_and_of_its_sweep_is_looked_at():
    """Average and max pools over large windows take milliseconds a block, and nothing of them shows in the multiplications."""
    network = Network.parse("conv2x3-max4s1-avg4s1-dense2-mse")
    x = np.random.default_rng(0).random((16, 16))
    looks: list[int] = []
    with cancellable(lambda: looks.append(1)):
        for act in (step_sweep, check_gradients):
            before = len(looks)
            act(network.init(x.shape), x, np.array([1.0, 0.0]), network=network)
            assert len(looks) - before >= len(network.parameters) * (2 * len(STEPS) if act is step_sweep else 1)
