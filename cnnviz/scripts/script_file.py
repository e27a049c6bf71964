"""A script's file as values: what its fields are, and what is wrong with them, by line.

A script is a list of screens: an address, and optionally a sentence, notes, seconds, a question or an experiment. A lesson is a
script that asks on every screen. A file is TOML: its own fields, then a [[screen]] or [[step]] for each, which are the same. What can
be said of a file alone stands here; what has to be computed, in script_checker.py.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from cnnviz.core.page_state import MOST_SCREENS
from cnnviz.core.work import MAX_UPDATES
from cnnviz.scripts.screen_address import LEARN, ON_LEARN, PAGES, TRAIN, Place, place_of
from cnnviz.scripts.toml_lines import Path, lines_of
from cnnviz.words import DEFAULT, Message, Versions, message

HALL_KINDS = ("choose", "number", "click")
"""That a hall can answer; stages are put in order, and kernels built, by each alone."""
KINDS = (*HALL_KINDS, "order", "construct")
CHANGES = ("nothing", "image", "kernel")
MOST_BYTES, MOST_ANSWERS, MOST_SECONDS = 200_000, 8, 36_000
MOST_DOTS = 2_000_000
"""The squares of the dots in each line, together: an address has a dot in each of its numbers."""
EXPERIMENTS = ("seed", "start", "lr")
"""What each of a class may have a value of its own of."""

_SCRIPT = {"id": str, "title": "text", "goal": "text", "languages": list, "screen": list, "step": list}
_SCREEN = {
    "at": str, "title": "text", "text": "text", "say": "text", "notes": "text", "seconds": "number", "experiment": str, "updates": int,
    "show": list, "cells": str,
}  # fmt: skip
_ASKING = {"ask": "text", "kind": str, "right": "text", "hide": list, "change": str, "hint": "text", "reveal": list}
_ALWAYS = _SCREEN | _ASKING
_OWN: dict[str, dict[str, Any]] = {
    "choose": {"key": str, "answers": list},
    "number": {"key": str, "answers": list, "otherwise": "text", "tolerance": str},
    "click": {"key": str, "answers": list, "otherwise": "text", "map": str},
    "order": {"stages": list, "otherwise": "text"},
    "construct": {"key": str, "solution": str},
}
_OPTIONAL = (_SCREEN.keys() - {"at"}) | {"goal", "screen", "step", "hide", "change", "hint", "tolerance", "languages", "reveal"}
_ANSWER = {"is": str, "label": "text", "say": "text"}
_PLATE = {"is": str, "label": "text"}


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
class Shown:
    """A map that a screen shows: its symbol, or an expression with a label."""

    is_: str
    label: Versions = NOTHING


@dataclass(frozen=True)
class Screen:
    """One screen: its lesson (`at`, a query) and `place`, its words, for how many `seconds` it is planned; and its question, if
    it `asks` one, and how its key is computed. `experiment` is what each of a class has a value of its own of, for `updates`.

    `show` are the maps in sight (None: those that the words name), `reveal` those that join them once the answer is out, `cells`
    the cells that are asked of ("": those that the key names).
    """

    at: str
    title: Versions = NOTHING
    text: Versions = NOTHING
    ask: Versions = NOTHING
    kind: str = ""
    key: str = ""
    right: Versions = NOTHING
    otherwise: Versions = NOTHING
    hint: Versions = NOTHING
    answers: tuple[Answer, ...] = ()
    stages: tuple[str, ...] = ()
    hide: tuple[str, ...] | None = None
    change: str = "nothing"
    map: str = ""
    tolerance: str = ""
    solution: str = ""
    notes: Versions = NOTHING
    place: Place = ON_LEARN
    seconds: float | None = None
    experiment: str = ""
    updates: int | None = None
    show: tuple[Shown, ...] | None = None
    reveal: tuple[Shown, ...] = ()
    cells: str = ""

    @property
    def asks(self) -> bool:
        """Tells whether it has a question."""
        return self.kind != ""


@dataclass(frozen=True)
class Script:
    """A file: screens under a title, and what one can do afterwards."""

    id: str
    title: Versions
    goal: Versions
    screens: tuple[Screen, ...]
    languages: tuple[str, ...] = (DEFAULT,)

    @property
    def is_lesson(self) -> bool:
        """Tells whether it asks on every screen."""
        return all(screen.asks for screen in self.screens)


@dataclass
class Reading:
    """What was read of a file: its tables, the line of each field, its faults and its good screens so far, which stand under `name`."""

    tables: Mapping[str, Any]
    lines: Mapping[Path, int]
    faults: list[Fault] = field(default_factory=list)
    languages: tuple[str, ...] = (DEFAULT,)
    screens: dict[int, Screen] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the file calls its screens."""
        return "step" if "step" in self.tables else "screen"

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


