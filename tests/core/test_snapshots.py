"""The snapshot after k updates is a plain loop's, bit for bit, whatever was asked for before."""

import functools
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.network.notebook_ops import mse
from cnnviz.core.notebook.notebook import notebook_step
from cnnviz.core.notebook.notebook_network import backward, forward, init_params, update
from cnnviz.core.setup.kernels import KERNELS, random_kernel
from cnnviz.core.setup.setup import RULES, Setup
from cnnviz.core.training import snapshots
from cnnviz.core.training.snapshots import SPACING, run_updates, walk
from cnnviz.core.training.updates import Updates

FAR = 2 * SPACING + 50
"""Far enough to cross what is remembered on the way twice."""


def bits(snapshot) -> tuple[bytes, ...]:
    names = (
        ("params", "f w b"),
        ("trace", "x z1 a1 v z2 o"),
        ("gradients", "do dz2 dw db da1 dz1 df dx"),
        ("after", "f w b"),
    )
    arrays = [getattr(getattr(snapshot, part), name) for part, fields in names for name in fields.split()]
    return tuple(array.tobytes() for array in [*arrays, snapshot.losses, snapshot.kernels])


def image(shape: tuple[int, int] = (7, 6), scale: float = 1) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, shape) / 255 * scale


@functools.cache
def from_scratch(setup: Setup, k: int) -> tuple[bytes, ...]:
    """Asked for by itself, with nothing remembered."""
    snapshots.forget()
    return bits(run_updates(setup, image(), k))


SETUPS = st.builds(
    Setup,
    f=st.integers(0, 99).map(random_kernel),
    w=st.sampled_from(["zeros", "normal"]),
    lr=st.sampled_from([0.0, 0.01, 3.0]),
    stride=st.integers(1, 3),
    pad=st.sampled_from(["valid", "same", "full", 1]),
)


@settings(deadline=None, max_examples=25)
@given(st.sampled_from([0.01, 5.0]), st.lists(st.integers(0, FAR) | st.just(None), min_size=2, max_size=8))
def test_a_moment_is_the_same_bits_by_any_path(learning_rate, visits):
    """`None` forgets everything that was remembered."""
    setup = Setup(lr=learning_rate)
    expected = {k: from_scratch(setup, k) for k in visits if k is not None}
    snapshots.forget()
    for k in visits:
        if k is None:
            snapshots.forget()
        else:
            assert bits(run_updates(setup, image(), k)) == expected[k]


@settings(deadline=None, max_examples=40)
@given(SETUPS, st.integers(0, 130))
def test_a_moment_is_what_a_plain_loop_of_forward_backward_and_update_gives(setup, k):
    x, y, geometry = image(), np.array(setup.y), (setup.stride, setup.pad)
    params = init_params(setup.kernel, x.shape, 2, *geometry, setup.w, setup.seed)
    losses, kernels = [], []
    for _ in range(k + 1):
        trace = forward(params, x, *geometry)
        gradients = backward(params, trace, y)
        losses.append(mse(trace.o, y))
        kernels.append(params.f)
        after = update(params, gradients, setup.lr)
        snapshot = snapshots.Snapshot(params, trace, gradients, np.array(losses), after, np.array(kernels))
        params = after
    result = run_updates(setup, x, k)
    assert bits(result) == bits(snapshot)
    assert result.losses.shape == (k + 1,) and result.losses[-1] == mse(result.trace.o, y)
    assert bits(run_updates(setup, x, k + 1))[:3] == bits(result)[-5:-2]


@pytest.mark.parametrize("rule", [*RULES, "one_pixel,integer_kernel"])
def test_a_rule_is_followed_at_every_update(rule):
    setup, x = Setup(rule=rule, f=KERNELS["notebook"], scale="raw"), image((8, 8), scale=255)
    params = init_params(setup.kernel, x.shape, weights="normal")
    for k in range(SPACING + 3):
        snapshot = run_updates(setup, x, k)
        trace, gradients, after = notebook_step(params, x, setup.y, setup.lr, setup.deviations)
        assert np.array_equal(snapshot.trace.z1, trace.z1) and np.array_equal(snapshot.gradients.df, gradients.df)
        params = after
    assert np.array_equal(snapshot.after.f, params.f)


