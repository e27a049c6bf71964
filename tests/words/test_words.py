"""Messages: values, numbers, plurals, and that no language lacks what English has in another form."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

import cnnviz
from cnnviz import words
from cnnviz.words import DEFAULT, Message, Problem, catalogue, flatten, format_value, languages, read_catalogue, say
from cnnviz.words import __main__ as missing

FIELD = re.compile(r"\{(\w+)")
FORMULA = re.compile(r"\$([^$]+)\$")


def test_a_problem_says_its_sentence_and_keeps_its_code_and_values():
    with pytest.raises(ValueError, match=r"^No message nothing\.$") as caught:
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
        (406 / 800, "1%", "50.8%"),  # 50.75 on paper, a little less as the nearest number
        (float("nan"), "3", "NaN"),
        ([1, 2.5, "x"], "", "1, 2.5, x"),
        (Message("words.unknown", {"id": 7}), "", "No message 7."),
    ],
)
def test_values_are_written_as_people_read_them(value, spec, text):
    assert format_value(value, spec) == text


ODD = re.compile(
    "only watches the loss|does not change only where|at the first[?]|slope is hit|one by the number of|Too far from 0"
    "|lesson is over|promised fall|by which L really|beside one image's|with the largest[?]|it takes both[.]"
)
"""English that students stumbled over."""


def test_no_sentence_has_english_that_students_stumbled_over():
    texts = {f"words {id}": text for id, text in read_catalogue(DEFAULT).items()}
    texts |= {path.name: path.read_text("utf-8") for path in sorted((Path(cnnviz.__file__).parent / "decks").rglob("*.toml"))}
    assert len(texts) > 1_000
    assert {id: found[0] for id, text in texts.items() if (found := ODD.search(str(text)))} == {}


def test_one_is_the_only_number_that_is_not_plural_in_english():
    assert [words.plural_form(n) for n in (0, 0.5, 1, -1, 2)] == ["other", "other", "one", "one", "other"]


def _fields(text: str | Mapping[str, str]) -> list[set[str]]:
    """The fields of each of a message's forms, but for the number that the form goes by."""
    return [set(FIELD.findall(form)) - {"n"} for form in ([text] if isinstance(text, str) else text.values())]


def _faults(own: Mapping[str, str | Mapping[str, str]]) -> list[str]:
    """What a language's file has that English has not, and messages with other fields than the English ones."""
    sentences = {id: text for id, text in own.items() if not id.startswith("words.plurals.")}
    unknown = [id for id in sentences if id not in catalogue()]
    forms = {"other", *(id.rpartition(".")[2] for id in own if id.startswith("words.plurals."))}
    for id, text in sentences.items():
        if id in unknown:
            continue
        english = _fields(catalogue()[id])
        wanted = set().union(*english)
        if not all(fields <= wanted for fields in _fields(text)) or set().union(*_fields(text)) != wanted:
            unknown.append(f"{id}: other fields than in English")
        elif not isinstance(text, str) and not {*text} <= forms:
            unknown.append(f"{id}: forms that [words.plurals] has no rule for")
        elif not isinstance(catalogue()[id], str) and isinstance(text, str) and len(forms) > 1:
            unknown.append(f"{id}: no plural forms")
    return unknown


@pytest.mark.parametrize("lang", languages())
def test_every_message_of_a_language_has_the_fields_of_the_english_one(lang):
    assert _faults(read_catalogue(lang)) == []


def test_a_message_that_a_language_lacks_is_english_and_listed(tmp_path, monkeypatch, capsys):
    for lang in ("en", "fr"):
        text = (words.FOLDER / f"{lang}.toml").read_text("utf-8")
        (tmp_path / f"{lang}.toml").write_text(text + ("" if lang == "fr" else '\n[new]\none = "A {x}."\ncount.one = "1"\ncount.other = "{n} of them"\n'), "utf-8")
    before = words.missing_messages("fr")
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    (tmp_path / "decks").mkdir()
    (tmp_path / "decks" / "a.toml").write_text('title = {en = "A title", fr = "Un titre"}\n[[screen]]\n[screen.text]\nen = "B"\n', "utf-8")
    monkeypatch.setattr(missing, "DECKS", tmp_path / "decks")
    catalogue.cache_clear()
    try:
        assert words.missing_messages("fr") == [*before, "new.one", "new.count"]
        assert (say("new.one", "fr", x=0.5), say("new.count", "fr", n=2)) == ("A 0,5.", "2 of them")
        missing.main()
        assert capsys.readouterr().out.endswith("  new.one: A {x}.\n  new.count: {n} of them\n  a.toml screen 1 text: B\n")
    finally:
        catalogue.cache_clear()


