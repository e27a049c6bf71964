import json
from pathlib import Path

import numpy as np
import pytest

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.notebook_ops import sigmoid_prime
from cnnviz.core.notebook import notebook
from cnnviz.core.notebook.notebook import (
    DEVIATION_TABLE,
    DEVIATIONS,
    OBJECT_ORIENTED,
    PROCEDURAL,
    notebook_step,
    params_used,
)
from cnnviz.core.notebook.notebook_network import backward, forward, init_params, update
from tests.core import notebook_literal as literal

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
TRAIN, PRINTED = SHARED / "cifar10_train_first1000.npz", SHARED / "notebook_printed.json"
CALLS = 4

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in exp")


def draw(rng, top=256, integer=True):
    """An image, a kernel, a target and a learning rate; with a small `top`, few units are saturated."""
    k = int(rng.choice([2, 3, 3, 5]))
    n = k + int(rng.integers(0, 9))
    img = rng.integers(0, top, (n, n)).astype(np.uint8)
    kernel = rng.integers(-9, 10, (k, k)) if rng.random() < 0.5 else rng.integers(0, 18, (k, k))
    if not integer:
        img, kernel = img / top, rng.normal(size=(k, k))
    return img, kernel, float(rng.choice([0, 0.9, 1, rng.random()])), float(rng.choice([0.001, 0.01, 0.1, 1, 3]))


def close(ours, theirs):
    """To 1e-12 of each entry, or of the largest where a sum has cancelled."""
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12 * np.abs(theirs).max())


# --- what the notebook printed -------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed():
    if not (TRAIN.exists() and PRINTED.exists()):
        pytest.skip("needs CIFAR-10's train image 0 and the notebook's printed numbers, which are not bundled")
    return json.loads(PRINTED.read_text()), np.load(TRAIN)["images"][0, :, :, 0]


def test_every_printed_number_comes_out(printed):
    says, img = printed
    call = says["cell_8_call"]
    start = init_params(np.array(says["kernel_drawn"]), img.shape)
    trace, _, after = notebook_step(start, img, call["y"], call["learning_rate"], PROCEDURAL)
    assert trace.o.tolist() == call["prints_output"][0]
    assert after.f.tolist() == call["leaves_kernel (recomputed; it explains cell 11)"]

    # The class starts from the kernel that the call above changed in place.
    params = init_params(after.f, img.shape)
    kernels = []
    for number in range(3):
        trace, _, params = notebook_step(params, img, says["cell_15_backward"]["y"], 0.01, OBJECT_ORIENTED)
        kernels.append(params.f.tolist())
        if number:
            continue
        rows = says["cell_11_conv_rows_0_to_4 (row 4 is cut in the source after its last value here)"]
        for ours, theirs in zip(trace.z1, rows, strict=False):
            assert ours[: len(theirs)].tolist() == theirs
        assert trace.o.tolist() == says["cell_12_forward"]["output"][0]
        border = np.ones((30, 30), dtype=bool)
        border[:-1, :-1] = False
        assert (trace.a1[border] == 0.5).all() and (trace.a1[~border] == 1).all()
    assert kernels[0] == [[13, 8, 16], [13, 8, 9], [9, 7, 17]]
    assert kernels[1] == kernels[2] == says["cell_15_backward"]["prints_kernel"]


def test_the_story_on_the_notebooks_image(printed):
    says, img = printed
    start = init_params(np.array(says["kernel_drawn"]), img.shape, weights="normal")
    _, gradients, _ = notebook_step(start, img, 1, 0.01)
    assert (gradients.df == 0).all()
    trace, gradients, after = notebook_step(start, img, 1, 0.01, OBJECT_ORIENTED)
    assert sigmoid_prime(trace.v).sum() == 59 / 4 == 14.75
    assert (after.f != start.f).any()


# --- against the notebook's own lines ------------------------------------------------------------


@pytest.mark.parametrize("top", [2, 4, 256])
@pytest.mark.parametrize("integer", [True, False])
def test_the_procedural_version_call_after_call(top, integer):
    rng = np.random.default_rng(top)
    for _ in range(60):
        img, kernel, y, learning_rate = draw(rng, top, integer)
        deviations = PROCEDURAL if integer else PROCEDURAL - {"integer_kernel"}
        params = init_params(kernel, img.shape)
        for _ in range(CALLS):
            trace, gradients, params = notebook_step(params, img, y, learning_rate, deviations)
            o, seen = literal.forward_backward_propagation(img, kernel, 1, y, learning_rate)
            close(trace.z1, seen["z1"])
            close(trace.a1, seen["a1"])
            agree(trace, gradients, params, o, seen, kernel)