def read(content: bytes) -> tuple[Script | None, Reading]:
    """The script of a file's bytes, None where its faults leave none; the faults stand in the reading.

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
    if (line := _nested(text)) is not None:
        nothing.faults.append(Fault(line, message("lessons.file.dots")))
        return None, nothing
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        nothing.faults.append(_syntax(str(error), text))
        return None, nothing
    reading = Reading(tables, lines_of(text))
    script = _script(reading)
    return (None if reading.broken else script), reading


def _nested(text: str) -> int | None:
    """The line, from 1, with the most dots, where they are too many: the parser takes time by the square of those in a key.

    >>> _nested("id = 1\\n" + "a." * 3_000 + "b = 1")
    2
    """
    dots = [line.count(".") for line in text.split("\n")]
    return dots.index(max(dots)) + 1 if sum(n * n for n in dots) > MOST_DOTS else None


def _syntax(why: str, text: str) -> Fault:
    found = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", why)
    last = text.rstrip("\n").count("\n") + 1
    line = int(found[1]) if found and found[1] else last
    return Fault(min(line, last), message("lessons.file.no_toml", why=why[: found.start()] if found else why))


def _script(reading: Reading) -> Script | None:
    tables = reading.tables
    languages = tables.get("languages", [DEFAULT])
    if isinstance(languages, list) and languages and all(isinstance(lang, str) and lang for lang in languages):
        reading.languages = tuple(languages)
        for n, lang in enumerate(languages):
            if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang):
                reading.wrong(("languages", n), "lessons.file.no_language", language=lang)
    elif isinstance(languages, list):
        reading.wrong(("languages",), "lessons.file.type", field="languages", type=message("lessons.file.of_texts"))
    _fields(reading, (), tables, _SCRIPT)
    id = tables.get("id", "")
    if isinstance(id, str) and "id" in tables and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", id):
        reading.wrong(("id",), "lessons.file.id", id=id)
    for n, table in enumerate(_tables(reading)):
        if screen := (_question if table.keys() & _QUESTION else _screen)(reading, (reading.name, n), table):
            reading.screens[n] = screen
    if reading.broken:
        return None
    title = reading.text(tables["title"]) if "title" in tables else Versions(dict.fromkeys(reading.languages, id))
    return Script(id, title, reading.text(tables.get("goal")), tuple(reading.screens.values()), reading.languages)


def _tables(reading: Reading) -> list[dict[str, Any]]:
    """The table of each screen, as far as they are tables."""
    tables, name = reading.tables, reading.name
    if "step" in tables and "screen" in tables:
        reading.wrong(("screen",), "lessons.file.both")
    if name not in tables:
        reading.wrong((), "lessons.file.no_screen")
    screens = tables.get(name, [])
    if isinstance(screens, dict):
        reading.wrong((name,), "lessons.file.one_step", name=name)
    if not isinstance(screens, list):
        return []
    for n, screen in enumerate(screens):
        if not isinstance(screen, dict):
            reading.wrong((name, n), "lessons.file.type", field=name, type=message("lessons.file.of_screens"))
    if name in tables and not 1 <= len(screens) <= MOST_SCREENS:
        reading.wrong((name,), "lessons.file.steps", n=len(screens), most=MOST_SCREENS)
    return screens if all(isinstance(screen, dict) for screen in screens) else []


_QUESTION = {*_ASKING, *(name for own in _OWN.values() for name in own)}
"""Fields of which each makes a screen one that asks."""


def _screen(reading: Reading, path: Path, screen: Mapping[str, Any]) -> Screen | None:
    """A screen without a question."""
    before = reading.broken
    _fields(reading, path, screen, _SCREEN)
    found = _placed(reading, path, screen, "")
    return None if reading.broken > before else Screen(**found)


def _placed(reading: Reading, path: Path, screen: Mapping[str, Any], default: str) -> dict[str, Any]:
    """What a screen is beside its question, by the names of Step's fields."""
    at, place = place_of(screen["at"] if isinstance(screen.get("at"), str) else "", default)
    if place.page not in PAGES:
        reading.wrong((*path, "at"), "lessons.file.no_page", page=f"/{place.page}", known=[f"/{page}" for page in PAGES])
    elif default == LEARN != place.page:
        reading.wrong((*path, "at"), "lessons.file.asks_elsewhere", page=f"/{place.page}")
    if "text" in screen and "say" in screen:
        reading.wrong((*path, "say"), "lessons.file.say_and_text")
    experiment, updates, seconds = (screen.get(name) for name in ("experiment", "updates", "seconds"))
    if isinstance(experiment, str) and experiment not in EXPERIMENTS:
        reading.wrong((*path, "experiment"), "lessons.file.experiment", experiment=experiment, known=EXPERIMENTS)
    elif experiment is not None and place.page != TRAIN:
        reading.wrong((*path, "experiment"), "lessons.file.experiment_elsewhere", page=f"/{place.page}")
    if updates is not None and experiment is None:
        reading.wrong((*path, "updates"), "lessons.file.updates_of_nothing")
    elif isinstance(updates, int) and not 1 <= updates <= MAX_UPDATES:
        reading.wrong((*path, "updates"), "lessons.file.number", field="updates", least=1, most=MAX_UPDATES)
    if isinstance(seconds, int | float) and not 1 <= seconds <= MOST_SECONDS:
        reading.wrong((*path, "seconds"), "lessons.file.number", field="seconds", least=1, most=MOST_SECONDS)
    words = {"title": reading.text(screen.get("title")), "text": reading.text(screen.get("text", screen.get("say"))), "notes": reading.text(screen.get("notes"))}
    shown = _plates(reading, path, screen) | {"cells": screen.get("cells", "")}
    return {"at": at, "place": place, "seconds": seconds, "experiment": experiment or "", "updates": updates, **words, **shown}


