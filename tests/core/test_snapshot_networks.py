"""The snapshot after k updates of any network and optimizer is a plain loop's, bit for bit, by any path."""

import dataclasses
import threading
import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.runtime.lru_cache import LruCache
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import STATE_BYTES
from cnnviz.core.training import snapshots
from cnnviz.core.training.snapshots import NEAR, SPACING, forget, run_updates
from cnnviz.core.training.updates import walk
from cnnviz.words import Problem
from tests.core.networks import COURSES, OTHERS, Case, cases

FITTING = cases().filter(lambda case: len(case.x_shape) == 2 or case.x_shape[0] == 3)


def setup_of(case: Case, **fields) -> Setup:
    setup, wrong = Setup.from_query(
        {"net": case.text, "ch": "rgb" if len(case.x_shape) == 3 else "red", "seed": str(case.seed)} | {k: str(v) for k, v in fields.items()}
    )
    assume(not wrong)
    return setup


def bits(snapshot) -> tuple[bytes, ...]:
    arrays = [*snapshot.params.values(), *snapshot.trace.values(), *snapshot.gradients.values(), *snapshot.after.values(), snapshot.losses, snapshot.kernels]
    states = [np.asarray(value) for state in (snapshot.state, snapshot.state_after) for value in state.values()]
    return tuple(array.tobytes() for array in [*arrays, *states])


@settings(max_examples=60)
@given(FITTING, st.sampled_from([*OPTIMIZERS]), st.sampled_from([0.01, 0.5]), st.integers(0, 12))
def test_a_moment_is_what_a_plain_loop_gives(case, opt, lr, k):
    setup = setup_of(case, opt=opt, lr=lr)
    network, optimizer, y = setup.network, OPTIMIZERS[opt](lr), np.array(setup.y)
    params, state, losses, filters = setup.first_params(case.x_shape), None, [], []
    first = next((name for name in network.parameters if name[0] == "f"), None)
    with np.errstate(all="ignore"):
        for _ in range(k + 1):
            trace = network.forward(params, case.x)
            gradients = network.backward(params, trace, y)
            losses.append(network.loss(trace, y))
            filters.append(params[first] if first else [])
            before, (after, state) = (params, state), optimizer.step(params, gradients, state)
            params = after
    result = run_updates(setup, case.x, k)
    expected = snapshots.Snapshot(
        before[0], trace, gradients, np.array(losses), after, np.array(filters[:: result.every]), network, before[1] or {}, state
    )
    assert bits(result) == bits(expected)
    assert result.network is setup.network and result.kernels.shape == expected.kernels.shape
    assert (result.every == 1) == (np.size(filters[0]) * 8 * setup.most_updates <= snapshots.KERNEL_BYTES)


@settings(max_examples=20)
@given(FITTING, st.sampled_from([*OPTIMIZERS]), st.lists(st.integers(0, SPACING + 2 * NEAR) | st.none(), min_size=2, max_size=6))
def test_a_moment_is_the_same_bits_by_any_path(case, opt, visits):
    """`None` forgets everything that was remembered."""
    setup, expected = setup_of(case, opt=opt), {}
    for k in visits:
        if k is None:
            forget()
        else:
            result = bits(run_updates(setup, case.x, k))
            assert expected.setdefault(k, result) == result
    forget()
    for k, result in expected.items():
        assert bits(run_updates(setup, case.x, k)) == result
        forget()


def test_a_walk_passes_through_the_same_moments():
    setup = Setup(net="conv2x3b-relu-max2-dense3-softmax-ce", opt="adam")
    x = np.random.default_rng(0).random((9, 9))
    for k, (params, trace, gradients) in enumerate(walk(setup, x, 15)):
        snapshot = run_updates(setup, x, k)
        assert np.array_equal(params["w"], snapshot.params["w"]) and np.array_equal(trace.o, snapshot.trace.o)
        assert np.array_equal(gradients["dx"], snapshot.gradients["dx"])


@pytest.mark.parametrize("case", [COURSES["Tiny VGG"], COURSES["PyTorch"], OTHERS[4]], ids=str)
def test_a_rate_that_is_too_large_ends_in_what_is_no_number_without_a_warning(case):
    setup = Setup(net=case.text, ch="rgb", lr=1e6, scale="raw")
    snapshot = run_updates(setup, case.x * 255, 12)
    assert snapshot.losses.shape == (13,) and np.isfinite(snapshot.losses[0])
    snapshot.gradients["dx"]  # worked out when it is asked for


