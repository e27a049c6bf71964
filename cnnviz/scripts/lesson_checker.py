"""What is wrong with a script's file, with lines: all that `python -m cnnviz scripts` says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path as File

import numpy as np

from cnnviz.core.asked_sweep import read_sweep
from cnnviz.core.fields import whole_number
from cnnviz.scripts.lesson_file import MOST_BYTES, Fault, GuidedLesson, Reading, Step, read
from cnnviz.scripts.plates import cells, hidden, plates
from cnnviz.scripts.question import (
    CHANGED,
    PLACE,
    ask,
    filled,
    in_order,
    key_of,
    lesson_at,
    same,
    tolerance_of,
    value_of,
)
from cnnviz.scripts.scene import Scene, lesson_of, query_of, scene
from cnnviz.scripts.toml_lines import Path
from cnnviz.words import Message, Problem, Versions, message

OTHERS = {"image": [{"img": img} for img in ("test-3", "test-8", "test-12")], "kernel": [{"f": f} for f in ("sobel-y", "blur", "random-1")]}
"""Where a question is tried too that may be asked on another image or kernel."""


def check_file(file: File) -> tuple[GuidedLesson | None, list[Fault]]:
    """A file's script, None where it cannot be shown, and its faults in the order of their lines."""
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        return None, [Fault(1, message("lessons.file.unreadable", why=error.strerror or str(error)))]
    return check(content)


def check(content: bytes) -> tuple[GuidedLesson | None, list[Fault]]:
    """The same for a file's bytes.

    >>> [str(fault.what) for fault in check(b'id = "a"\\ntitle = "A"\\ngoal = "go"\\n')[1]]
    ['There is no screen: write [[screen]], or [[step]].']
    """
    lesson, reading = read(content)
    for n, step in reading.steps.items():
        _Checked(reading, (reading.name, n), step).run()
    return (None if reading.broken else lesson), sorted(reading.faults)


