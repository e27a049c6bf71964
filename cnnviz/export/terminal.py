"""A setup's numbers as text, and how far a long run is."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TextIO
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.explain.latex_to_text import pixel_formula, plain
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.notebook.notebook import effects
from cnnviz.core.setup.cells import Cell
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.export.arrays import describe, most_whole, named_arrays
from cnnviz.words import Message, message, say

_STRETCH = 250
"""Updates between two signs of life."""


def report(setup: Setup, snapshot: Snapshot) -> Iterator[str]:
    """The stages of the next update: a line of words, "# …", then the numbers as the exported script prints them.

    The array of the setup's own stage follows whole, a row a line.
    """
    network = setup.network
    arrays = named_arrays(setup, snapshot) | {"L": snapshot.losses[-1]}
    whole, hints = most_whole(snapshot.trace["o"].size), effects(setup.deviations)
    if any(isinstance(name, str) for name in setup.output_names):
        yield f"# {say('terminal.outputs', names=setup.output_words)}"
    for words, names in _headings(setup, network.program(snapshot.trace["x"].shape, training=snapshot.trace.training)):
        yield f"# {words}"
        for name in names:
            yield from _hint(hints, name)
            yield describe(name, arrays[name], whole)
            if name == setup.stage and np.size(arrays[name]) > whole:
                yield from _rows(name, arrays[name], setup.pinned)
    if not snapshot.trace.training:
        return
    step = message(f"stage.{setup.optimizer.words}.title")
    yield f"# {_said(step, setup.optimizer.formulas)}   ({', '.join(map(label, network.parameters))})"
    yield from _hint(hints, "update")
    yield from (describe(f"{name} next", snapshot.after[name], whole) for name in network.parameters)


def _headings(setup: Setup, program: Program) -> Iterator[tuple[str, Sequence[str]]]:
    """For each stage its idea with its formulas, and the arrays that are printed below: with the parameters that it reads first."""
    network, formulas = program.network, program.formulas
    for stage in network.stages[:-1]:
        own = [formulas[name] for name in stage.makes if name in formulas]
        if stage == "x":
            own = [pixel_formula(setup.scale)]
        read = [name for name in stage.inputs if name in network.parameters and stage.phase == "forward"]
        yield _said(stage.title, own), ("y", "L", "losses") if stage.phase == "loss" else (*read, *stage.makes)
    first = message(f"{network.layers[0].words('dx')}.title")
    yield _said(first, [formulas["dx"]]), ("dx",)


def _said(title: Message, formulas: Iterable[str]) -> str:
    written = "     ".join(map(plain, formulas))
    return say("terminal.stage", title=title, formulas=written) if written else str(title)


def _hint(hints: Mapping[str, object], name: str) -> Iterator[str]:
    """The effect of deviations on an array, where they act on it."""
    if name in hints:
        yield f"# {hints[name]}"


def _rows(name: str, array: np.ndarray, pinned: Cell | None) -> Iterator[str]:
    """All rows of an array, map by map; of the pinned cell's map alone, where one of this array is pinned."""
    own = pinned and pinned[0] == name and len(pinned[1]) == array.ndim
    for place in [pinned[1][:-2]] if pinned and own else np.ndindex(array.shape[:-2]):
        if place:
            yield f"# {label(name)}[{', '.join(map(str, place))}]"
        yield from (f"        {row}" for row in np.atleast_2d(array[place]).tolist())


def title(setup: Setup, image: Message | str) -> list[str]:
    """The setup's title: the image in words, and its query."""
    query = setup.to_query()
    if setup.img.startswith("upload-"):
        query["img"] = "upload-..."
    return [f"# {say('terminal.title', image=image, when=setup.when)}", f"# ?{urlencode(query, safe=',')}"]


def run(setup: Setup, x: np.ndarray, progress: Callable[[int], None]) -> Snapshot:
    """The snapshot after `lesson.k` updates; `progress` is told now and then how many are done."""
    for k in range(0, setup.k, _STRETCH):
        run_updates(setup, x, k)
        progress(k)
    return run_updates(setup, x, setup.k)


class Progress:
    """Says on a terminal how many updates are done, ten times a second at most; elsewhere it says nothing."""

    def __init__(self, stream: TextIO | None, total: int, doing: str):
        """`doing` is the message that says what is done, with {done} and {total}."""
        self._stream, self._total, self._doing = stream, total, doing
        self._next = time.monotonic() + 0.2 if stream is not None and stream.isatty() else float("inf")
        self._written = 0

    def __call__(self, done: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.1
            text = say(self._doing, done=done, total=self._total)
            self._written = max(self._written, len(text))
            self._write(f"\r{text:<{self._written}}")

    def clear(self) -> None:
        """Takes the line away again."""
        if self._written:
            self._write(f"\r{'':<{self._written}}\r")
            self._written = 0

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)
            self._stream.flush()
