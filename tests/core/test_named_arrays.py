"""What arrays by name promise: nothing else among them, nobody can write to them, and what is put off is made once."""

import copy
import pickle
import threading

import numpy as np
import pytest

from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.optimizers import gd
from cnnviz.core.notebook.notebook_network import backward, forward, init_params
from cnnviz.core.runtime.read_only import as_frozen
from tests.core.networks import ALL


def seeds_pass(**sliding) -> tuple[Params, Trace, Gradients]:
    params = init_params(np.eye(3), (6, 7), weights="normal", **sliding)
    trace = forward(params, np.random.default_rng(0).random((6, 7)), **sliding)
    return params, trace, backward(params, trace, np.array([1.0, 0.0]))


def bases(array: np.ndarray) -> list[np.ndarray]:
    """An array, what it is a view of, and so on."""
    result = []
    while isinstance(array, np.ndarray):
        result.append(array)
        array = array.base
    return result


@pytest.mark.parametrize("name", ALL)
def test_no_array_of_a_step_can_be_written_to_nor_what_it_is_a_view_of(name):
    case = ALL[name]
    trace = case.network.forward(case.params, case.x)
    gradients = case.network.backward(case.params, trace, case.y)
    after, _ = gd(0.1).step(case.params, gradients)
    kept = trace.forward_pass.values
    for values in (case.params, trace, gradients, after, kept):
        for symbol, array in values.items():
            assert not any(one.flags.writeable for one in bases(array)), symbol


@pytest.mark.parametrize("name", ALL)
def test_what_is_given_as_a_plain_mapping_stays_as_it_is(name):
    """Locking what was made must not reach what somebody else holds."""
    case = ALL[name]
    params, x, y = ({symbol: array.copy() for symbol, array in case.params.items()}, case.x.copy(), case.y.copy())
    trace = case.network.forward(params, x)
    gradients = case.network.backward(params, trace, y)
    assert all(np.array_equal(gradients[f"d{symbol}"], right) for symbol, right in zip(params, expected(case), strict=True))
    assert all(array.flags.writeable for array in (*params.values(), x, y))


def expected(case) -> list[np.ndarray]:
    gradients = case.network.backward(case.params, case.network.forward(case.params, case.x), case.y)
    return [gradients[f"d{symbol}"] for symbol in case.params]


def test_what_takes_a_lines_place_may_give_an_array_of_its_own_and_goes_on_to_write_to_it():
    params, trace, _ = seeds_pass()
    mine = np.ones((1, 4, 5))
    changed = trace.forward_pass.program.backward(params, trace, np.zeros(2), {"dz1": lambda values, right: mine})
    mine[...] = 7
    assert np.all(changed.dz1 == 1) and mine.flags.writeable


def test_a_read_only_view_is_copied_where_its_owner_can_be_written_to():
    owner = bytearray(np.ones(4).tobytes())
    held = as_frozen(np.frombuffer(memoryview(owner).toreadonly()))
    owner[:] = bytes(32)
    assert np.all(held == 1)
    text = np.ones(4).tobytes()
    assert as_frozen(array := np.frombuffer(text)) is array  # nobody can write to bytes


def test_the_attributes_of_arrays_are_the_arrays_alone():
    params, trace, gradients = seeds_pass(stride=2, padding="same")
    assert list(vars(params)) == list(params) == ["f", "w", "b"]
    assert list(vars(trace)) == list(trace) == ["x", "z1", "a1", "v", "z2", "o"]
    assert [*vars(gradients), "dx"] == list(gradients) and len(gradients) == 9
    assert gradients["dx"].shape == (6, 7) and list(vars(gradients)) == list(gradients) and len(gradients) == 9


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value)), lambda value: value.replace()])
def test_a_copy_of_a_trace_has_its_stride_and_padding(again):
    params, trace, gradients = seeds_pass(stride=2, padding="same")
    twin = again(trace)
    assert (twin.stride, twin.padding, twin.forward_pass) == (2, "same", None)
    assert np.array_equal(backward(params, twin, np.array([1.0, 0.0])).df, gradients.df)


def test_a_changed_trace_does_not_go_back_through_the_pass_that_it_comes_from():
    params, trace, _ = seeds_pass()
    other = trace.replace(a1=trace.a1 / 2, v=trace.v / 2)
    assert np.array_equal(backward(params, other, 0.0).dw, np.outer(other.v, backward(params, other, 0.0).dz2))


def test_threads_that_ask_at_a_time_for_what_is_put_off_get_one_array():
    asked, go_on = threading.Event(), threading.Event()

    def dx() -> np.ndarray:
        if not asked.is_set():  # the first to ask waits for the second
            asked.set()
            assert go_on.wait(60)
        return np.ones(1)

    gradients, result = Gradients(*[np.zeros(1)] * 7, dx=dx), []
    first = threading.Thread(target=lambda: result.append(gradients.dx))
    first.start()
    assert asked.wait(60)
    result.append(gradients["dx"])
    go_on.set()
    first.join(10)
    assert result[0] is result[1]