@pytest.mark.parametrize("rule", RULES)
def test_a_walk_passes_through_the_same_moments(rule):
    setup, x = Setup(rule=rule), image((6, 6))
    for k, (params, trace, gradients) in enumerate(walk(setup, x, 25)):
        snapshot = run_updates(setup, x, k)
        assert np.array_equal(params.w, snapshot.params.w) and np.array_equal(trace.o, snapshot.trace.o)
        assert np.array_equal(gradients.dx, snapshot.gradients.dx)
    assert k == 25


def test_the_cursor_of_the_lesson_changes_nothing_and_is_no_other_lesson():
    snapshots.forget()
    assert bits(run_updates(Setup(k=9, stage="o"), image(), 4)) == bits(run_updates(Setup(), image(), 4))
    assert len(snapshots._RUNS) == 1


def test_lessons_and_images_are_not_mixed_up():
    snapshots = {
        bits(run_updates(setup, x, 5))
        for setup in (Setup(), Setup(seed=1), Setup(lr=0.02), Setup(y=(0, 1)))
        for x in (image(), image().T, image() / 2, image().reshape(6, 7))
    }
    assert len(snapshots) == 16


def test_the_image_may_be_bytes_a_view_or_changed_afterwards():
    whole = np.random.default_rng(3).integers(0, 256, (14, 6), dtype=np.uint8)
    x = whole[::2].astype(np.float64)
    expected = bits(run_updates(Setup(), x, 3))
    assert bits(run_updates(Setup(), whole[::2], 3)) == expected
    snapshot = run_updates(Setup(), x, 3)
    x[...] = 0
    assert bits(snapshot) == expected


def test_nothing_in_a_moment_can_be_written_to():
    snapshot = run_updates(Setup(), image(), 3)
    for array in (snapshot.losses, snapshot.params.w, snapshot.trace.x, snapshot.gradients.df, snapshot.after.f):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize("scale", [1, 255])
@pytest.mark.parametrize("kernel", ["sobel-x", "notebook"])
def test_a_diverging_learning_rate_on_raw_pixels_stays_finite(scale, kernel):
    setup = Setup(lr=1e6, f=KERNELS[kernel], y=(1e6, -1e6) if scale == 255 else (1, 0))
    snapshot = run_updates(setup, image((32, 32), scale), 300)
    for part in (snapshot.params, snapshot.trace, snapshot.gradients, snapshot.after):
        assert all(np.isfinite(array).all() for array in vars(part).values() if isinstance(array, np.ndarray))
    assert np.isfinite(snapshot.losses).all()


def test_many_threads_asking_for_one_lesson_get_the_same_bits(monkeypatch):
    generator = np.random.default_rng(0)
    asked = [generator.integers(0, FAR, 12).tolist() for _ in range(4)]
    expected = {k: from_scratch(Setup(), k) for ks in asked for k in ks}
    snapshots.forget()
    loss = Updates.loss
    monkeypatch.setattr(Updates, "loss", lambda self, trace: (time.sleep(0.0001), loss(self, trace))[1])  # others get a turn

    def wrong(ks):
        return [k for k in ks if bits(run_updates(Setup(), image(), k)) != expected[k]]

    with ThreadPoolExecutor(len(asked)) as threads:
        assert list(threads.map(wrong, asked)) == [[]] * len(asked)


@pytest.mark.parametrize(
    ("x", "k", "message"),
    [
        (np.ones((5, 5)), -1, "run_updates: k is -1; it needs to be 0 or more"),
        (np.ones((2, 5)), 0, "kernel of 3 does not fit into 2 cells"),
        (np.ones((5, 5, 3)), 0, "x has shape"),
    ],
)
def test_an_impossible_request_says_why(x, k, message):
    with pytest.raises(ValueError, match=message):
        run_updates(Setup(), x, k)