def test_a_table_is_plural_forms_only_if_all_its_keys_are():
    plurals = {"words": {"plurals": {"one": "i = 1"}}}
    assert flatten({**plurals, "kind": {"conv": "conv", "other": "another"}, "rest": {"other": "the rest"}}) == {
        "words.plurals.one": "i = 1", "kind.conv": "conv", "kind.other": "another", "rest.other": "the rest",
    }  # fmt: skip
    assert flatten({**plurals, "n": {"one": "1", "other": "{n}"}})["n"] == {"one": "1", "other": "{n}"}
    assert flatten({"n": {"other": "{n}"}}) == {"n": {"other": "{n}"}}, "in a language without plurals"


@pytest.mark.parametrize("lang", languages())
def test_a_formula_within_a_sentence_is_the_same_in_every_language_and_has_no_values(lang):
    for id, text in catalogue(lang).items():
        if isinstance(text, str):
            assert FORMULA.findall(text) == FORMULA.findall(catalogue()[id]), id
            assert not any(re.search(r"\{\w+\}", latex) for latex in FORMULA.findall(text)), id


def _spoken(text: str) -> str:
    """The words alone, as somebody says them who controls a browser by voice."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"<[^>]*>", "", text).casefold()))


@pytest.mark.parametrize("lang", languages())
def test_the_name_of_a_control_has_what_stands_on_it(lang):
    known = read_catalogue(lang)
    pairs = {id: (known[f"{id}.text"], known[f"{id}.label"]) for id in {i.removesuffix(".text") for i in known} if f"{id}.text" in known and f"{id}.label" in known}
    assert len(pairs) > 20 or (pairs and lang != DEFAULT)
    assert {id: pair for id, pair in pairs.items() if f" {_spoken(pair[0])} " not in f" {_spoken(pair[1])} " and _spoken(pair[0])} == {}


SIGNS = re.compile(r"`[^`]*`|\$[^$]*\$|<[^>]*>|\{[^}]*\}|%\(\w+\)s|%[rs]")
THIN = "a narrow no-break space (U+202F)"
SPACES = {
    r"(?<=[^\u202f(])[;!?](?=[\s»]|$)": f"{THIN} before it",
    r"(?<=[^\u00a0]):(?=\s|$)": "a no-break space (U+00A0) before it",
    r"«(?!\u202f)": f"{THIN} after it",
    r"(?<!\u202f)»|(?<=\w) ?%": f"{THIN} before it",
    r"(?<=\w)'(?=\w)": "to be ’ (U+2019)",
    r"[\u00a0\u202f]{2}": "to be one space",
}
"""What is wrong in French typography, and what a match needs."""
OTHERS = ("words.", "terminal.")


OTHER_NAMES = re.compile(r"\bcases?\b|\bcarnet|écart-type|passe arrière|(moyenne|variance)s? (courante|mobile)|max pooling|\binertie|une? pas de [1-9]\b")
"""What is called cellule, Notebook, écart type, rétropropagation, glissante, max-pooling, momentum and stride elsewhere on the page."""


def _french() -> dict[str, list[str]]:
    """Every French sentence: the catalogue's, and those of lessons, lectures and missions."""
    result = {id: [text] if isinstance(text, str) else list(text.values()) for id, text in read_catalogue("fr").items()}

    def gather(at: str, value: object) -> None:
        for key, below in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
            if key == "fr" and isinstance(below, str):
                result[at] = [below]
            gather(f"{at}.{key}", below)

    for file in (Path(cnnviz.__file__).parent / "decks").rglob("*.toml"):
        gather(file.stem, tomllib.loads(file.read_text("utf-8")))
    return result


def _space_faults(text: str) -> list[str]:
    """Each character with a wrong space: its place, what it needs, and the text around it."""
    masked = SIGNS.sub(lambda result: "X" * len(result[0]), text)
    faults = [(result, need) for pattern, need in SPACES.items() for result in re.finditer(pattern, masked)]
    return [f"{result[0]!r} at character {result.start() + 1} needs {need}: …{text[max(result.start() - 12, 0) : result.end() + 12]}…" for result, need in faults]


def test_french_has_its_spaces_before_its_signs():
    texts = {id: forms for id, forms in _french().items() if not id.startswith(OTHERS)}
    assert [f"{id}: {fault}" for id, forms in texts.items() for one in forms for fault in _space_faults(one)] == []


def test_a_wrong_space_in_french_is_named_with_its_place():
    assert _space_faults("Un\u00a0: `a;` deux\u202f; 5\u202f%, l’une") == []
    assert _space_faults("`a;` deux ; trois")[0] == "';' at character 11 needs a narrow no-break space (U+202F) before it: …`a;` deux ; trois…"
    faults = _space_faults("l'une: « oui » 5%\u00a0\u00a0")
    places = ["':' at character 6", "'«' at character 8", "'»' at character 14", "'%' at character 17", '"\'" at character 2', "'\\xa0\\xa0' at character 18"]
    assert [fault.partition(" needs")[0] for fault in faults] == places


def test_french_has_one_name_for_each_thing():
    assert {id: result for id, forms in _french().items() if (result := [one for one in forms if OTHER_NAMES.search(SIGNS.sub("X", one))])} == {}
