"""Checks a deck file completely and reports diagnostics with line numbers, as `python -m cnnviz scripts` prints them.
"""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path as File

import numpy as np

from cnnviz.core.mistakes import mistake_at
from cnnviz.core.runtime.isolation import thread_time
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.page_state import PageState
from cnnviz.core.setup.read_sweep import read_sweep
from cnnviz.core.setup.setup_fields import choice_parser, integer_parser
from cnnviz.data.images import find_image
from cnnviz.decks.deck import HINTS, Deck, Screen
from cnnviz.decks.deck_fields import Diagnostic, Reading
from cnnviz.decks.deck_file import MOST_BYTES, read
from cnnviz.decks.expression import evaluate, names_in
from cnnviz.decks.missions import missions
from cnnviz.decks.plates import cells, hidden, plates
from cnnviz.decks.question import (
    CHANGEABLE_KEYS,
    PLACEHOLDER,
    ask,
    fill,
    is_same_answer,
    key_of,
    ordered_stages,
    other_setup,
    setup_at,
    tolerance_of,
    value_of,
)
from cnnviz.decks.scope import Scope, query_of, scope_of, setup_of
from cnnviz.decks.screen_address import TRAIN
from cnnviz.decks.toml_lines import Path
from cnnviz.words import LocalizedText, Message, Problem, message

CELL = re.compile(r"(?:max|min|sum|mean)\([^\W\d]\w*\)|[^\W\d]\w*\[\d+(?:, ?\d+)*\]")
"""Pattern of a cell in a question's text, or of the maximum, minimum, sum or mean of a map."""
COUNTS = re.compile(r"\b(many|often|combien de)\b", re.IGNORECASE)
"""Pattern of words in questions about a count."""
NUMBER = re.compile(r"(?<![\w.,\[])[-−]?(?:\d+[.,]\d+|\d{2,})(?![\w\]]|[.,]\d)")
"""Pattern of a number of at least two digits, since a single digit reveals little."""
LABEL = re.compile(r"[^\W\d]{3,}|(?=.*[^\W\d]).{10,}")
"""Pattern of a distinctive label: one word, or at least ten characters."""
OTHERS = {"image": [{"img": img} for img in ("test-3", "test-8", "test-12")], "kernel": [{"f": f} for f in ("sobel-y", "blur", "random-1")]}
"""Changes of the setup with which a question is also checked if learners may change the image or kernel."""


def check_file(file: File) -> tuple[Deck | None, list[Diagnostic]]:
    """Return a file's deck, or None if it cannot be shown, and its diagnostics in line order."""
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        return None, [Diagnostic(1, message("lessons.file.unreadable", why=error.strerror or str(error)))]
    return check(content)


def check(content: bytes, seconds: float = math.inf) -> tuple[Deck | None, list[Diagnostic]]:
    """Return the deck in a file's bytes, or None if it cannot be shown, and its diagnostics in line order.

    With a limit of CPU seconds, nothing is computed if the file itself has diagnostics. Checks that would take longer are
    skipped, which adds a diagnostic.

    >>> [str(diagnostic.what) for diagnostic in check(b'id = "a"\\ntitle = "A"\\ngoal = "go"\\n')[1]]
    ['There is no screen. Add [[screen]].']
    """
    deadline = thread_time() + seconds
    deck, reading = read(content)
    for n, screen in reading.screens.items() if deck or seconds == math.inf else ():
        _ScreenChecker(reading, (reading.name, n), screen, deadline).run()
    return (None if reading.fatal_count else deck), sorted(reading.diagnostics)


def check_syntax(content: bytes) -> tuple[Deck | None, Reading]:
    """Read a deck and check its syntax, fields and addresses, without computing its questions and texts.

    >>> [diagnostic.line for diagnostic in check_syntax(b'id = "a"\\n[[screen]]\\nat = "/?img=none"\\n')[1].diagnostics]
    [3]
    """
    deck, reading = read(content)
    for n, screen in reading.screens.items():
        check_cancelled()
        with _ScreenChecker(reading, (reading.name, n), screen).at("at"):
            setup_of(screen.at)
        with _ScreenChecker(reading, (reading.name, n), screen).at("other"):
            other_setup(screen)
    return (None if reading.fatal_count else deck), reading