@pytest.mark.parametrize("top", [2, 4, 256])
@pytest.mark.parametrize("integer", [True, False])
def test_the_class_call_after_call(top, integer):
    rng = np.random.default_rng(top)
    for _ in range(60):
        img, kernel, y, learning_rate = draw(rng, top, integer)
        deviations = OBJECT_ORIENTED if integer else OBJECT_ORIENTED - {"integer_kernel"}
        theirs = literal.forward_propagation(img, kernel, 1, learning_rate)
        params = init_params(kernel, img.shape)
        for _ in range(CALLS):
            z1 = theirs.convolution()
            o, row = theirs.forward_propagation()
            theirs.backward_propagation(y)
            trace, gradients, params = notebook_step(params, img, y, learning_rate, deviations)
            close(trace.z1, z1)
            close(trace.v, row[0, :-1])
            agree(trace, gradients, params, o, theirs.seen, kernel)


def agree(trace, gradients, params, o, seen, kernel):
    close(trace.o, o[0])
    close(np.vstack([gradients.dw, gradients.db]), seen["dW"])
    close(gradients.dz1, seen["dz1"])
    close(gradients.df, seen["df"])
    close(np.vstack([params.w, params.b]), seen["W"])
    if kernel.dtype.kind == "i":
        assert np.array_equal(params.f, kernel)
    else:
        close(params.f, kernel)


def test_a_target_for_each_output_as_numpy_broadcasts_it():
    img, kernel, _, _ = draw(np.random.default_rng(3), top=3)
    theirs = literal.forward_propagation(img, kernel, 1, 0.1)
    params = init_params(kernel, img.shape)
    for _ in range(CALLS):
        o, _ = theirs.forward_propagation()
        theirs.backward_propagation(np.array([1, 0.2]))
        trace, gradients, params = notebook_step(params, img, np.array([1, 0.2]), 0.1, OBJECT_ORIENTED)
        agree(trace, gradients, params, o, theirs.seen, kernel)


# --- each switch by itself -----------------------------------------------------------------------


def arrays(step):
    trace, gradients, params = step
    names = {"trace": "x z1 a1 v z2 o", "gradients": "do dz2 dw db da1 dz1 df dx", "params": "f w b"}
    parts = {"trace": trace, "gradients": gradients, "params": params}
    return {name: getattr(parts[part], name) for part, listed in names.items() for name in listed.split()}


@pytest.mark.parametrize(
    "stride, padding, shape", [(1, 0, (9, 9)), (2, 0, (9, 12)), (3, "full", (7, 5)), (1, 2, (6, 8))]
)
def test_with_no_deviation_it_is_the_exact_step_bit_for_bit(stride, padding, shape):
    rng = np.random.default_rng(7)
    x, f, y = rng.random(shape), rng.normal(size=(3, 3)), np.array([0.3, 1])
    params = init_params(f, shape, stride=stride, padding=padding, weights="normal")
    for _ in range(CALLS):
        trace = forward(params, x, stride, padding)
        gradients = backward(params, trace, y)
        exact = arrays((trace, gradients, update(params, gradients, 0.7)))
        step = notebook_step(params, x, y, 0.7, (), stride, padding)
        for name, array in arrays(step).items():
            assert array.tobytes() == exact[name].tobytes(), name
        assert (step[0].stride, step[0].padding) == (stride, padding)
        params = step[2]


def test_the_switched_step_with_every_switch_off_is_the_exact_step():
    rng = np.random.default_rng(8)
    x, y = rng.random((9, 9)), np.array([0.3, 1])
    params = init_params(rng.normal(size=(3, 3)), x.shape, weights="normal")
    for _ in range(CALLS):
        exact, switched = notebook_step(params, x, y, 0.7), notebook._step(params, x, y, 0.7, frozenset())
        for name, array in arrays(switched).items():
            assert np.array_equal(array, arrays(exact)[name]), name
        params = exact[2]


FIRST = {
    "short_loop": "z1",
    "double_conv": "z1",
    "update_first": "da1",
    "scalar_sigmoid": "dz1",
    "one_pixel": "df",
    "integer_kernel": "f",
    "integer_gradient": "df",
    "fresh_weights": "z2",
}
"""Where a single switch first shows: nothing before it may differ."""


