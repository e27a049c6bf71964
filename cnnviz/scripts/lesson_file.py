"""A lesson file as values: what its fields are, and what is wrong with them, by line.

A file is TOML: fields of the lesson, then a [[step]] for each question. What can be said of a file alone stands
here; what has to be computed, in check.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from cnnviz.scripts.toml_lines import Path, lines_of
from cnnviz.words import DEFAULT, Message, Versions, message

HALL_KINDS = ("choose", "number", "click")
"""That a hall can answer; stages are put in order, and kernels built, by each alone."""
KINDS = (*HALL_KINDS, "order", "construct")
CHANGES = ("nothing", "image", "kernel")
MOST_BYTES, MOST_STEPS, MOST_ANSWERS = 200_000, 30, 8

_LESSON = {"id": str, "title": "text", "goal": "text", "languages": list, "step": list}
_ALWAYS = {"at": str, "title": "text", "text": "text", "ask": "text", "kind": str, "right": "text", "hide": list, "change": str, "hint": "text", "notes": "text"}
_OWN: dict[str, dict[str, Any]] = {
    "choose": {"key": str, "answers": list},
    "number": {"key": str, "answers": list, "otherwise": "text", "tolerance": str},
    "click": {"key": str, "answers": list, "otherwise": "text", "map": str},
    "order": {"stages": list, "otherwise": "text"},
    "construct": {"key": str, "solution": str},
}
_OPTIONAL = {"title", "hide", "change", "hint", "notes", "tolerance", "languages"}
_ANSWER = {"is": str, "label": "text", "say": "text"}


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong with a file, and its line."""

    line: int
    what: Message = field(compare=False)

    @property
    def breaks(self) -> bool:
        """Tells whether the lesson cannot be shown; where a translation is missing, it can."""
        return self.what.id != "lessons.file.translation"


NOTHING = Versions({})


@dataclass(frozen=True)
class Answer:
    """An answer that may be given: what it is, as an expression ("" for the key itself), its label, and what is then said."""

    is_: str
    label: Versions
    say: Versions


@dataclass(frozen=True)
class Step:
    """One question: where it is asked (`at`, an address), in which words, and how its key is computed."""

    at: str
    title: Versions
    text: Versions
    ask: Versions
    kind: str
    key: str
    right: Versions
    otherwise: Versions
    hint: Versions
    answers: tuple[Answer, ...] = ()
    stages: tuple[str, ...] = ()
    hide: tuple[str, ...] | None = None
    change: str = "nothing"
    map: str = ""
    tolerance: str = ""
    solution: str = ""
    notes: Versions = NOTHING


@dataclass(frozen=True)
class GuidedLesson:
    """A file: steps under a title, and what one can do afterwards."""

    id: str
    title: Versions
    goal: Versions
    steps: tuple[Step, ...]
    languages: tuple[str, ...] = (DEFAULT,)


@dataclass
class Reading:
    """What was read of a file: its tables, the line of each field, its faults and its good steps so far."""

    tables: Mapping[str, Any]
    lines: Mapping[Path, int]
    faults: list[Fault] = field(default_factory=list)
    languages: tuple[str, ...] = (DEFAULT,)
    steps: dict[int, Step] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of a field, or of what it stands in."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    @property
    def broken(self) -> int:
        """How many faults so far leave no lesson."""
        return sum(fault.breaks for fault in self.faults)

    def wrong(self, path: Path, id: str, /, **values: object) -> None:
        """Notes a fault."""
        self.faults.append(Fault(self.line(path), message(id, **values)))

    def text(self, value: object) -> Versions:
        """A field's text by language; one that is not given by language is in the first, without words in all."""
        if isinstance(value, dict):
            return Versions(value)
        if not isinstance(value, str):
            return NOTHING
        return Versions(dict.fromkeys(self.languages[:1] if _has_words(value) else self.languages, value))