class _Checked:
    """One screen under examination."""

    def __init__(self, reading: Reading, path: Path, step: Step):
        self.reading, self.path, self.step = reading, path, step

    @contextmanager
    def at(self, *path: str | int) -> Iterator[None]:
        """A Problem in here is a fault of this field."""
        try:
            yield
        except Problem as problem:
            self.wrong(path, problem.message)

    def wrong(self, path: tuple[str | int, ...], what: Message) -> None:
        self.reading.faults.append(Fault(self.reading.line((*self.path, *path)), what))

    def run(self) -> None:
        here: Scene | None = None
        with self.at("at"):
            here = scene(lesson_of(self.step.at))
        if here is None:
            return
        before = len(self.reading.faults)
        if not self.step.asks:
            self.keys(here)
            self.texts(here)
            return self.shown(here)
        self.symbols(here)
        if len(self.reading.faults) == before:
            {"order": self.order, "construct": self.construct}.get(self.step.kind, self.computed)(here)
        self.texts(here)
        self.shown(here)
        if len(self.reading.faults) == before:
            self.elsewhere()

    def keys(self, here: Scene) -> None:
        """What the address says beside the lesson, and how many updates an experiment makes."""
        own, most = self.step.place.own, here.lesson.most_updates
        with self.at("at"):
            if "sweep" in own and (said := read_sweep(own["sweep"], here.lesson).said):
                raise Problem(said[0].id, **said[0].values)
            if "n" in own:
                try:
                    whole_number(1, most)(own["n"])
                except Problem as why:
                    raise Problem("lessons.scene.key", key="n", text=own["n"], why=why.message) from None
        if self.step.updates and self.step.updates > most:
            self.wrong(("updates",), message("lessons.file.number", field="updates", least=1, most=most))

    def symbols(self, here: Scene) -> None:
        """What is hidden, and what is clicked."""
        maps = [*here.moment.trace, *here.moment.params, *here.moment.gradients, "L"]
        for n, symbol in enumerate(self.step.hide or ()):
            if symbol not in maps:
                self.wrong(("hide", n), message("lessons.check.no_map", map=symbol, known=maps))
        if self.step.kind != "click":
            return
        if self.step.map not in maps or self.step.map == "L":
            self.wrong(("map",), message("lessons.check.no_map", map=self.step.map, known=maps))
        elif self.step.map in hidden(self.step, here) and not slides(self.step.map, here):
            self.wrong(("hide",) if self.step.hide else ("map",), message("lessons.check.map_hidden", map=self.step.map))

    def computed(self, here: Scene) -> None:
        """The key, and that every answer is another one."""
        key = tolerance = None
        with self.at("key"):
            key = key_of(self.step, here)
            if self.step.kind == "click" and (not key.any() or key.all()):
                raise Problem("lessons.check.no_choice", map=self.step.map, n=int(key.sum()))
        if key is None:
            return
        with self.at("tolerance"):
            tolerance = tolerance_of(self.step, here, key)
        seen: list[tuple[int, np.ndarray]] = []
        right = any(not answer.is_ for answer in self.step.answers)
        for n, answer in enumerate(self.step.answers):
            if not answer.is_:
                continue
            with self.at("answers", n, "is"):
                value = value_of(self.step, answer.is_, here)
                is_key = abs(float(value) - float(key)) <= (tolerance or 1e-12) if self.step.kind == "number" else same(value, key)
                if is_key and (right or self.step.kind != "choose"):
                    raise Problem("lessons.check.equals_key", text=answer.is_, key=shown(key))
                right = right or is_key
                for other, known in seen:
                    if same(value, known):
                        raise Problem("lessons.check.equals_other", text=answer.is_, line=self.reading.line((*self.path, "answers", other)))
                seen.append((n, value))
        if self.step.kind == "choose":
            self.labels()
        if self.step.kind == "choose" and not right:
            self.wrong(("key",), message("lessons.check.no_answer_right", key=shown(key)))

    def labels(self) -> None:
        """That answers can be told apart."""
        first: dict[str, int] = {}
        for n, answer in enumerate(self.step.answers):
            for label in {*answer.label.by_language.values()}:
                if (other := first.setdefault(label, n)) != n:
                    line = self.reading.line((*self.path, "answers", other))
                    self.wrong(("answers", n, "label"), message("lessons.check.same_label", label=label, line=line))

    def order(self, here: Scene) -> None:
        with self.at("stages"):
            if len({*self.step.stages}) < max(3, len(self.step.stages)):
                raise Problem("lessons.check.stages", n=len({*self.step.stages}))
            in_order(self.step, here)

    def construct(self, here: Scene) -> None:
        """That there is something to do, and that it can be done."""
        with self.at("key"):
            if bool(key_of(self.step, here)):
                raise Problem("lessons.check.holds_already")
        with self.at("solution"):
            query = query_of(self.step.solution)
            if strange := [key for key in query if key not in CHANGED[self.step.change]]:
                raise Problem("lessons.check.solution_changes", keys=strange, change=self.step.change)
            solved = lesson_at(self.step, query)
            lesson_of(self.step.solution)  # all of it has to hold
            if not bool(key_of(self.step, scene(solved))):
                raise Problem("lessons.check.no_solution")

    def texts(self, here: Scene) -> None:
        """The expressions in the sentences, in every language."""
        names = ("title", "text", "ask", "right", "otherwise", "hint", "notes")
        fields: list[tuple[tuple[str | int, ...], Versions]] = [((name,), getattr(self.step, name)) for name in names]
        for n, answer in enumerate(self.step.answers):
            fields += [(("answers", n, "label"), answer.label), (("answers", n, "say"), answer.say)]
        for path, text in fields:
            for part, lang in {part: lang for lang, part in text.by_language.items()}.items():
                with self.at(*self._written(path), lang):
                    if "{" in (rest := PLACE.sub("", part)) or "}" in rest:
                        raise Problem("lessons.text.brace", sample="{L:3}")
                    filled(Versions({lang: part}), here)

    def _written(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """The field as the file has it: a screen's text may be called `say`."""
        return ("say",) if path == ("text",) and (*self.path, "say") in self.reading.lines else path

    def shown(self, here: Scene) -> None:
        """The maps beside the words, and the cells that are asked of."""
        with self.at("cells"):
            if self.step.cells and not cells(self.step, here):
                raise Problem("lessons.check.no_cells", text=self.step.cells)
        for name in ("show", "reveal"):
            with self.at(name):
                plates(replace(self.step, **{"show": (), "reveal": (), "cells": "", name: getattr(self.step, name)}), here)

    def elsewhere(self) -> None:
        """The same question on other images or kernels."""
        for change in OTHERS.get(self.step.change, ()):
            if self.step.kind == "construct":
                continue
            try:
                found = ask(self.step, lesson_at(self.step, change))
            except Problem as problem:
                return self.wrong(("change",), message("lessons.check.elsewhere", where=named(change), why=problem.message))
            if self.step.kind == "choose" and len(found.options) < 2:
                return self.wrong(("change",), message("lessons.check.one_answer", where=named(change)))
            if self.step.kind == "choose" and not next(option for option in found.options if option.right).label.by_language:
                why = message("lessons.check.no_answer_right", key=shown(found.key))
                return self.wrong(("change",), message("lessons.check.elsewhere", where=named(change), why=why))


def slides(map: str, here: Scene) -> bool:
    """Tells whether a map's cells are made by a window over another map, in which their places can be shown."""
    return any(link.pattern == "window" for link in here.lesson.network.program(here.arrays["x"].shape).links.get(map, ()))


def named(query: dict[str, str]) -> str:
    """A query as one writes it."""
    return "&".join(f"{key}={value}" for key, value in query.items())


def shown(value: np.ndarray) -> str:
    """A value on one line."""
    return np.array2string(value, precision=4, threshold=9, separator=", ").replace("\n", "") if value.size > 1 else f"{value.reshape(-1)[0]:.6g}"