@pytest.mark.parametrize("name", DEVIATIONS)
def test_each_deviation_alone_first_shows_in_its_own_place(name):
    rng = np.random.default_rng(1)
    x, f = rng.random((8, 8)), rng.normal(size=(3, 3))
    params = init_params(f, x.shape, weights="normal")
    exact = arrays(notebook_step(params, x, 1, 0.5))
    ours = arrays(notebook_step(params, x, 1, 0.5, {name}))
    differing = [key for key in exact if not np.array_equal(exact[key], ours[key])]
    assert differing[0] == FIRST[name]
    shapes = {key: array.shape for key, array in exact.items()}
    assert {key: array.shape for key, array in ours.items()} == shapes


def test_fresh_weights_starts_every_call_from_zeros():
    x = np.random.default_rng(0).random((6, 6))
    params = init_params(np.ones((3, 3)), x.shape, weights="normal")
    for _ in range(2):
        trace, _, params = notebook_step(params, x, 1, 0.5, {"fresh_weights"})
        assert trace.o.tolist() == [0.5, 0.5] and (params.w != 0).all()
    assert not params_used(params, {"fresh_weights"}).w.any()
    assert params_used(params, {"one_pixel"}) is params


def test_a_kernel_is_truncated_toward_zero_from_both_sides():
    params = Params(np.array([[1.0, -1.0], [2.0, 0.0]]), np.ones((4, 2)), np.zeros(2))
    x = np.ones((3, 3))
    _, gradients, after = notebook_step(params, x, 0, 1, {"integer_kernel"})
    assert (gradients.df > 0).all() and (gradients.df < 1).all()
    assert after.f.tolist() == [[0, -1], [1, 0]] and not np.signbit(after.f[1, 1])


def test_the_names_and_the_two_versions():
    assert DEVIATIONS == tuple(FIRST)
    assert set(DEVIATIONS) - PROCEDURAL == {"integer_gradient"}
    assert set(DEVIATIONS) - OBJECT_ORIENTED == {"double_conv", "fresh_weights"}
    for row in DEVIATION_TABLE.values():
        assert row.notebook != row.exact


def test_a_step_changes_nothing_that_it_was_given():
    x, f = np.arange(36.0).reshape(6, 6), np.arange(9.0).reshape(3, 3)
    params = init_params(f, x.shape)
    before = [array.copy() for array in (x, params.f, params.w, params.b)]
    notebook_step(params, x, 1, 0.5, PROCEDURAL)
    assert all(np.array_equal(a, b) for a, b in zip(before, (x, params.f, params.w, params.b), strict=True))
    assert x.flags.writeable


# --- what the notebook cannot run ----------------------------------------------------------------


def test_the_notebooks_own_loops_fail_with_a_stride():
    img, kernel = np.ones((8, 8)), np.ones((3, 3))
    with pytest.raises(IndexError):
        literal.convolution(img, kernel, 2)
    with pytest.raises(ValueError):
        literal.forward_backward_propagation(np.ones((8, 6)), kernel, 1, 1)


@pytest.mark.parametrize("name", DEVIATIONS)
@pytest.mark.parametrize(
    "shape, stride, padding, sentence",
    [
        ((8, 8), 2, 0, "stride is 2; the notebook's loops"),
        ((8, 8), 1, "same", "padding is 'same'; the notebook fixes it at 0"),
        ((8, 6), 1, 0, "needs a square one"),
    ],
)
def test_what_the_notebook_cannot_run_is_said_in_a_sentence(name, shape, stride, padding, sentence):
    params = init_params(np.ones((3, 3)), shape, stride=stride, padding=padding)
    with pytest.raises(ValueError, match=sentence):
        notebook_step(params, np.ones(shape), 1, 0.1, {name}, stride, padding)


def test_names_and_shapes_that_do_not_fit():
    params = init_params(np.ones((3, 3)), (6, 6))
    for wrong in ("two_pixels", ["one_pixel", "two_pixels"], [3]):
        with pytest.raises(ValueError, match="is no deviation; there are short_loop"):
            notebook_step(params, np.ones((6, 6)), 1, 0.1, wrong)
    with pytest.raises(ValueError, match=r"w has shape \(16, 2\)"):
        notebook_step(params, np.ones((7, 7)), 1, 0.1, {"one_pixel"})
    assert notebook_step(params, np.ones((6, 6)), 1, 0.1, "one_pixel")
