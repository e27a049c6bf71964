"""Values that are set by hand: how an address says them, and that every answer has them, as if the arrays had been edited."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz import Setup, load_image
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.setup.set_values import MOST, SetValue
from cnnviz.core.training.film import film
from cnnviz.core.training.losses_ahead import descent
from cnnviz.core.training.snapshots import forget, run_updates, updates_ahead, walk
from cnnviz.words import languages, use_language
from tests.core.networks import cases

SEVERAL = "conv2x3-relu-max2-conv2x3b-tanh-dense3-softmax-ce"
VALUES = st.sampled_from([0.0, 0.5, -2.0, 0.1 + 0.2, 1e-7])
LAST = 5


@st.composite
def edited(draw) -> tuple[Setup, np.ndarray, int]:
    """A setup of any network on an image, in which some entries are set, and up to which update it goes."""
    case = draw(cases().filter(lambda case: len(case.x_shape) == 2 or case.x_shape[0] == 3))
    base, _ = Setup.from_query({"net": case.text, "ch": "rgb" if len(case.x_shape) == 3 else "red", "seed": str(case.seed)})
    opt = draw(st.sampled_from([*OPTIMIZERS]))
    shapes = {"x": case.x_shape, **{name: array.shape for name, array in case.params.items()}}

    def one(name):
        at = st.tuples(*(st.integers(0, size - 1) for size in shapes[name]))
        return st.builds(SetValue, st.just(name), at, VALUES, st.integers(0, LAST))

    sets = draw(st.lists(st.sampled_from([*shapes]).flatmap(one), min_size=1, max_size=8))
    setup = dataclasses.replace(base, opt=opt, lr=0.1)
    program = setup.network.program(setup.x_shape)
    fitting = [s for s in sets if all(at < size for at, size in zip(s.at, program.shown[s.symbol], strict=True))]
    return dataclasses.replace(setup, set=tuple(fitting)), case.x, draw(st.integers(0, LAST + 2))


def by_hand(setup: Setup, x: np.ndarray, k: int):
    """The snapshots up to `k`, by a plain loop that edits the arrays."""
    network, optimizer, y = setup.network, setup.optimizer, np.array(setup.y)
    params, state, x = setup.without_sets.first_params(x.shape), None, x.copy()
    for i in range(k + 1):
        arrays = {name: array.copy() for name, array in params.items()}
        for one in setup.set:
            if one.update == i:
                (x if one.symbol == "x" else arrays[one.symbol])[one.at] = one.value
        params = params.replace(**arrays)
        with np.errstate(all="ignore"):
            trace = network.forward(params, x)
            gradients = network.backward(params, trace, y)
            after, state = optimizer.step(params, gradients, state)
            loss = network.loss(trace, y)
        yield params, trace, gradients, after, loss
        params = after


def bits(*parts) -> list[bytes]:
    return [np.asarray(array).tobytes() for part in parts for array in part.values()]


@settings(deadline=None, max_examples=60)
@given(edited(), st.permutations(range(LAST + 3)))
def test_a_moment_is_what_editing_the_arrays_gives_by_any_path(case, visits):
    setup, x, last = case
    expected = list(by_hand(setup, x, max(visits[0], last)))
    losses = np.array([snapshot[-1] for snapshot in expected])
    forget()
    for k in [last, *visits[:2], last]:
        if k < len(expected):
            result = run_updates(setup, x, k)
            assert bits(result.params, result.trace, result.gradients, result.after) == bits(*expected[k][:4])
            assert result.losses.tobytes() == losses[: k + 1].tobytes() and np.array_equal(result.image, x)


@settings(deadline=None, max_examples=30)
@given(edited())
def test_walks_films_and_runs_from_a_moment_have_them_too(case):
    setup, x, k = case
    losses = run_updates(setup, x, k + 3).losses
    expected = [bits(*snapshot[:3]) for snapshot in by_hand(setup, x, k)]
    with np.errstate(all="ignore"):
        assert [bits(*snapshot) for snapshot in walk(setup, x, k)] == expected
        assert np.array_equal(film(setup, x, k + 3, 2).losses, losses, equal_nan=True)
        assert np.array_equal(descent(setup, run_updates(setup, x, k))[:4], losses[k:], equal_nan=True)


@settings(deadline=None, max_examples=60)
@given(edited())
def test_a_lesson_comes_back_from_its_address_which_is_one_for_any_order_of_its_values(case):
    setup = case[0]
    query = setup.to_query()
    assert Setup.from_query(query) == (setup, []) and Setup(**dataclasses.asdict(setup)) == setup
    if "set" in query:
        entries = query["set"].split(";")
        assert Setup.from_query(query | {"set": ";".join(reversed(entries))})[0] == setup
        again = [str(one._replace(value=7.0)) for one in setup.set]
        assert {one.value for one in Setup.from_query(query | {"set": ";".join([*entries, *again])})[0].set} == {7.0}, "the last of equals"


def test_values_are_written_by_update_the_image_first_and_then_by_layers():
    text = "w:3,0:1~2;b2:1:0.25;f2:1,0,0,2:-1;f:0,0,0,0:2;x:3,4:0.5;w:5,1:1;f2:1,0,0,2:3"
    setup = Setup(net=SEVERAL, set=text)
    assert setup.to_query()["set"] == "x:3,4:0.5;f1:0,0,0,0:2;f2:1,0,0,2:3;b2:1:0.25;w:5,1:1;w:3,0:1~2"


def test_a_weight_behind_a_map_may_be_named_as_a_cell():
    assert Setup(set="w:4,0,0:1").to_query()["set"] == "w:120,0:1"
    assert Setup(net=SEVERAL, set="w:1,2,3,0:1").set[0].at == (13 * 13 + 2 * 13 + 3, 0)


def test_what_is_set_in_a_single_kernel_from_the_start_is_said_by_its_numbers():
    setup = Setup.from_query({"f": "blur", "set": "f:1,1:-1;f:0,0:4~1"})[0]
    assert setup.f[4] == -1 and setup.f[0] == Setup(f="blur").f[0]
    assert setup.to_query()["set"] == "f:0,0:4~1"
    drawn = Setup(net="conv1x2-dense2-mse", set="f:0,1:2")
    assert not drawn.set and drawn.f == (*np.ravel(Setup(net="conv1x2-dense2-mse").kernel)[:1], 2, *np.ravel(Setup(net="conv1x2-dense2-mse").kernel)[2:])
    twice = Setup(net="conv1x3-relu-conv1x3-dense2-mse", set="f:1,1:5;f2:0,0:6;b:0:1")
    assert (twice.f[4], twice.f2[0], len(twice.f2), twice.to_query()["set"]) == (5, 6, 9, "b:0:1")
    assert Setup(ch="rgb", set="f:0,1,2,2:2").set, "a kernel for each channel is not (K,K)"
    gone = Setup.from_query({"net": "conv1x7-dense2-mse", "f": "held-0123456789abcdef", "set": "f:0,0:1"})[0]
    assert gone.set, "of a kernel that is gone nobody knows the other numbers"


WRONG = ["q:0:1", "z1:0,0:1", "x:32,0:1", "w:0:1", "b:0:fast", "b:0:1e9", "b:0:nan", "b:0:1~x", "b:0:1~10001", "b:0", "b", "b:0:1:2", "x:1,1,1:1", "lr:1", "f:9,9:1"]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("entry", WRONG)
def test_what_cannot_be_set_is_left_out_and_said(entry, lang):
    with use_language(lang):
        setup, wrong = Setup.from_query({"set": f"{entry};b:1:3"})
        assert setup.set == (SetValue("b", (1,), 3.0),)
        assert len(wrong) == 1 and entry in wrong[0] and wrong[0].endswith(".")
        with pytest.raises(ValueError, match=r"^\w"):
            Setup(set=entry)


def test_several_that_cannot_be_set_are_said_in_one_sentence():
    _, (sentence,) = Setup.from_query({"set": ";".join(WRONG)})
    assert "and 12 more" in sentence and len(sentence) < 900


def test_there_are_only_so_many():
    entries = [f"w:{row},0:1" for row in range(MOST + 2)]
    setup, (sentence,) = Setup.from_query({"set": ";".join([*entries, "w:0,0:2"])})
    assert len(setup.set) == MOST and setup.set[0].value == 2 and "w:32,0" in sentence
    again = [f"w:{n % MOST},0:{n}" for n in range(5 * MOST)]
    assert Setup.from_query({"set": ";".join(again)})[1] == []


def test_another_network_drops_them_another_image_its_pixels():
    setup = Setup(set="x:3,4:0.5;b:0:1;w:0,0:2~3")
    for change in ({"img": "test-3"}, {"ch": "green"}, {"scale": "raw"}):
        assert setup.with_query(change)[0].to_query()["set"] == "b:0:1;w:0,0:2~3"
    assert setup.with_query({"net": "conv1x3-relu-dense2-mse"})[0].set == ()
    for change in ({"lr": "1"}, {"k": "3"}, {"seed": "2"}, {"img": "test-0"}, {"net": setup.net}):
        assert setup.with_query(change)[0].set == setup.set
    digit = setup.with_query({"img": "digit7-3"})
    assert digit[0].set == setup.set[1:] and not digit[1]


def test_what_is_set_later_changes_nothing_before_and_is_the_same_run():
    x, plain = load_image("test-0"), Setup()
    forget()
    run_updates(plain, x, 200)
    setup = dataclasses.replace(plain, set="w:0,0:1~150")
    assert updates_ahead(setup, x, 140) == updates_ahead(plain, x, 140)
    assert updates_ahead(setup, x, 151) < 60, "goes on from the other's state, not from update 0"
    run_updates(setup, x, 151)
    assert updates_ahead(dataclasses.replace(plain, set="w:0,0:2~150"), x, 151) <= 4, "the next value starts where this one did"


@pytest.mark.parametrize("k", [99, 100, 101, 199, 250])
def test_a_run_that_begins_late_remembers_as_one_that_begins_at_0_does(k):
    setup, x = Setup(set=f"b:0:1~{k}"), np.random.default_rng(0).random((6, 5))
    setup = dataclasses.replace(setup, lr=0.3)
    snapshots = dict(enumerate(by_hand(setup, x, 420)))
    forget()
    for visited in (k, 420, k + 1, 305, 300, k - 1, 420, 399):
        result = run_updates(setup, x, visited)
        assert bits(result.params, result.after) == bits(snapshots[visited][0], snapshots[visited][3])
        assert len(result.losses) == len(result.kernels) == visited + 1
        assert np.array_equal(result.kernels[-1], snapshots[visited][0].f)


def test_states_of_the_optimizer_stay():
    x = load_image("test-0")
    plain, setup = Setup(opt="adam"), Setup(opt="adam", set="w:0,0:1~3")
    for (name, before), (_, then) in zip(run_updates(plain, x, 3).state.items(), run_updates(setup, x, 3).state.items(), strict=True):
        assert np.array_equal(before, then), name


def test_after_is_before_what_the_next_update_sets():
    x, setup = load_image("test-0"), Setup(set="b:0:7~3")
    assert run_updates(setup, x, 2).after.b[0] != 7 == run_updates(setup, x, 3).params.b[0]


def test_an_entry_that_another_image_has_not_is_said():
    with pytest.raises(ValueError, match="w:899,0"):
        run_updates(Setup(set="w:899,0:1"), np.zeros((8, 8)), 0)


def test_a_lesson_without_them_is_as_it_was():
    assert "set" not in Setup().to_query() and Setup.from_query({"set": ""}) == (Setup(), [])
    assert Setup().without_sets_after(0) == Setup().without_sets == Setup()
