"""The language of keys: whatever is written in it, arrays stay as they are, and memory and work are bounded beforehand."""

import contextlib
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.core.setup.setup import Setup
from cnnviz.decks import expression_limits
from cnnviz.decks.expression import evaluate
from cnnviz.decks.expression_functions import FUNCTIONS, REDUCTIONS
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.library import bundled_lessons
from cnnviz.decks.question import ask, fill
from cnnviz.decks.scope import Scope, scope_of, setup_of
from cnnviz.words import LocalizedText, Problem

LARGE = "net=conv32x1-relu-dense18-relu-dense10-softmax-ce"  # as many parameters as there may be
MAPS = "net=conv4x3-relu-max2-dense3-softmax-ce"
MOST_BYTES = 50_000_000


def writable(address: str) -> Scope:
    """A scope whose arrays could be written to: it is the language that does not."""
    here = scope_of(setup_of(address))
    return replace(here, arrays={name: np.array(array) for name, array in here.arrays.items()})


SCENES = {address: writable(address) for address in ("k=2", MAPS, LARGE)}

names = st.sampled_from(["x", "f", "f1", "z1", "a1", "w", "w2", "dw", "dw3", "v", "b", "o", "do", "dz1", "y", "L", "k", "lr", "losses", "saturated", "df_next"])
numbers = st.sampled_from(["0", "1", "2", "-1", "0.5", "3", "1e9", "7.5", "True"])
ends = st.sampled_from(["", "0", "1", "2", "-1", "5", "k", "argmax(v)"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(inner, max_size=4)
    place = st.one_of(ends, st.builds("{}:{}:{}".format, ends, ends, ends), st.just("..."), inner.map("{} > 0".format))
    return st.one_of(
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), some.map(", ".join)),
        st.builds("{}({}, axis={})".format, st.sampled_from(sorted(FUNCTIONS)), inner, ends),
        st.builds("({}).{}({})".format, inner, st.sampled_from(sorted(REDUCTIONS)), some.map(", ".join)),
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "**", "<", "==", "!=", "and", "or"]), inner),
        st.builds("[{}]".format, some.map(", ".join)),
        st.builds("({}[{}])".format, inner, st.lists(place, min_size=1, max_size=3).map(", ".join)),
        st.builds("({}).{}".format, inner, st.sampled_from(["T", "shape", "size"])),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({}({}))".format, st.sampled_from(["not ", "-", "~"]), inner),
        st.builds("where({}, {}, {})".format, inner, inner, inner),
        st.builds("at('k=1', {})".format, inner),
        st.builds("wrong('sign_flipped', {})".format, inner),
    )


expressions = st.recursive(st.one_of(names, numbers), grown, max_leaves=12)


@contextlib.contextmanager
def at_most(most: int) -> Iterator[None]:
    """Holds what is computed in it to so many bytes, and lets it be refused with a sentence."""
    tracemalloc.start()
    try:
        yield
    except Problem as problem:
        assert str(problem)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak <= most


@given(expressions, st.sampled_from(sorted(SCENES)))
@settings(max_examples=400, deadline=None)
def test_whatever_is_asked_no_array_changes_and_memory_is_bounded(text, address):
    here = SCENES[address]
    here.elsewhere("at", "k=1")  # the other snapshot's own arrays are kept by the scope, not by the expression
    before = {name: array.tobytes() for name, array in here.arrays.items()}
    with at_most(MOST_BYTES):
        value = evaluate(text, here)
        assert value.dtype in (np.float64, np.bool_) and not value.flags.writeable
    assert all(array.tobytes() == before[name] for name, array in here.arrays.items())


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_function_takes_more_than_it_says(name):
    """A further argument of NumPy's by position may be the array that is written to."""
    here = SCENES["k=2"]
    function, before = FUNCTIONS[name], {name: array.tobytes() for name, array in here.arrays.items()}
    for n in range(8):
        text = f"{name}({', '.join(['L', 'L', 'L', 'L', 'L', 'L', 'L', 'L'][:n])})"
        if not function.least <= n <= function.most:
            with pytest.raises(Problem, match="takes") as refused:
                evaluate(text, here)
            assert refused.value.code == "lessons.expression.arity"
    assert all(array.tobytes() == before[name] for name, array in here.arrays.items())


@pytest.mark.parametrize("text", ["sign(0*L,L)", "abs(do, y)", "max(do, 0, y)", "round(L, 0, L)", "sigmoid(L, L)", "sum(do, 0, 0, y)", "exp(0*lr, lr)"])
def test_a_key_that_would_write_into_an_array_is_refused(text):
    here = SCENES["k=2"]
    before = {name: array.copy() for name, array in here.arrays.items()}
    with pytest.raises(Problem) as refused:
        evaluate(text, here)
    assert refused.value.code == "lessons.expression.arity"
    assert all(np.array_equal(array, before[name]) for name, array in here.arrays.items())


EXPENSIVE = {
    "max(where(w2[:,0:1]*0>0, w2.T[0:1,:], 0))": "too_large",
    "w2[:,0:1] * w2.T[0:1,:]": "too_large",
    "w2[:,0:1] > w2.T[0:1,:] and True": "too_large",
    "[w2, w2]": "too_large",
    "where([" + ", ".join(["a1"] * 40) + "], 0, 1)": "too_large",
    " + (".join(["w2 * 2"] * 9) + ")" * 8: "too_many_alive",
    "conv2d(w2, w2[0:18, 0:18])": "too_large",
    "w2 ** 0.5 ** w2 ** 3": "too_much_work",
    "w2 // 3": "too_much_work",
    "w2 % 3": "too_much_work",
    " + ".join(["exp(w2)"] * 20): "too_much_work",
}


