"""A film's numbers are the trajectory's, for any network."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.core.network.notebook_ops import saturated_share
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import FEW, default_maps, evenly_spaced, film
from cnnviz.core.training.film_analysis import fall_shares, loss_terms, turning_points
from cnnviz.core.training.snapshots import run_updates
from cnnviz.words import Problem
from tests.core.networks import COURSES, Case
from tests.core.test_snapshot_networks import FITTING, setup_of


@pytest.mark.parametrize("loss", ["softmax-ce", "sigmoid-ce", "sigmoid-bce", "identity-mse"])
def test_what_the_outputs_add_comes_to_the_loss(loss):
    setup = Setup(net=f"conv1x3-relu-dense3-{loss}", y=(0.2, 0.0, 1.0), lr=0.1)
    run = film(setup, np.linspace(0, 1, 1024).reshape(32, 32), 4, most_frames=2)
    terms = loss_terms(run, setup.network, np.array(setup.y))
    np.testing.assert_allclose(terms.sum(axis=1), run.losses, rtol=1e-9)
    assert (terms >= 0).all() and (loss != "softmax-ce" or not terms[:, 1].any())


def test_no_terms_where_they_would_not_come_to_the_loss():
    setup = Setup(net="dense2-sigmoid-bce", w="zeros", lr=100.0)
    run = film(setup, np.ones((32, 32)), 2, most_frames=2)
    assert np.isnan(loss_terms(run, setup.network, np.array([0.0, 1.0]))[-1]).all()  # the targets are others than it learned


@given(st.integers(1, 10_000), st.integers(2, 10_000))
def test_no_update_is_shown_twice(last, most):
    shown = evenly_spaced(last, most)
    assert shown[0] == 0 and shown[-1] == last and len(shown) == min(last + 1, most) and (np.diff(shown) > 0).all()


@pytest.mark.parametrize("opt", ["gd", "momentum", "adam"])
def test_what_a_step_promises_is_what_a_small_one_keeps(opt):
    """To first order: the steps are so small that what the loss falls by is what they promised together."""
    setup = Setup(net="conv2x3b-sigmoid-dense2-sigmoid-bce", opt=opt, lr=1e-7)
    run = film(setup, np.linspace(0, 1, 1024).reshape(32, 32), 5, most_frames=2)
    np.testing.assert_allclose(run.promised.sum(axis=1)[:-1], -np.diff(run.losses), rtol=2e-3)
    each, whole = fall_shares(run)
    np.testing.assert_allclose(each.sum(axis=1), 1)
    assert whole.sum() == pytest.approx(1)
    if opt == "gd":
        np.testing.assert_allclose(run.promised, setup.lr * run.norms**2, rtol=1e-6)


def test_what_is_held_promises_nothing():
    run = film(Setup(), np.ones((8, 8)), 2, most_frames=2, hold=frozenset("w"))
    assert not run.promised[:, 1].any() and run.promised[:, 0].all()


@settings(max_examples=40)
@given(FITTING, st.integers(0, 6), st.integers(1, 4))
@example(Case("dense1-dense1-relu-mse", (11, 11), 13), 6, 4)  # runs away, past float32
def test_every_number_is_the_trajectorys(case, n, most_frames):
    setup = setup_of(case, opt="momentum")
    run = film(setup, case.x, n, most_frames)
    network = setup.network
    for k in range(n + 1):
        snapshot = run_updates(setup, case.x, k)
        np.testing.assert_array_equal(run.o[k], snapshot.trace.o)
        np.testing.assert_allclose(run.norms[k], [np.linalg.norm(snapshot.gradients[f"d{name}"]) for name in run.parameters])
        for share, passes_nothing in (
            (run.saturated[k], {"sigmoid": lambda a: a * (1 - a) < 0.01, "tanh": lambda a: 1 - a**2 < 0.04}),
            (run.silent[k], {"relu": lambda a: a == 0}),
        ):
            hidden = [(names.output, passes_nothing[layer.kind]) for layer, names in zip(network.layers[:-1], network.names, strict=False)
                      if layer.kind in passes_nothing]
            units = np.concatenate([at(snapshot.trace[name]).ravel() for name, at in hidden] or [[]])
            assert share == pytest.approx(units.mean()) if hidden else np.isnan(share)
        if k in run.updates:
            at = run.updates.tolist().index(k)
            for name in default_maps(network):
                array = snapshot.trace[name] if name in snapshot.trace else snapshot.gradients[name]
                with np.errstate(over="ignore"):  # of a run that has run away
                    drawn = array[0] if array.ndim == 3 else array
                    drawn = drawn.astype(np.float32 if drawn.size > FEW else np.float64)
                np.testing.assert_array_equal(run.frames[name][at], drawn)
    np.testing.assert_array_equal(run.losses, snapshot.losses)
    assert (len(run.losses), len(run.updates)) == (n + 1, min(n + 1, most_frames))


def test_the_teaching_networks_film_has_its_names():
    run, snapshot = film(Setup(), np.ones((8, 8)), 5, 9), run_updates(Setup(), np.ones((8, 8)), 5)
    assert run.z1.shape == run.a1.shape == run.dz1.shape == (6, 6, 6) and run.parameters == ("f", "w", "b")
    assert run.saturated[5] == saturated_share(snapshot.trace.a1) and np.isnan(run.silent).all()
    assert np.array_equal(run.kernel[5], snapshot.params.f.ravel())
    with pytest.raises(AttributeError, match="p1"):
        getattr(run, "p1")  # noqa: B009


def test_maps_channel_and_filter_can_be_chosen():
    setup, x = Setup(net="conv3x3b-relu-max2-dense2-softmax-ce", ch="rgb"), np.random.default_rng(0).random((3, 8, 8))
    run, snapshot = film(setup, x, 3, 9, maps=("p1", "x", "dx"), channel=2, filter=1), run_updates(setup, x, 3)
    assert np.array_equal(run.frames["p1"][3], snapshot.trace["p1"][2]) and run.frames["dx"].shape == (4, 8, 8)
    assert np.array_equal(run.kernel[3], snapshot.params["f"][1].ravel())
    assert np.array_equal(film(setup, x, 3, 9, maps=("p1",), channel=7).frames["p1"][3], snapshot.trace["p1"][0])


def test_a_run_that_ends_in_no_number_diverges():
    setup = Setup(net="conv4x3-relu-dense2-mse", lr=1000.0)
    (at, how), *_ = turning_points(film(setup, np.ones((8, 8)), 60, 2))
    assert how == "diverges" and at < 5


def test_a_film_is_no_longer_than_the_network_can_be_taken_to():
    with pytest.raises(Problem, match="exceeds the limit"):
        film(Setup(net=COURSES["Tiny VGG"].text, ch="rgb"), np.ones((3, 32, 32)), 9_999, 2)
