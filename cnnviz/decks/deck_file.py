"""Parses a deck file and reports its defects with line numbers.

A file is TOML: fields of the deck, then one [[screen]] or [[step]] per screen, which mean the same. This module checks all
that needs no computation; deck_checker.py checks the rest.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.page_state import MOST_SCREENS
from cnnviz.core.setup.update_limits import MAX_UPDATES
from cnnviz.decks.deck import CHANGES, EXPERIMENTS, HINTS, KINDS, MOST_ANSWERS, Answer, Deck, Screen, Shown
from cnnviz.decks.deck_fields import (
    ANSWER,
    COMMON,
    KIND_FIELDS,
    OPTIONAL,
    PLATE,
    QUESTION,
    SCREEN,
    SCRIPT,
    Diagnostic,
    Reading,
    check_fields,
)
from cnnviz.decks.screen_address import LEARN, PAGES, TRAIN, parse_address
from cnnviz.decks.toml_lines import Path
from cnnviz.words import DEFAULT, LocalizedText, message

MOST_BYTES, MOST_SECONDS = 200_000, 36_000
MOST_DEPTH = 10
"""Upper limit of the nesting depth of tables and arrays."""
MOST_DOTS = 2_000_000
"""Upper limit of Σ n² over all lines, where n is the number of dots in a line. Addresses contain a dot in each decimal
number."""


def read(content: bytes) -> tuple[Deck | None, Reading]:
    """Parse a deck file. Return the deck, or None if its diagnostics prevent that, and the reading, which has the
    diagnostics.

    >>> read(b'id = "a')[1].diagnostics[0].line
    1
    """
    empty_reading = Reading({})
    if len(content) > MOST_BYTES:
        empty_reading.add_diagnostic((), "lessons.file.too_large", kilobytes=MOST_BYTES // 1000)
        return None, empty_reading
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        empty_reading.diagnostics.append(Diagnostic(content.count(b"\n", 0, error.start) + 1, message("lessons.file.no_text")))
        return None, empty_reading
    if (line := _line_with_most_dots(text)) is not None:
        empty_reading.diagnostics.append(Diagnostic(line, message("lessons.file.dots")))
        return None, empty_reading
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # int() refuses numbers of more than some thousand digits
        empty_reading.diagnostics.append(_syntax_diagnostic(str(error), text))
        return None, empty_reading
    if not _is_plain(tables):
        empty_reading.diagnostics.append(Diagnostic(_line_with_most_brackets(text), message("lessons.file.strange_value", most=MOST_DEPTH)))
        return None, empty_reading
    reading = Reading(tables, text)
    deck = _read_deck(reading)
    return (None if reading.fatal_count else deck), reading


def _line_with_most_dots(text: str) -> int | None:
    """Return the number, from 1, of the line with the most dots, or None if there are few. Parsing a dotted key takes
    quadratic time.

    >>> _line_with_most_dots("id = 1\\n" + "a." * 3_000 + "b = 1")
    2
    """
    dots = [line.count(".") for line in text.split("\n")]
    return dots.index(max(dots)) + 1 if sum(n * n for n in dots) > MOST_DOTS else None


def _is_plain(tables: object) -> bool:
    """Return whether values are nested at most MOST_DEPTH deep, integers fit into 64 bits, and floats are finite."""
    stack = [(tables, 0)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, dict | list):
            if depth > MOST_DEPTH:
                return False
            stack += [(item, depth + 1) for item in (value.values() if isinstance(value, dict) else value)]
        elif (isinstance(value, int) and not -(2**63) <= value < 2**63) or (isinstance(value, float) and not math.isfinite(value)):
            return False
    return True


def _line_with_most_brackets(text: str) -> int:
    """Return the number, from 1, of the line with the most brackets, digits and special numbers."""
    weights = [len(re.findall(r"[\[{\d]|inf|nan", line)) for line in text.split("\n")]
    return weights.index(max(weights)) + 1


_ERROR_PATTERNS = {
    r"Illegal character '\\n'|Unterminated string": "unquoted",
    "Cannot overwrite|Cannot mutate|Cannot declare|[Dd]uplicate": "twice",
    "Expected '='|Invalid statement|Expected newline": "no_field",
    "Invalid value": "no_value",
    "Unclosed": "unclosed",
    "Unescaped|[Ee]scape": "escape",
}
"""Patterns of the parser's error messages, each with the id of our message."""


