"""Messages: values, numbers, plurals, and that no language lacks what English has in another form."""

from __future__ import annotations

import re

import pytest

from cnnviz import words
from cnnviz.words import Message, Problem, catalogue, languages, say, written

FIELD = re.compile(r"\{(\w+)")
FORMULA = re.compile(r"\$([^$]+)\$")


def test_a_problem_says_its_sentence_and_keeps_its_code_and_values():
    with pytest.raises(ValueError, match=r"^There are no words for nothing\.$") as caught:
        say("nothing")
    assert isinstance(caught.value, Problem) and caught.value.code == "words.unknown"


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (10_000, "", "10,000"),
        (-1234.5, "", "−1,234.5"),
        (-0.0, "3", "0"),
        (float("-inf"), "3", "−∞"),
        (-0.25, "", "−0.25"),
        (2.0, "", "2"),
        (1e-5, "", "1e−5"),
        (123456.789, "3", "1.23e5"),
        (999999999, "plain", "999999999"),
        (0.5, "%", "50%"),
        (float("nan"), "3", "NaN"),
        ([1, 2.5, "x"], "", "1, 2.5, x"),
        (Message("words.unknown", {"id": 7}), "", "There are no words for 7."),
    ],
)
def test_values_are_written_as_people_read_them(value, spec, text):
    assert written(value, spec) == text


def test_one_is_the_only_number_that_is_not_plural_in_english():
    assert [words.plural(n) for n in (0, 0.5, 1, -1, 2)] == ["other", "other", "one", "one", "other"]


@pytest.mark.parametrize("lang", languages())
def test_every_language_has_every_message_with_the_same_fields(lang):
    own = words._flat(words.tomllib.loads((words._FOLDER / f"{lang}.toml").read_text(encoding="utf-8")))
    assert own.keys() == catalogue().keys()
    for id, text in own.items():
        english = catalogue()[id]
        fields = [set(FIELD.findall(t)) for entry in (text, english) for t in (entry.values() if not isinstance(entry, str) else [entry])]
        allowed = set().union(*fields)
        assert all(allowed - {"n"} <= f | {"n"} for f in fields), id


@pytest.mark.parametrize("lang", languages())
def test_a_formula_within_a_sentence_is_the_same_in_every_language_and_has_no_values(lang):
    for id, text in catalogue(lang).items():
        if isinstance(text, str) and not id.startswith("ui.notebook.theory."):
            assert FORMULA.findall(text) == FORMULA.findall(catalogue()[id]), id
            assert not any(re.search(r"\{\w+\}", latex) for latex in FORMULA.findall(text)), id
