"""The loss along one number: each of its points is a single pass's, its gradient the backward pass's, its reach as far as something is seen."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz import Setup, check_gradients, curve, load_image, run_updates
from cnnviz.core.gradcheck import KINK
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.notebook.notebook import notebook_step
from cnnviz.core.runtime.threads import one_blas_thread
from cnnviz.core.training import losses_of_copies
from cnnviz.core.training.loss_along import POINTS, SPANS
from tests.core.networks import COURSES, cases

FITTING = cases().filter(lambda case: len(case.x_shape) == 2 or case.x_shape[0] == 3)


def setup_of(case, **fields) -> Setup:
    ch = "rgb" if len(case.x_shape) == 3 else "red"
    return dataclasses.replace(Setup.from_query({"net": case.text, "ch": ch, "seed": str(case.seed)})[0], **fields)


def single(setup: Setup, snapshot, symbol: str, at: tuple[int, ...], value: float) -> float:
    """L of a pass of its own with that number in place."""
    arrays = {"x": snapshot.trace.x, **snapshot.params}
    array = arrays[symbol].copy()
    array[at] = value
    arrays[symbol] = array
    params, network = snapshot.params.replace(**{name: arrays[name] for name in snapshot.params}), setup.network
    with np.errstate(all="ignore"):
        return network.loss(network.forward(params, arrays["x"]), np.array(setup.y))


@pytest.mark.parametrize("net", ["conv1x3-sigmoid-dense2-sigmoid-mse", "conv1x3-relu-dense3-softmax-ce", "conv1x3-relu-dense2-sigmoid-bce"])
def test_a_target_has_a_curve_before_there_are_updates_and_its_slope_is_exact(net):
    setup = Setup.from_query({"net": net, "y": "1"})[0]
    x = load_image(setup.img)
    network, trace = setup.network, run_updates(setup, x, 0).trace
    result = curve(setup, x, "y:1", 0.5)
    assert result.at == setup.y[1] and result.theta[32] == result.at and abs(result.theta[64] - result.theta[0]) == 0.5
    for value, loss in zip(result.theta[::16], result.loss[::16], strict=True):
        assert loss == network.loss(trace, np.array([setup.y[0], value, *setup.y[2:]]))
    near = result.theta[32] + (1e-6 if result.at == 0 else -1e-6)
    nudged = network.loss(trace, np.array([setup.y[0], near, *setup.y[2:]]))
    assert result.gradient == pytest.approx((nudged - result.loss[32]) / (near - result.at), rel=1e-5)
    for refused, along in ((setup, "y:9"), (dataclasses.replace(setup, k=1), "y:1")):
        with pytest.raises(ValueError, match="target|not a number to vary"):
            curve(refused, x, along)


@settings(deadline=None, max_examples=60)
@given(FITTING, st.sampled_from([*OPTIMIZERS]), st.integers(0, 3), st.data())
def test_every_point_is_a_single_pass_bit_for_bit(case, opt, k, data):
    setup = setup_of(case, opt=opt, k=k)
    snapshot = run_updates(setup, case.x, k)
    shapes = {"x": case.x_shape, **{name: array.shape for name, array in snapshot.params.items()}}
    symbol = data.draw(st.sampled_from([*shapes]))
    at = tuple(data.draw(st.integers(0, size - 1)) for size in shapes[symbol])
    with one_blas_thread():
        try:
            result = curve(setup, case.x, f"{symbol}:{','.join(map(str, at))}", 2.0)
        except ValueError as no:  # an image of another size than the setup's has fewer weights
            pytest.skip(str(no))
        expected = [single(setup, snapshot, symbol, at, value) for value in result.theta]
    assert result.loss.tobytes() == np.array(expected).tobytes()
    now = ({"x": snapshot.trace.x} | dict(snapshot.params))[symbol][at]
    assert result.theta.shape == (POINTS,) and result.theta[32] == result.at == now and result.theta[64] == now + 2
    assert result.gradient == snapshot.gradients[f"d{symbol}"][at]
    assert result.loss[32] == snapshot.losses[-1] or np.isnan(result.loss[32])


@pytest.mark.parametrize("name", COURSES)
def test_blocks_of_any_size_give_the_same(name, monkeypatch):
    case = COURSES[name]
    program = case.network.program(case.x_shape)
    with one_blas_thread():
        trace = case.network.forward(case.params, case.x)
        for symbol in ("x", next(iter(case.params))):
            given_ = (program, case.params, trace, case.y, symbol, (0,) * len(program.shown[symbol]), np.linspace(-1, 1, 5))
            whole = losses_of_copies.losses_along(*given_)
            monkeypatch.setattr(losses_of_copies, "BYTES", 1)
            assert losses_of_copies.losses_along(*given_).tobytes() == whole.tobytes()
            monkeypatch.undo()


@settings(deadline=None, max_examples=30)
@given(FITTING, st.sampled_from([*OPTIMIZERS]), st.sampled_from([0.0, 0.02, 0.5]), st.integers(0, 2), st.booleans())
def test_along_the_rate_it_is_the_loss_after_the_next_update(case, opt, lr, k, by_hand):
    setup = setup_of(case, opt=opt, lr=lr, k=k)
    bias = next((name for name in setup.network.parameters if name[0] == "b"), None)
    if by_hand and bias:
        setup = dataclasses.replace(setup, set=f"{bias}:0:1~{k + 1}")
    result, snapshot = curve(setup, case.x, "lr"), run_updates(setup, case.x, k)
    assert result.theta[0] == 0 and result.theta[64] == (2 * lr or 0.02) and result.at == lr and (not lr or result.theta[32] == lr)
    for n in (0, 7, 32, 64):
        params = OPTIMIZERS[opt](float(result.theta[n])).step(snapshot.params, snapshot.gradients, snapshot.state or None)[0]
        arrays = {name: array.copy() for name, array in params.items()}
        for one in setup.set:
            arrays[one.symbol][one.at] = one.value
        expected = setup.network.loss(setup.network.forward(params.replace(**arrays), case.x), np.array(setup.y))
        assert result.loss[n] == expected or np.isnan(expected)
    if lr:
        assert result.loss[32] == run_updates(setup, case.x, k + 1).losses[-1] or np.isnan(result.loss[32])


@pytest.mark.parametrize("opt", OPTIMIZERS)
def test_the_gradient_of_the_rate_is_the_slope_of_its_curve(opt):
    result = curve(Setup(opt=opt, k=2, set="b:0:1~3"), load_image("test-0"), "lr")
    slope = (result.loss[33] - result.loss[31]) / (result.theta[33] - result.theta[31])
    assert result.gradient == pytest.approx(slope, rel=1e-2) and not result.kink


def test_a_kink_is_marked_where_the_check_marks_it():
    setup = Setup(net="conv2x3b-relu-max2-dense2-softmax-ce", img="pattern-edges", f="sobel-x")
    x = load_image("pattern-edges")
    snapshot = run_updates(setup, x, 0)
    marks = check_gradients(snapshot.params, x, np.array(setup.y), network=setup.network).marks["f"]
    at_kink = [tuple(map(int, at)) for at in np.argwhere(marks == KINK)]
    others = [tuple(map(int, at)) for at in np.argwhere(marks != KINK)]
    assert at_kink and others
    for places, expected in ((at_kink, True), (others, False)):
        assert {curve(setup, x, f"f:{','.join(map(str, at))}", 1).kink for at in places[:4]} == {expected}


@pytest.mark.parametrize(("setup", "along"), [(Setup(), "f:1,1"), (Setup(seed=39), "w:3,0"), (Setup(k=5), "b:1"), (Setup(net="dense2-mse"), "w:5,1")])
def test_it_reaches_as_far_as_it_leaves_its_tangent_and_the_loss_moves(setup, along):
    x = load_image("test-0")
    result = curve(setup, x, along)
    assert result.span in SPANS and result.theta[64] == result.at + result.span

    def shows(span: float) -> bool:
        some = curve(setup, x, along, span)
        change, linear = some.loss[[0, 64]] - some.loss[32], some.gradient * (some.theta[[0, 64]] - some.at)
        left = np.abs(change - linear) >= (np.abs(change) + np.abs(linear)) / 2
        return bool(left.any() and (np.abs(change) >= 0.01 * some.loss[32]).any())

    shorter = [span for span in SPANS if span < result.span]
    assert shows(result.span) and not any(map(shows, shorter))


def test_a_flat_curve_and_a_pixel_have_a_reach_of_their_own():
    x = load_image("test-0")
    dead = Setup(net="conv1x3b-relu-dense2-sigmoid-mse", set="b1:0:-1000000")
    assert curve(dead, x, "f:1,1").span == 1 and not np.ptp(curve(dead, x, "f:1,1").loss)
    assert curve(Setup(), x, "x:3,4").span == 1 and curve(Setup(scale="raw"), x * 255, "x:3,4").span == 255


def test_the_notebooks_rule_has_the_notebooks_losses():
    setup, x = Setup(rule="one_pixel,double_conv", k=1), load_image("test-0")
    snapshot, result = run_updates(setup, x, 1), curve(setup, x, "f:0,1", 1)
    for n in (0, 31, 64):
        kernel = snapshot.params.f.copy()
        kernel[0, 1] = result.theta[n]
        trace = notebook_step(snapshot.params.replace(f=kernel), x, np.array(setup.y), setup.lr, setup.deviations)[0]
        assert result.loss[n] == setup.network.loss(trace, np.array(setup.y))


def test_what_is_set_by_hand_is_in_it():
    x = load_image("test-0")
    result = curve(Setup(set="w:0,0:3;x:1,1:0.5"), x, "w:0,0")
    assert result.at == 3 and curve(Setup(set="x:1,1:0.5"), x, "x:1,1").at == 0.5


@pytest.mark.parametrize("along", ["", "q:1", "z1:0,0", "f", "f:9,9", "f:1", "lr:1", "y:9", "y:0,0", "x:-1,0"])
def test_what_names_no_number_is_a_sentence(along):
    with pytest.raises(ValueError, match="number|array|exist|set"):
        curve(Setup(), load_image("test-0"), along)


@pytest.mark.parametrize("span", [0, -1, float("nan"), float("inf"), 1e7])
def test_a_reach_that_is_none_is_a_sentence(span):
    with pytest.raises(ValueError):
        curve(Setup(), load_image("test-0"), "f:1,1", span)