class _ScreenChecker:
    """Checker of one screen."""

    def __init__(self, reading: Reading, path: Path, screen: Screen, until: float = math.inf):
        self.reading, self.path, self.screen, self.deadline = reading, path, screen, until

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """Report a Problem raised in this context as a diagnostic of this field."""
        try:
            yield
        except Problem as problem:
            self.add_diagnostic(path, problem.message)

    def check_time(self) -> None:
        """Raise Problem if no time is left. This is a cancellation point."""
        check_cancelled()
        if thread_time() > self.deadline:
            raise Problem("lessons.check.too_long")

    def add_diagnostic(self, path: tuple[str | int, ...], what: Message) -> None:
        self.reading.diagnostics.append(Diagnostic(self.reading.line((*self.path, *path)), what))

    def run(self) -> None:
        scope: Scope | None = None
        with self.at("at"):
            self.check_time()
            scope = scope_of(setup_of(self.screen.at))
        if scope is None:
            return
        count = len(self.reading.diagnostics)
        if not self.screen.asks:
            self.check_page_keys(scope)
            self.check_texts(scope)
            return self.check_maps(scope)
        with self.at("other"):
            other_setup(self.screen)
        self.check_symbols(scope)
        if len(self.reading.diagnostics) == count:
            {"order": self.check_order, "construct": self.check_construction}.get(self.screen.kind, self.check_answers)(scope)
        self.check_texts(scope)
        if len(self.reading.diagnostics) == count:
            self.check_maps(scope)
            self.check_variants()

    def check_page_keys(self, scope: Scope) -> None:
        """Check the page's keys in the address, and the number of updates of an experiment."""
        page_query, max_updates = self.screen.place.page_query, scope.setup.most_updates
        with self.at("at"):
            if self.screen.place.page == TRAIN:
                find_image(scope.setup.img)  # raises for several images: this page trains on one
            if "sweep" in page_query and (notes := read_sweep(page_query["sweep"], scope.setup).messages):
                raise Problem(notes[0].id, **notes[0].values)
            for note in PageState.from_query(page_query)[1].values():
                raise Problem(note.id, **note.values)
            if page_query.get("mistake"):
                mistake_at(page_query["mistake"], scope.setup.network, scope.setup.opt)
            readers = {"n": integer_parser(1, max_updates), "mission": choice_parser(mission.id for mission in missions())}
            for key in readers.keys() & page_query.keys():
                try:
                    readers[key](page_query[key])
                except Problem as why:
                    raise Problem("lessons.scope.key", key=key, text=page_query[key], why=why.message) from None
        if self.screen.updates and self.screen.updates > max_updates:
            self.add_diagnostic(("updates",), message("lessons.file.number", field="updates", least=1, most=max_updates))

    def check_symbols(self, scope: Scope) -> None:
        """Check the hidden maps, and the map to be clicked."""
        maps = [*scope.snapshot.trace, *scope.snapshot.params, *scope.snapshot.gradients, "L"]
        for n, symbol in enumerate(self.screen.hide or ()):
            if symbol not in maps:
                self.add_diagnostic(("hide", n), message("lessons.check.no_map", map=symbol, known=maps))
        if self.screen.kind != "click":
            return
        if self.screen.map not in maps or self.screen.map == "L":
            self.add_diagnostic(("map",), message("lessons.check.no_map", map=self.screen.map, known=maps))
        elif self.screen.map in hidden(self.screen, scope) and not has_window(self.screen.map, scope):
            self.add_diagnostic(("hide",) if self.screen.hide else ("map",), message("lessons.check.map_hidden", map=self.screen.map))

    def check_answers(self, scope: Scope) -> None:
        """Check that the key can be computed and that all answers differ."""
        key = tolerance = None
        with self.at("key"):
            self.check_time()
            key = key_of(self.screen, scope)
            if self.screen.kind == "click" and (not key.any() or key.all()):
                raise Problem("lessons.check.no_choice", map=self.screen.map, n=int(key.sum()))
        if key is None:
            return
        with self.at("tolerance"):
            tolerance = tolerance_of(self.screen, scope, key)
        earlier_values: list[tuple[int, np.ndarray]] = []
        has_right_answer = any(not answer.is_ for answer in self.screen.answers)
        for n, answer in enumerate(self.screen.answers):
            if not answer.is_:
                continue
            with self.at("answers", n, "is"):
                self.check_time()
                value = value_of(self.screen, answer.is_, scope)
                is_key = abs(float(value) - float(key)) <= (tolerance or 1e-12) if self.screen.kind == "number" else is_same_answer(value, key)
                if is_key and (has_right_answer or self.screen.kind != "choose"):
                    raise Problem("lessons.check.equals_key", text=answer.is_, key=format_value(key))
                has_right_answer = has_right_answer or is_key
                for earlier_index, earlier_value in earlier_values:
                    if is_same_answer(value, earlier_value):
                        raise Problem("lessons.check.equals_other", text=answer.is_, line=self.reading.line((*self.path, "answers", earlier_index)))
                earlier_values.append((n, value))
        if self.screen.kind == "choose":
            self.check_labels()
        if self.screen.kind == "choose" and not has_right_answer:
            self.add_diagnostic(("key",), message("lessons.check.no_answer_right", key=format_value(key)))
        if self.screen.kind == "number" and tolerance is not None:
            self.check_typed_key(scope, float(key), tolerance)
            self.check_numbers_in_text(scope, float(key), tolerance)
        if self.screen.kind == "choose" and has_right_answer:
            self.check_labels_in_text(scope)

    def check_typed_key(self, scope: Scope, key: float, tolerance: float) -> None:
        """Report a key that is typed as a number and differs from the cell that the question names."""
        if names_in(self.screen.key):
            return
        for question in {*self.screen.ask.by_language.values()}:
            cells = {*CELL.findall(question)}
            if len(cells) != 1 or COUNTS.search(question):
                continue
            text = cells.pop()
            with suppress(Problem):
                value = evaluate(text, scope)
                if value.size == 1 and abs(float(value.reshape(-1)[0]) - key) > tolerance:
                    return self.add_diagnostic(("key",), message("lessons.check.key_false", key=self.screen.key, text=text, value=format_value(value)))

    def check_numbers_in_text(self, scope: Scope, key: float, tolerance: float) -> None:
        """Report texts that reveal the answer: an expression or a number of at least two digits that would be right."""

        def is_right(text: str) -> bool:
            with suppress(Problem):
                value = evaluate(text, scope)
                return value.size == 1 and abs(float(value.reshape(-1)[0]) - key) <= tolerance
            return False

        for path, part in self.texts_before_answer("title", "text", "ask", *HINTS):
            expressions = [match[1] for match in PLACEHOLDER.finditer(part)]
            numbers = [number.replace("−", "-").replace(",", ".") for number in NUMBER.findall(PLACEHOLDER.sub("", part))]
            if answer := next(filter(is_right, [*expressions, *numbers]), None):
                self.add_diagnostic(path, message("lessons.check.tells", answer=answer))

    def check_labels_in_text(self, scope: Scope) -> None:
        """Report a title or text that contains the right label and no other label. The question itself may name its
        answer."""
        try:
            question = ask(self.screen, scope.setup)
        except Problem:  # `check_texts` reports the error
            return
        for path, part in self.texts_before_answer("title", "text", *HINTS):
            lang = str(path[-1])
            labels = [(option.right, option.label.say(lang).strip(" .`")) for option in question.options]
            words = str(fill(LocalizedText({lang: part}), scope).say(lang))
            matches = [(is_right, label) for is_right, label in labels if LABEL.fullmatch(label) and re.search(rf"(?<!\w){re.escape(label)}(?!\w)", words, re.IGNORECASE)]
            if len(matches) == 1 and matches[0][0]:
                self.add_diagnostic(path, message("lessons.check.tells", answer=matches[0][1]))

    def texts_before_answer(self, *names: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield the texts seen before the answer, each with its path in the file, including the language."""
        for name in names:
            text: LocalizedText = getattr(self.screen, name)
            for part, lang in {part: lang for lang, part in text.by_language.items()}.items():
                yield (*self._path_in_file((name,)), lang), part

    def check_labels(self) -> None:
        """Check that the labels of the answers differ."""
        first_uses: dict[str, int] = {}
        for n, answer in enumerate(self.screen.answers):
            for label in {*answer.label.by_language.values()}:
                if (earlier_index := first_uses.setdefault(label, n)) != n:
                    line = self.reading.line((*self.path, "answers", earlier_index))
                    self.add_diagnostic(("answers", n, "label"), message("lessons.check.same_label", label=label, line=line))

    def check_order(self, scope: Scope) -> None:
        with self.at("stages"):
            if len({*self.screen.stages}) < max(3, len(self.screen.stages)):
                raise Problem("lessons.check.stages", n=len({*self.screen.stages}))
            ordered_stages(self.screen, scope)

    def check_construction(self, scope: Scope) -> None:
        """Check that the goal is not reached at the start, and that the solution reaches it."""
        with self.at("key"):
            if bool(key_of(self.screen, scope)):
                raise Problem("lessons.check.holds_already")
        with self.at("solution"):
            query = query_of(self.screen.solution)
            if unexpected_keys := [key for key in query if key not in CHANGEABLE_KEYS[self.screen.change]]:
                raise Problem("lessons.check.solution_changes", keys=unexpected_keys, change=self.screen.change)
            solved_setup = setup_at(self.screen, query)
            setup_of(self.screen.solution)  # raises if any part of it is invalid
            if not bool(key_of(self.screen, scope_of(solved_setup))):
                raise Problem("lessons.check.no_solution")

    def check_texts(self, scope: Scope) -> None:
        """Check the expressions in the texts, in every language."""
        names = ("title", "text", "ask", "right", "otherwise", *HINTS, "notes")
        fields: list[tuple[tuple[str | int, ...], LocalizedText]] = [((name,), getattr(self.screen, name)) for name in names]
        for n, answer in enumerate(self.screen.answers):
            fields += [(("answers", n, "label"), answer.label), (("answers", n, "say"), answer.say)]
        for path, text in fields:
            for part, lang in {part: lang for lang, part in text.by_language.items()}.items():
                with self.at(*self._path_in_file(path), lang):
                    self.check_time()
                    if "{" in (plain_text := PLACEHOLDER.sub("", part)) or "}" in plain_text:
                        raise Problem("lessons.text.brace", sample="{L:3}")
                    fill(LocalizedText({lang: part}), scope)

    def _path_in_file(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Return the path as written in the file, where a screen's text may be called `say`."""
        return ("say",) if path == ("text",) and (*self.path, "say") in self.reading.lines else path

    def check_maps(self, scope: Scope) -> None:
        """Check the maps next to the text, and the cells that the question is about."""
        with self.at("cells"):
            if self.screen.cells and not cells(self.screen, scope):
                raise Problem("lessons.check.no_cells", text=self.screen.cells)
        for name in ("show", "reveal"):
            with self.at(name):
                plates(replace(self.screen, **{"show": (), "reveal": (), "cells": "", name: getattr(self.screen, name)}), scope)

    def check_variants(self) -> None:
        """Check the question with other images or kernels, or its other case."""
        field, changes = ("other", [query_of(self.screen.other)]) if self.screen.other else ("change", OTHERS.get(self.screen.change, []))
        for change in changes if self.screen.kind != "construct" else ():
            if thread_time() > self.deadline:
                return self.add_diagnostic((field,), message("lessons.check.too_long"))
            try:
                if setup_at(self.screen, change) == setup_of(self.screen.at) and self.screen.other:
                    raise Problem("lessons.check.same_case")
                question = ask(self.screen, setup_at(self.screen, change))
            except Problem as problem:
                return self.add_diagnostic((field,), message("lessons.check.elsewhere", where=format_query(change), why=problem.message))
            if self.screen.kind == "choose" and len(question.options) < 2:
                return self.add_diagnostic((field,), message("lessons.check.one_answer", where=format_query(change)))
            are_labelled = self.screen.kind == "choose" and all(answer.label.by_language for answer in self.screen.answers)
            if are_labelled and not next(option for option in question.options if option.right).label.by_language:
                reason = message("lessons.check.no_answer_right", key=format_value(question.key))
                return self.add_diagnostic((field,), message("lessons.check.elsewhere", where=format_query(change), why=reason))


def has_window(map: str, scope: Scope) -> bool:
    """Return whether a sliding window over another map computes this map, so that its positions can be shown there."""
    return any(link.pattern == "window" for link in scope.setup.network.program(scope.arrays["x"].shape).links.get(map, ()))


def format_query(query: dict[str, str]) -> str:
    """Format a query as key=value pairs."""
    return "&".join(f"{key}={value}" for key, value in query.items())


def format_value(value: np.ndarray) -> str:
    """Format a value on one line."""
    return np.array2string(value, precision=4, threshold=9, separator=", ").replace("\n", "") if value.size > 1 else f"{value.reshape(-1)[0]:.6g}"