def _syntax_diagnostic(why: str, text: str) -> Diagnostic:
    position = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", why)
    last_line = text.rstrip("\n").count("\n") + 1
    line = int(position[1]) if position and position[1] else last_line
    code = next((id for pattern, id in _ERROR_PATTERNS.items() if re.search(pattern, why)), "")
    if code == "twice" and (header := re.match(r"\s*\[\s*(screen|step)\s*\]\s*(#.*)?$", text.split("\n")[line - 1])):
        return Diagnostic(line, message("lessons.file.single", name=header[1]))
    description = message(f"lessons.file.{code}") if code else message("lessons.file.no_toml", why=why[: position.start()] if position else why)
    return Diagnostic(min(line, last_line), description)


def _read_deck(reading: Reading) -> Deck | None:
    tables = reading.tables
    languages = tables.get("languages", [DEFAULT])
    if isinstance(languages, list) and languages and all(isinstance(lang, str) and lang for lang in languages):
        reading.languages = tuple(languages)
        for n, lang in enumerate(languages):
            if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", lang):
                reading.add_diagnostic(("languages", n), "lessons.file.no_language", language=lang)
    elif isinstance(languages, list):
        reading.add_diagnostic(("languages",), "lessons.file.type", field="languages", type=message("lessons.file.of_texts"))
    misplaced_name = reading.name if isinstance(tables.get(reading.name), dict) else ""  # reported by _screen_tables
    check_fields(reading, (), {name: value for name, value in tables.items() if name != misplaced_name}, SCRIPT)
    id = tables.get("id", "")
    if isinstance(id, str) and "id" in tables and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", id):
        reading.add_diagnostic(("id",), "lessons.file.id", id=id)
    prerequisites = _read_after(reading, id)
    for n, table in enumerate(_screen_tables(reading)):
        check_cancelled()
        if screen := (_read_question if table.keys() & QUESTION else _read_screen)(reading, (reading.name, n), table):
            reading.screens[n] = screen
    if reading.fatal_count:
        return None
    title = reading.text(tables["title"]) if "title" in tables else LocalizedText(dict.fromkeys(reading.languages, id))
    return Deck(id, title, reading.text(tables.get("goal")), tuple(reading.screens.values()), reading.languages, prerequisites)


def _read_after(reading: Reading, id: object) -> tuple[str, ...]:
    """Read the ids of the lessons that this one builds on. library.py checks whether they exist."""
    names = reading.tables.get("after", [])
    if not isinstance(names, list):
        return ()  # check_fields reports it
    for n, name in enumerate(names):
        if not isinstance(name, str):
            reading.add_diagnostic(("after", n), "lessons.file.type", field="after", type=message("lessons.file.of_texts"))
        elif name == id:
            reading.add_diagnostic(("after", n), "lessons.file.after_circle", ids=[name, name])
        elif name in names[:n]:
            reading.add_diagnostic(("after", n), "lessons.file.twice")
    return tuple(name for name in names if isinstance(name, str))


