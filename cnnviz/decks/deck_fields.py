"""Schema of a deck file, and the diagnostics of its fields, with line numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from cnnviz.core.runtime.cached import cached_property
from cnnviz.decks.deck import HINTS, NO_TEXT, Screen
from cnnviz.decks.toml_lines import Path, lines_of
from cnnviz.words import DEFAULT, LocalizedText, Message, message

SCRIPT = {"id": str, "title": "text", "goal": "text", "languages": list, "after": list, "screen": list, "step": list}
SCREEN = {
    "at": str, "title": "text", "text": "text", "say": "text", "notes": "text", "seconds": "number", "experiment": str, "updates": int,
    "show": list, "cells": str,
}  # fmt: skip
ASKING = {"ask": "text", "kind": str, "right": "text", "hide": list, "change": str, "other": str, **dict.fromkeys(HINTS, "text"), "reveal": list}
COMMON = SCREEN | ASKING
KIND_FIELDS: dict[str, dict[str, Any]] = {
    "choose": {"key": str, "answers": list},
    "number": {"key": str, "answers": list, "otherwise": "text", "tolerance": str},
    "click": {"key": str, "answers": list, "otherwise": "text", "map": str},
    "order": {"stages": list, "otherwise": "text"},
    "construct": {"key": str, "solution": str},
}
OPTIONAL = (SCREEN.keys() - {"at"}) | {"goal", "screen", "step", "hide", "change", "other", *HINTS, "tolerance", "languages", "after", "reveal"}
ANSWER = {"is": str, "label": "text", "say": "text"}
PLATE = {"is": str, "label": "text", "mark": str}
QUESTION = {*ASKING, *(name for own in KIND_FIELDS.values() for name in own)}
"""Fields that make a screen a question."""


@dataclass(frozen=True, order=True)
class Diagnostic:
    """A defect of a file, and its line."""

    line: int
    what: Message = field(compare=False)

    @property
    def is_fatal(self) -> bool:
        """Whether the deck cannot be shown. With a missing translation, it can."""
        return self.what.id != "lessons.file.translation"


@dataclass
class Reading:
    """Reader state: a file's tables and text, and its diagnostics and valid screens so far."""

    tables: Mapping[str, Any]
    source: str = ""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    languages: tuple[str, ...] = (DEFAULT,)
    screens: dict[int, Screen] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the screens' tables in this file: "step" or "screen"."""
        return "step" if "step" in self.tables else "screen"

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        """Line of each field. Computed only for diagnostics, since it is slow."""
        return lines_of(self.source)

    def line(self, path: Path) -> int:
        """Return the line of a field, or of the nearest enclosing table."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    @property
    def fatal_count(self) -> int:
        """Number of diagnostics so far that prevent the deck from being shown."""
        return sum(diagnostic.is_fatal for diagnostic in self.diagnostics)

    def add_diagnostic(self, path: Path, id: str, /, **values: object) -> None:
        """Add a diagnostic."""
        self.diagnostics.append(Diagnostic(self.line(path), message(id, **values)))

    def text(self, value: object) -> LocalizedText:
        """Return a field's text by language. A plain string counts as the first language, or as all languages if it
        contains no words."""
        if isinstance(value, dict):
            return LocalizedText(value)
        if not isinstance(value, str):
            return NO_TEXT
        return LocalizedText(dict.fromkeys(self.languages[:1] if _has_words(value) else self.languages, value))


def check_fields(
    reading: Reading, path: Path, table: Mapping[str, Any], known: Mapping[str, Any],
    optional: set[str] = OPTIONAL, kind: str = "", feedback: bool = False,
) -> None:  # fmt: skip
    """Report unknown, missing, empty and wrongly typed fields of one table."""
    container = message("lessons.file.in_answer" if feedback else "lessons.file.in_step" if path else "lessons.file.in_lesson")
    for name, value in table.items():
        if name not in known:
            matches = get_close_matches(name, tuple(known), 1, 0.7)
            if kind and any(name in kind_fields for kind_fields in KIND_FIELDS.values()):
                reading.add_diagnostic((*path, name), "lessons.file.unknown_of", field=name, known=tuple(known), kind=kind)
            elif matches:
                reading.add_diagnostic((*path, name), "lessons.file.unknown_near", field=name, near=matches[0])
            else:
                reading.add_diagnostic((*path, name), "lessons.file.unknown", field=name, known=tuple(known))
        elif known[name] == "text":
            _check_text(reading, (*path, name), value, name)
        elif known[name] is not None and not _has_type(value, known[name]):
            reading.add_diagnostic((*path, name), "lessons.file.type", field=name, type=message(f"lessons.file.{_TYPES[known[name]]}"))
        elif value == "" and name not in ("at",):
            reading.add_diagnostic((*path, name), "lessons.file.empty", field=name)
    for name in known:
        if name not in table and name not in optional:
            reading.add_diagnostic(path, "lessons.file.no_feedback" if name in ("say", "right", "otherwise") else "lessons.file.missing", field=name, what=container)


_TYPES: dict[object, str] = {list: "a_list", str: "a_text", int: "a_count", "number": "a_number"}
"""Message ids that name the type of a field."""


def _has_type(value: object, expected_type: object) -> bool:
    """Return whether a value has the type `expected_type`. A Boolean is not a number here."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) if expected_type == "number" else isinstance(value, expected_type)  # type: ignore[arg-type]


def _check_text(reading: Reading, path: Path, value: object, name: str) -> None:
    """Check a field that holds a string or a table of translations."""
    if isinstance(value, dict):
        for lang, part in value.items():
            if lang not in reading.languages:
                reading.add_diagnostic((*path, lang), "lessons.file.language", language=lang, known=reading.languages)
            elif not isinstance(part, str) or not part.strip():
                reading.add_diagnostic((*path, lang), "lessons.file.empty", field=f"{name}.{lang}")
        missing_languages = [lang for lang in reading.languages if lang not in value]
    elif not isinstance(value, str):
        return reading.add_diagnostic(path, "lessons.file.type", field=name, type=message("lessons.file.a_text"))
    elif not value.strip():
        return reading.add_diagnostic(path, "lessons.file.empty", field=name)
    else:
        missing_languages = list(reading.languages[1:]) if _has_words(value) else []
    if missing_languages:
        reading.add_diagnostic(path, "lessons.file.translation", field=name, languages=missing_languages)


def _has_words(text: str) -> bool:
    """Return whether a text contains words of a language. Symbols, numbers and expressions are the same in all
    languages."""
    return re.search(r"[^\W\d_₀-₉]{2}", re.sub(r"\{[^{}]*\}|`[^`]*`", "", text)) is not None