def read(content: bytes) -> tuple[GuidedLesson | None, Reading]:
    """The lesson of a file's bytes, None where its faults leave none; the faults stand in the reading.

    >>> read(b'id = "a')[1].faults[0].line
    1
    """
    nothing = Reading({}, {})
    if len(content) > MOST_BYTES:
        nothing.wrong((), "lessons.file.too_large", kilobytes=MOST_BYTES // 1000)
        return None, nothing
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        nothing.faults.append(Fault(content.count(b"\n", 0, error.start) + 1, message("lessons.file.no_text")))
        return None, nothing
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        nothing.faults.append(_syntax(str(error), text))
        return None, nothing
    reading = Reading(tables, lines_of(text))
    lesson = _lesson(reading)
    return (None if reading.broken else lesson), reading


def _syntax(why: str, text: str) -> Fault:
    found = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", why)
    last = text.rstrip("\n").count("\n") + 1
    line = int(found[1]) if found and found[1] else last
    return Fault(min(line, last), message("lessons.file.no_toml", why=why[: found.start()] if found else why))


def _lesson(reading: Reading) -> GuidedLesson | None:
    tables = reading.tables
    languages = tables.get("languages", [DEFAULT])
    if isinstance(languages, list) and languages and all(isinstance(lang, str) and lang for lang in languages):
        reading.languages = tuple(languages)
        for n, lang in enumerate(languages):
            if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang):
                reading.wrong(("languages", n), "lessons.file.no_language", language=lang)
    elif isinstance(languages, list):
        reading.wrong(("languages",), "lessons.file.type", field="languages", type=message("lessons.file.of_texts"))
    _fields(reading, (), tables, _LESSON, {"languages"})
    id = tables.get("id", "")
    if isinstance(id, str) and "id" in tables and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", id):
        reading.wrong(("id",), "lessons.file.id", id=id)
    steps = tables.get("step", [])
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        if isinstance(steps, dict):
            reading.wrong(("step",), "lessons.file.one_step")
        steps = []
    elif "step" in tables and not 1 <= len(steps) <= MOST_STEPS:
        reading.wrong(("step",), "lessons.file.steps", n=len(steps), most=MOST_STEPS)
    for n, table in enumerate(steps):
        if step := _step(reading, ("step", n), table):
            reading.steps[n] = step
    if reading.broken:
        return None
    text = reading.text
    return GuidedLesson(id, text(tables["title"]), text(tables["goal"]), tuple(reading.steps.values()), reading.languages)


def _step(reading: Reading, path: Path, step: Mapping[str, Any]) -> Step | None:
    before = reading.broken
    kind = step.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        known = {name for own in _OWN.values() for name in own}
        _fields(reading, path, step, _ALWAYS | {name: None for name in known}, optional=_OPTIONAL | known)
        if isinstance(kind, str):
            reading.wrong((*path, "kind"), "lessons.file.kind", kind=kind, known=KINDS)
        return None
    _fields(reading, path, step, _ALWAYS | _OWN[kind], _OPTIONAL | ({"answers"} if kind != "choose" else set()), kind)
    if kind == "construct" and "hint" not in step:
        reading.wrong(path, "lessons.file.missing", field="hint", what=message("lessons.file.in_step"))
    if step.get("change", "nothing") not in CHANGES:
        reading.wrong((*path, "change"), "lessons.file.change", change=str(step["change"]), known=CHANGES)
    elif kind == "construct" and step.get("change", "nothing") == "nothing":
        reading.wrong((*path, "change") if "change" in step else path, "lessons.file.construct_changes", known=CHANGES[1:])
    for name in ("hide", "stages"):
        for n, symbol in enumerate(step.get(name, []) if isinstance(step.get(name), list) else []):
            if not isinstance(symbol, str):
                reading.wrong((*path, name, n), "lessons.file.type", field=name, type=message("lessons.file.of_texts"))
    _answers(reading, path, step.get("answers"), kind)
    if reading.broken > before:
        return None
    text = reading.text
    answers = tuple(Answer(a.get("is", ""), text(a.get("label")), text(a.get("say"))) for a in step.get("answers", []))
    texts = {name: text(step.get(name)) for name in ("title", "text", "ask", "right", "otherwise", "hint", "notes")}
    plain: dict[str, str] = {name: step[name] for name in ("key", "change", "map", "tolerance", "solution") if name in step}
    hide = tuple(step["hide"]) if "hide" in step else None
    return Step(at=step["at"], kind=kind, answers=answers, stages=tuple(step.get("stages", ())), hide=hide, **texts, **{"key": "", **plain})  # type: ignore[arg-type]