def _screen_tables(reading: Reading) -> list[dict[str, Any]]:
    """Return the tables of the screens, or [] if any of them is not a table."""
    tables, name = reading.tables, reading.name
    if "step" in tables and "screen" in tables:
        reading.add_diagnostic(("screen",), "lessons.file.both", one="[[screen]]", other="[[step]]")
    if name not in tables:
        reading.add_diagnostic((), "lessons.file.no_screen")
    screens = tables.get(name, [])
    if isinstance(screens, dict):
        reading.add_diagnostic((name,), "lessons.file.one_step", name=name)
    if not isinstance(screens, list):
        return []
    for n, screen in enumerate(screens):
        if not isinstance(screen, dict):
            reading.add_diagnostic((name, n), "lessons.file.type", field=name, type=message("lessons.file.of_screens"))
    if name in tables and not 1 <= len(screens) <= MOST_SCREENS:
        reading.add_diagnostic((name,), "lessons.file.steps", n=len(screens), most=MOST_SCREENS)
        return []
    return screens if all(isinstance(screen, dict) for screen in screens) else []


def _read_screen(reading: Reading, path: Path, screen: Mapping[str, Any]) -> Screen | None:
    """Read a screen without a question."""
    fatal_count = reading.fatal_count
    check_fields(reading, path, screen, SCREEN)
    fields = _screen_fields(reading, path, screen, "")
    return None if reading.fatal_count > fatal_count else Screen(**fields)


def _screen_fields(reading: Reading, path: Path, screen: Mapping[str, Any], default: str) -> dict[str, Any]:
    """Return the fields of a screen outside its question, by the names of Screen's fields."""
    at, address = parse_address(screen["at"] if isinstance(screen.get("at"), str) else "", default)
    if address.page not in PAGES:
        reading.add_diagnostic((*path, "at"), "lessons.file.no_page", page=f"/{address.page}", known=[f"/{page}" for page in PAGES])
    elif default == LEARN != address.page:
        reading.add_diagnostic((*path, "at"), "lessons.file.asks_elsewhere", page=f"/{address.page}")
    if "text" in screen and "say" in screen:
        reading.add_diagnostic((*path, "say"), "lessons.file.both", one="say", other="text")
    experiment, updates, seconds = (screen.get(name) for name in ("experiment", "updates", "seconds"))
    if isinstance(experiment, str) and experiment not in EXPERIMENTS:
        reading.add_diagnostic((*path, "experiment"), "lessons.file.experiment", experiment=experiment, known=EXPERIMENTS)
    elif experiment is not None and address.page != TRAIN:
        reading.add_diagnostic((*path, "experiment"), "lessons.file.experiment_elsewhere", page=f"/{address.page}")
    if updates is not None and experiment is None:
        reading.add_diagnostic((*path, "updates"), "lessons.file.updates_of_nothing")
    elif isinstance(updates, int) and not 1 <= updates <= MAX_UPDATES:
        reading.add_diagnostic((*path, "updates"), "lessons.file.number", field="updates", least=1, most=MAX_UPDATES)
    if isinstance(seconds, int | float) and not 1 <= seconds <= MOST_SECONDS:
        reading.add_diagnostic((*path, "seconds"), "lessons.file.number", field="seconds", least=1, most=MOST_SECONDS)
    words = {"title": reading.text(screen.get("title")), "text": reading.text(screen.get("text", screen.get("say"))), "notes": reading.text(screen.get("notes"))}
    map_fields = _map_fields(reading, path, screen) | {"cells": screen.get("cells", "")}
    return {"at": at, "place": address, "seconds": seconds, "experiment": experiment or "", "updates": updates, **words, **map_fields}


def _map_fields(reading: Reading, path: Path, screen: Mapping[str, Any]) -> dict[str, Any]:
    """Read the optional fields `show` and `reveal`: lists of symbols, or of expressions with labels."""
    fields: dict[str, Any] = {}
    for name in ("show", "reveal"):
        entries = screen.get(name)
        if not isinstance(entries, list):
            continue
        for n, map_entry in enumerate(entries):
            if isinstance(map_entry, dict):
                check_fields(reading, (*path, name, n), map_entry, PLATE, {"mark"})
            elif not isinstance(map_entry, str):
                reading.add_diagnostic((*path, name, n), "lessons.file.type", field=name, type=message("lessons.file.of_maps"))
        if not reading.fatal_count:
            fields[name] = tuple(Shown(entry["is"], reading.text(entry["label"]), entry.get("mark", "")) if isinstance(entry, dict) else Shown(entry) for entry in entries)
    return fields