def _plates(reading: Reading, path: Path, screen: Mapping[str, Any]) -> dict[str, Any]:
    """The fields `show` and `reveal`, as far as they are there: lists of symbols, and of expressions with labels."""
    found: dict[str, Any] = {}
    for name in ("show", "reveal"):
        listed = screen.get(name)
        if not isinstance(listed, list):
            continue
        for n, one in enumerate(listed):
            if isinstance(one, dict):
                _fields(reading, (*path, name, n), one, _PLATE, set())
            elif not isinstance(one, str):
                reading.wrong((*path, name, n), "lessons.file.type", field=name, type=message("lessons.file.of_maps"))
        if not reading.broken:
            found[name] = tuple(Shown(one["is"], reading.text(one["label"])) if isinstance(one, dict) else Shown(one) for one in listed)
    return found


def _question(reading: Reading, path: Path, screen: Mapping[str, Any]) -> Screen | None:
    """A screen that asks."""
    before = reading.broken
    kind = screen.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        known = {name for own in _OWN.values() for name in own}
        _fields(reading, path, screen, _ALWAYS | {name: None for name in known}, optional=_OPTIONAL | known)
        _placed(reading, path, screen, LEARN)
        if isinstance(kind, str):
            reading.wrong((*path, "kind"), "lessons.file.kind", kind=kind, known=KINDS)
        return None
    _fields(reading, path, screen, _ALWAYS | _OWN[kind], _OPTIONAL | ({"answers"} if kind != "choose" else set()), kind)
    if kind == "construct" and "hint" not in screen:
        reading.wrong(path, "lessons.file.missing", field="hint", what=message("lessons.file.in_step"))
    if screen.get("change", "nothing") not in CHANGES:
        reading.wrong((*path, "change"), "lessons.file.change", change=str(screen["change"]), known=CHANGES)
    elif kind == "construct" and screen.get("change", "nothing") == "nothing":
        reading.wrong((*path, "change") if "change" in screen else path, "lessons.file.construct_changes", known=CHANGES[1:])
    for name in ("hide", "stages"):
        for n, symbol in enumerate(screen.get(name, []) if isinstance(screen.get(name), list) else []):
            if not isinstance(symbol, str):
                reading.wrong((*path, name, n), "lessons.file.type", field=name, type=message("lessons.file.of_texts"))
    _answers(reading, path, screen.get("answers"), kind)
    found = _placed(reading, path, screen, LEARN)
    if reading.broken > before:
        return None
    text = reading.text
    answers = tuple(Answer(a.get("is", ""), text(a.get("label")), text(a.get("say"))) for a in screen.get("answers", []))
    texts = {name: text(screen.get(name)) for name in ("ask", "right", "otherwise", "hint")}
    plain: dict[str, str] = {name: screen[name] for name in ("key", "change", "map", "tolerance", "solution") if name in screen}
    hide = tuple(screen["hide"]) if "hide" in screen else None
    return Screen(**found, kind=kind, answers=answers, stages=tuple(screen.get("stages", ())), hide=hide, **texts, **{"key": "", **plain})  # type: ignore[arg-type]


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
        elif known[name] is not None and not _is(value, known[name]):
            reading.wrong((*path, name), "lessons.file.type", field=name, type=message(f"lessons.file.{_TYPES[known[name]]}"))
        elif value == "" and name not in ("at",):
            reading.wrong((*path, name), "lessons.file.empty", field=name)
    for name in known:
        if name not in table and name not in optional:
            reading.wrong(path, "lessons.file.no_feedback" if name in ("say", "right", "otherwise") else "lessons.file.missing", field=name, what=where)


_TYPES: dict[object, str] = {list: "a_list", str: "a_text", int: "a_count", "number": "a_number"}
"""The message that says what a field needs to be."""


def _is(value: object, wanted: object) -> bool:
    """Tells whether a field's value is of its type; truths are no numbers here."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) if wanted == "number" else isinstance(value, wanted)  # type: ignore[arg-type]


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
    return re.search(r"[^\W\d_₀-₉]{2}", re.sub(r"\{[^{}]*\}|`[^`]*`", "", text)) is not None

