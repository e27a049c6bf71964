"""What Python declares that it sends is what it sends, and what the JavaScript is checked against."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypedDict, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from cnnviz.view.constants import browser_messages, spec
from cnnviz.wire import declarations
from cnnviz.words import LocalizedText, Message, catalogue
from tests.pages.running import handed_unsaid, run, unsaid

PACKAGE = Path(declarations.__file__).parents[1]
ANSWERS = {"": declarations.StepHeader, "train": declarations.FilmHeader, "check": declarations.CheckHeader, "notebook": declarations.NotebookHeader}


def misfits(value: Any, kind: Any, where: str = "") -> list[str]:
    """Where a value that came as JSON is not of the declared type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_typeddict(kind):
        fields = get_type_hints(kind)
        if not isinstance(value, dict) or value.keys() != fields.keys():
            return [f"{where}: {sorted(value)} instead of {sorted(fields)}"]
        return [result for name, inner in fields.items() for result in misfits(value[name], inner, f"{where}.{name}")]
    if kind is Message:
        return [] if isinstance(value, dict) and value.keys() == {"say"} and value["say"][0] in browser_messages("en") else [f"{where}: {value!r} is no message"]
    if kind is LocalizedText:
        return [] if isinstance(value, dict) and value.keys() == {"versions"} else [f"{where}: {value!r} has no versions"]
    if origin is Literal:
        return [] if value in arguments else [f"{where}: {value!r}"]
    if origin in (Union, UnionType):
        missing = value is None and NoneType in arguments
        return [] if missing or any(not misfits(value, argument) for argument in arguments if argument is not NoneType) else [f"{where}: {value!r}"]
    if origin is tuple:
        inner = zip(value, arguments, strict=True)
        return [result for i, (entry, one) in enumerate(inner) for result in misfits(entry, one, f"{where}[{i}]")]
    if origin is Sequence:
        return [result for i, entry in enumerate(value) for result in misfits(entry, arguments[0], f"{where}[{i}]")]
    if origin is Mapping:
        keys = [result for name in value for result in misfits(name, arguments[0], f"{where} key")]
        return keys + [result for name, entry in value.items() for result in misfits(entry, arguments[1], f"{where}.{name}")]
    plain = {float: (int, float), NoneType: (NoneType,)}.get(kind, (kind,))
    fits = isinstance(value, plain) and (kind is bool or not isinstance(value, bool))
    return [] if fits else [f"{where}: {value!r} is no {kind.__name__}"]


@pytest.mark.parametrize("page", ANSWERS)
@pytest.mark.parametrize("query", [{}, {"k": "3", "rule": "procedural", "lr": "fast", "vs": "lr=0.1"}, {"net": "gap-ce"}])
def test_an_answer_is_what_is_declared(page, query):
    header = unsaid(page, query)
    assert misfits(header, ANSWERS[page]) == []
    assert misfits(handed_unsaid(run(page, query)), declarations.Mounted) == []


def test_the_constants_are_what_is_declared():
    lines = (line.removeprefix("export const ").partition(" = ") for line in spec().splitlines())
    assert misfits({name: json.loads(value) for name, _, value in lines}, declarations.Spec) == []


def test_the_declarations_for_the_javascript_are_up_to_date():
    for path, text in declarations.declarations().items():
        assert (PACKAGE / "view" / path).read_text("utf-8") == text, "python -m cnnviz.wire.declarations writes them anew"


class Sample(TypedDict):
    """A record."""

    cell: tuple[int, float | None]
    names: Sequence[Literal["a", "b"]]
    by: Mapping[str, Sequence[bool]]


def test_a_record_is_declared_field_by_field():
    written: dict[str, str] = {}
    assert declarations._type_text(Sequence[Sample], written) == "Sample[]"
    fields = re.findall(r"^  (.+)$", written["Sample"], re.MULTILINE)
    assert fields == ["cell: [number, number | null]", 'names: ("a" | "b")[]', "by: Record<string, boolean[]>"]
    with pytest.raises(TypeError, match="cannot be sent"):
        declarations._type_text(set[int], {})


# --- Words -----------------------------------------------------------------------------------------

MODULES = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in PACKAGE.rglob("*.js")}
NAMED = {name for text in MODULES.values() for name in re.findall(r'["`](web\.[\w.]+)["`]', text)}
PARTS = {name for text in MODULES.values() for name in re.findall(r"`(web\.[\w.]*)\$\{", text)}


def test_every_message_that_the_browser_names_is_there_and_every_one_that_is_there_is_named():
    ours = {id_ for id_ in catalogue() if id_.startswith("web.")}
    assert ours >= NAMED
    assert {id_ for id_ in ours - NAMED if not id_.startswith(tuple(PARTS))} == set()
    assert all(any(id_.startswith(part) for id_ in ours) for part in PARTS)


def test_the_javascript_has_no_sentences_of_its_own():
    sentences = r'(?:aria-label|title|placeholder)="[A-Za-z]|>[A-Z][a-z]+ [a-z]+|textContent = "[A-Za-z]'
    for name, text in MODULES.items():
        code = re.sub(r"/\*\*.*?\*/|(?m:^\s*//.*$)|(?m: // .*$)", "", text, flags=re.DOTALL)
        assert re.findall(sentences, code) == [], name


def test_only_a_host_knows_streamlit_and_the_browsers_address():
    for name, text in MODULES.items():
        code = re.sub(r"/\*\*.*?\*/|(?m:^\s*//.*$)", "", text, flags=re.DOTALL)
        known = re.findall(r"streamlit|\bst-key|\blocation\b|\bhistory\b|popstate", code, re.IGNORECASE)
        assert name.startswith(("hosts/", "rooms/")) or not known, name