@pytest.mark.parametrize("text", EXPENSIVE)
def test_what_is_too_large_or_too_much_work_is_refused_before_anything_is_computed(text, monkeypatch):
    def computed(*_):
        raise AssertionError("nothing is to be computed")

    monkeypatch.setattr(expression_limits, "_plain", computed)
    with pytest.raises(Problem) as refused:
        evaluate(text, SCENES[LARGE])
    assert refused.value.code == f"lessons.expression.{EXPENSIVE[text]}" and str(refused.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("z1 + f", "shapes"), ("where(z1 > 0, f, 0)", "shapes"), ("[z1, f]", "shapes"), ("sum(z1, axis=2)", "no_axis"), ("turned(L)", "few_axes"),
        ("mirrored(L)", "few_axes"), ("replaced(f, 0, 0)", "place"), ("replaced(f, 0, 0, f)", "not_one"), ("not z1", "not_one"), ("conv2d(f, z1)", "fails"),
        ("conv2d(x, f, 1.5)", "not_whole"), ("z1[0, 0, 0]", "fails"), ("max(z1[0:0])", "fails"), ("nearest(z1, 1)", "not_one"), ("1 if z1 else 2", "not_one"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(text, code):
    with pytest.raises(Problem) as refused:
        evaluate(text, SCENES["k=2"])
    assert refused.value.code == f"lessons.expression.{code}" and str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x[argmax(z1) // 30:argmax(z1) // 30 + 3].shape[0]", 3), ("count(z1[z1 > 0]) == count(z1 > 0)", True), ("2 if k > 1 else w[9999]", 2),
        ("count(z1) ** 9", 900.0**9), ("exp(k > 0)", np.exp(1.0)), ("max(z1 > 0)", True), ("(1 < 2 < 3) + 1", 2), ("x.T.shape[0]", 32),
        ("conv2d(x, f, 2).shape[0]", 15), ("(not k) or L > 9", False), ("sum([k, k, k])", 6), ("sum(z1, axis=0).size", 30), ("-True", -1),
    ],
)  # fmt: skip
def test_what_an_expression_comes_to(text, value):
    result = evaluate(text, SCENES["k=2"])
    assert result == value and result.dtype in (np.float64, np.bool_)


def test_the_largest_networks_parameters_can_be_asked_about():
    for text in ("abs(dw2) == max(abs(dw2))", "sum(dw2 ** 2) / (sum(dw2 ** 2) + sum(df ** 2))", "count(near(a1 > 0))", "at('k=1', any(w2 != dw2))"):
        assert evaluate(text, SCENES[LARGE]).size


texts = st.lists(st.one_of(expressions, st.sampled_from(["sum(exp(w2)) / 3", "count(near(w2 > 0))", "norm(w2.T)", "at('k=1', L)", "L"])), min_size=1, max_size=40).map(
    lambda parts: " ".join(f"{{{part}}}" for part in parts if not set(part) & set("{}")) * 6
)


@given(texts, st.sampled_from(sorted(SCENES)))
@settings(max_examples=60, deadline=None)
def test_all_expressions_of_a_text_have_one_allowance_and_memory_is_bounded(text, address):
    here, allowance = SCENES[address], Allowance()
    here.elsewhere("at", "k=1")
    with at_most(MOST_BYTES):
        fill(LocalizedText({"en": text, "fr": text}), here, allowance)
    assert allowance.work <= expression_limits.MOST_WORK + max(expression_limits.LOOK, 2_000 * expression_limits.MOST_VALUES)  # what was refused last is counted, and not done


@pytest.mark.parametrize(("part", "most"), [("L", 5_000), ("max(w2)", 60), ("sum(exp(w2))", 15), ("at('k=1', L)", 100)])
def test_an_expression_that_is_written_again_and_again_is_refused_in_the_end(part, most):
    texts = LocalizedText({"en": f"{{{part}}}" * most})
    with pytest.raises(Problem) as refused:
        fill(texts, SCENES[LARGE])
    assert refused.value.code == "lessons.expression.too_much_work"


def test_a_question_s_texts_answers_and_key_have_one_allowance():
    part = "{sum(exp(w2))}" * 5
    screen = replace(bundled_lessons()[0].screens[0], at="?" + LARGE, title=LocalizedText({"en": part}), text=LocalizedText({"en": part}), ask=LocalizedText({"en": part}))
    with pytest.raises(Problem) as refused:
        ask(screen, setup_of(LARGE))
    assert refused.value.code == "lessons.expression.too_much_work"


def test_another_lesson_s_mistake_counts_as_time(monkeypatch):
    monkeypatch.setattr(expression_limits, "MOST_SECONDS", scope_of(Setup()).seconds("wrong", "sign_flipped") * 1.5)
    assert evaluate("any(wrong('sign_flipped', df) != df)", scope_of(Setup()))
    with pytest.raises(Problem) as refused:
        evaluate("any(wrong('sign_flipped', df) != wrong('sign_flipped', df))", scope_of(Setup()))
    assert refused.value.code == "lessons.scope.too_long"