def test_few_states_are_remembered_and_back_computes_few_steps(monkeypatch):
    forget()
    setup, x = Setup(net="conv2x3-relu-gap-mse"), np.random.default_rng(0).random((8, 8))
    run_updates(setup, x, 3 * SPACING + 57)
    (run,) = snapshots._RUNS._values.values()
    assert sorted(run.points) == [0, SPACING, 2 * SPACING, 3 * SPACING] and len(run.near) <= SPACING // NEAR
    steps = []
    monkeypatch.setattr(run.updates, "step", lambda point, step=run.updates.step: (steps.append(1), step(point))[1])
    for k, most in ((358, 1), (357, NEAR), (356, NEAR), (301, NEAR), (299, SPACING), (298, NEAR)):
        steps.clear()
        run_updates(setup, x, k)
        assert len(steps) <= most, k
    assert run.bytes < 500_000


def test_all_lessons_together_keep_within_their_bytes(monkeypatch):
    monkeypatch.setattr(snapshots, "_RUNS", LruCache(3_000_000, lambda run: run.bytes))
    x = np.random.default_rng(0).random((32, 32))
    for seed in range(40):
        run_updates(Setup(seed=seed), x, 500)
    runs = snapshots._RUNS
    assert 3 < len(runs) < 40 and sum(run.bytes for run in runs._values.values()) <= 3_000_000
    assert [start.seed for start, *_ in runs._values][-1] == 39


def test_states_of_a_large_network_keep_within_their_bytes():
    setup = Setup(net="conv8x3-relu-dense64-relu-dense10-softmax-ce", opt="adam", lr=0.001)
    x = np.random.default_rng(0).random((32, 32))
    run = snapshots._Run(setup.start, x)
    run.at(12)
    assert run.point_bytes == 24 * sum(array.size for array in setup.first_params().values())
    assert setup.most_updates / SPACING * run.point_bytes <= STATE_BYTES
    assert setup.most_updates // run.every * setup.first_params()["f"].nbytes <= snapshots.KERNEL_BYTES


def test_kernels_are_of_every_so_many_updates_where_they_are_many():
    setup = Setup(net="conv32x7-relu-gap-dense2-mse", ch="rgb", lr=0.1)
    snapshot = run_updates(setup, np.random.default_rng(0).random((3, 12, 12)), 25)
    assert snapshot.every > 1 and snapshot.kernels.shape == (25 // snapshot.every + 1, 32, 3, 7, 7)
    k = 25 // snapshot.every * snapshot.every
    assert np.array_equal(snapshot.kernels[-1], run_updates(setup, snapshot.trace.x, k).params["f"])


def test_long_jumps_take_turns():
    """Somebody's jump of one update waits for no more than some turns of somebody else's long one."""
    forget()
    x, waited = np.random.default_rng(0).random((32, 32)), []
    long = threading.Thread(target=run_updates, args=(Setup(seed=1), x, 9_000))
    long.start()
    time.sleep(0.02)
    while long.is_alive():
        start = time.perf_counter()
        run_updates(Setup(seed=2 + len(waited)), x, 150)
        waited.append(time.perf_counter() - start)
    assert len(waited) > 2


def test_a_long_jump_of_the_only_thread_lets_nobody_by(monkeypatch):
    forget()
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(time, "sleep", None)
    assert len(run_updates(Setup(), np.ones((32, 32)), 2_000).losses) == 2_001


@pytest.mark.parametrize(
    ("setup", "x", "k", "said"),
    [
        (Setup(ch="rgb"), np.ones((32, 32)), 0, r"x has shape \(32, 32\), not \(3, 32, 32\): all three channels"),
        (Setup(), np.ones((3, 32, 32)), 0, r"x has shape \(3, 32, 32\), not \(32, 32\): one channel"),
        (Setup(net="conv2x3-max8-gap-mse"), np.ones((9, 9)), 0, "Layer 2, max8, does not fit"),
        (Setup(net=COURSES["Tiny VGG"].text, ch="rgb"), np.ones((3, 32, 32)), 9_999, "exceeds the limit"),
    ],
)
def test_an_impossible_request_says_why(setup, x, k, said):
    with pytest.raises(Problem, match=said):
        run_updates(setup, x, k)


def test_the_cursor_is_no_other_lesson():
    forget()
    setup = Setup(net="conv2x3-gap-mse")
    for other in (setup, dataclasses.replace(setup, k=3, stage="o", cell="x:0,0")):
        run_updates(other, np.ones((32, 32)), 2)
    assert len(snapshots._RUNS) == 1