def _answers(reading: Reading, path: Path, answers: object, kind: str) -> None:
    if not isinstance(answers, list):
        return
    path = (*path, "answers")
    if not (2 if kind == "choose" else 0) <= len(answers) <= MOST_ANSWERS:
        reading.wrong(path, "lessons.file.answers", n=len(answers), most=MOST_ANSWERS)
    keys = 0
    for n, answer in enumerate(answers):
        here = (*path, n)
        if not isinstance(answer, dict):
            reading.wrong(here, "lessons.file.type", field="answers", type=message("lessons.file.of_tables"))
            continue
        is_key = kind == "choose" and "is" not in answer
        keys += is_key
        if keys > 1 and is_key:
            reading.wrong(here, "lessons.file.two_keys")
        optional = {"is", "say"} if is_key else {"label"}
        _fields(reading, here, answer, _ANSWER, optional if kind == "choose" else {"label"}, feedback=True)


def _fields(
    reading: Reading, path: Path, table: Mapping[str, Any], known: Mapping[str, Any],
    optional: set[str] = _OPTIONAL, kind: str = "", feedback: bool = False,
) -> None:  # fmt: skip
    """Unknown, missing and wrongly typed fields of one table."""
    where = message("lessons.file.in_answer" if feedback else "lessons.file.in_step" if path else "lessons.file.in_lesson")
    for name, value in table.items():
        if name not in known:
            near = get_close_matches(name, tuple(known), 1, 0.7)
            if kind and any(name in own for own in _OWN.values()):
                reading.wrong((*path, name), "lessons.file.unknown_of", field=name, known=tuple(known), kind=kind)
            elif near:
                reading.wrong((*path, name), "lessons.file.unknown_near", field=name, near=near[0])
            else:
                reading.wrong((*path, name), "lessons.file.unknown", field=name, known=tuple(known))
        elif known[name] == "text":
            _check_text(reading, (*path, name), value, name)
        elif known[name] is not None and not isinstance(value, known[name]):
            type_ = message("lessons.file.a_list" if known[name] is list else "lessons.file.a_text")
            reading.wrong((*path, name), "lessons.file.type", field=name, type=type_)
        elif value == "" and name not in ("at",):
            reading.wrong((*path, name), "lessons.file.empty", field=name)
    for name in known:
        if name not in table and name not in optional:
            reading.wrong(path, "lessons.file.no_feedback" if name in ("say", "right", "otherwise") else "lessons.file.missing", field=name, what=where)


def _check_text(reading: Reading, path: Path, value: object, name: str) -> None:
    """A text, or one for each language that the lesson names."""
    if isinstance(value, dict):
        for lang, part in value.items():
            if lang not in reading.languages:
                reading.wrong((*path, lang), "lessons.file.language", language=lang, known=reading.languages)
            elif not isinstance(part, str) or not part.strip():
                reading.wrong((*path, lang), "lessons.file.empty", field=f"{name}.{lang}")
        missing = [lang for lang in reading.languages if lang not in value]
    elif not isinstance(value, str):
        return reading.wrong(path, "lessons.file.type", field=name, type=message("lessons.file.a_text"))
    elif not value.strip():
        return reading.wrong(path, "lessons.file.empty", field=name)
    else:
        missing = list(reading.languages[1:]) if _has_words(value) else []
    if missing:
        reading.wrong(path, "lessons.file.translation", field=name, languages=missing)


def _has_words(text: str) -> bool:
    """Tells whether a text is one of some language: symbols, numbers and what is computed are the same in all."""
    return re.search(r"[^\W\d_]{2}", re.sub(r"\{[^{}]*\}|`[^`]*`", "", text)) is not None