def _read_question(reading: Reading, path: Path, screen: Mapping[str, Any]) -> Screen | None:
    """Read a screen with a question."""
    fatal_count = reading.fatal_count
    kind = screen.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        kind_names = {name for kind_fields in KIND_FIELDS.values() for name in kind_fields}
        check_fields(reading, path, screen, COMMON | {name: None for name in kind_names}, optional=OPTIONAL | kind_names)
        _screen_fields(reading, path, screen, LEARN)
        if isinstance(kind, str):
            reading.add_diagnostic((*path, "kind"), "lessons.file.kind", kind=kind, known=KINDS)
        return None
    check_fields(reading, path, screen, COMMON | KIND_FIELDS[kind], OPTIONAL | ({"answers"} if kind != "choose" else set()), kind)
    if (kind == "construct" or "hint2" in screen) and "hint" not in screen:
        reading.add_diagnostic(path, "lessons.file.missing", field="hint", what=message("lessons.file.in_step"))
    if screen.get("change", "nothing") not in CHANGES:
        reading.add_diagnostic((*path, "change"), "lessons.file.change", change=str(screen["change"]), known=CHANGES)
    elif kind == "construct" and screen.get("change", "nothing") == "nothing":
        reading.add_diagnostic((*path, "change") if "change" in screen else path, "lessons.file.construct_changes", known=CHANGES[1:])
    if "other" in screen and screen.get("change", "nothing") != "nothing":
        reading.add_diagnostic((*path, "other"), "lessons.file.other_changes", change=str(screen["change"]))
    for name in ("hide", "stages"):
        for n, symbol in enumerate(screen.get(name, []) if isinstance(screen.get(name), list) else []):
            if not isinstance(symbol, str):
                reading.add_diagnostic((*path, name, n), "lessons.file.type", field=name, type=message("lessons.file.of_texts"))
    _check_answers(reading, path, screen.get("answers"), kind)
    fields = _screen_fields(reading, path, screen, LEARN)
    if reading.fatal_count > fatal_count:
        return None
    text = reading.text
    answers = tuple(Answer(a.get("is", ""), text(a.get("label")), text(a.get("say"))) for a in screen.get("answers", []))
    texts = {name: text(screen.get(name)) for name in ("ask", "right", "otherwise", *HINTS)}
    text_fields: dict[str, str] = {name: screen[name] for name in ("key", "change", "other", "map", "tolerance", "solution") if name in screen}
    hide = tuple(screen["hide"]) if "hide" in screen else None
    return Screen(**fields, kind=kind, answers=answers, stages=tuple(screen.get("stages", ())), hide=hide, **texts, **{"key": "", **text_fields})  # type: ignore[arg-type]


def _check_answers(reading: Reading, path: Path, answers: object, kind: str) -> None:
    if not isinstance(answers, list):
        return
    path = (*path, "answers")
    if not (2 if kind == "choose" else 0) <= len(answers) <= MOST_ANSWERS:
        reading.add_diagnostic(path, "lessons.file.answers", n=len(answers), most=MOST_ANSWERS)
    key_count = 0
    for n, answer in enumerate(answers):
        answer_path = (*path, n)
        if not isinstance(answer, dict):
            reading.add_diagnostic(answer_path, "lessons.file.type", field="answers", type=message("lessons.file.of_tables"))
            continue
        is_key = kind == "choose" and "is" not in answer
        key_count += is_key
        if key_count > 1 and is_key:
            reading.add_diagnostic(answer_path, "lessons.file.two_keys")
        optional = {"is", "say"} if is_key else {"label"}
        check_fields(reading, answer_path, answer, ANSWER, optional if kind == "choose" else {"label"}, feedback=True)
