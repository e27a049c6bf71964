"""Why a run wins or fails is what its trajectory shows at the moment that is named."""

import dataclasses

import numpy as np
import pytest

from cnnviz import load_image
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import film
from cnnviz.core.training.film_analysis import turning_points
from cnnviz.core.training.run_outcome import Outcome, outcome
from cnnviz.core.training.snapshots import Snapshot, run_updates

X, N = load_image("test-0"), 200
RELU = "conv1x3-relu-dense2-sigmoid-mse"


def told(setup: Setup, n: int = N) -> tuple[Outcome | None, Snapshot, Snapshot]:
    """The outcome, the snapshot that it names, and the end."""
    result = outcome(setup, film(setup, X, n, 2))
    return result, run_updates(setup, X, result.k if result else 0), run_updates(setup, X, n)


def right(snapshot: Snapshot, setup: Setup) -> bool:
    return bool(snapshot.trace.o.argmax() == np.argmax(setup.y))


@pytest.mark.parametrize("seed", range(1, 25))
def test_a_class_has_each_of_its_runs_explained(seed):
    setup = Setup(net=RELU, f=f"random-{seed}", seed=seed)
    result, there, end = told(setup)
    how = result.how.partition(".")[0]
    assert (end.losses[-1] <= 0.1) == (how == "wins")
    open_units = np.count_nonzero(there.trace.a1)
    if how == "wins":
        assert right(there, setup) and right(end, setup)
        assert result.how == "wins.start" or not right(run_updates(setup, X, result.k - 1), setup)
        assert end.losses[result.values["half"]] <= (end.losses[0] + end.losses[-1]) / 2 < end.losses[result.values["half"] - 1]
    else:
        assert open_units == 0 if how == "silent" else open_units <= 90 or how == "slow"
        assert how == "slow" or not result.k or np.count_nonzero(run_updates(setup, X, result.k - 1).trace.a1) > open_units


@pytest.mark.parametrize("lr", [10.0, 100.0])
def test_a_run_diverges_by_the_first_step_that_raises_its_loss_for_good(lr):
    setup = Setup(net="conv1x3-relu-dense2-mse", lr=lr)
    result, there, end = told(setup)
    assert (result.how, result.stage) == ("diverges", "update")
    assert there.losses[-1] == result.values["before"] < result.values["after"] == end.losses[result.k + 1]
    assert not (end.losses[result.k + 1 :] < there.losses[-1]).any()


def test_a_rate_that_is_too_small_is_told_and_a_larger_one_is_none():
    setup = Setup(lr=1e-5)
    result, _, end = told(setup)
    assert result.how == "slow" and result.values["fallen"] == pytest.approx(1 - end.losses[-1] / end.losses[0])
    larger, _, _ = told(dataclasses.replace(setup, lr=0.01))
    assert larger.how.startswith("wins")
    assert told(setup, 10)[0] is None, "so few updates say nothing"


def test_what_saturates_and_fails_is_told_at_the_stage_where_it_does():
    setup = Setup(f=np.full((3, 3), 9.0), lr=1e-6)
    result, there, _ = told(setup)
    assert (result.how, result.k, result.stage) == ("saturates", 0, "a1")
    assert 0.9 < result.values["share"] == pytest.approx((there.trace.a1 * (1 - there.trace.a1) < 0.01).mean())


def test_a_run_that_was_better_after_its_leap_overshoots_and_one_that_ends_in_nothing_diverges_where_it_left_for_good():
    setup = Setup(net="conv1x3-tanh-dense2-mse", opt="adam", lr=0.3)
    run = film(setup, X, 100, 2)
    leap = int(np.argmax(run.losses > np.minimum.accumulate(run.losses) + 0.05))
    assert run.losses[-1] > run.losses.min() + 0.05 and run.losses[leap:].min() < run.losses[:leap].min()
    assert turning_points(run)[0] == (leap, "leaps") and outcome(setup, run).how != "diverges"
    gone = dataclasses.replace(run, losses=np.append(run.losses[:-1], np.nan))
    ((left, how),) = turning_points(gone)
    assert how == "diverges" and not (gone.losses[left:] < gone.losses[:left].min()).any()
    assert outcome(setup, gone).values["before"] == np.nanmin(gone.losses)


@pytest.mark.parametrize("y", [(1.0, 1.0), (0.5, 0.5)])
def test_where_no_output_alone_should_be_the_largest_no_answer_is_called_right(y):
    setup = Setup(y=y)
    result, _, _ = told(setup, 50)
    assert result.how == "wins.one"
