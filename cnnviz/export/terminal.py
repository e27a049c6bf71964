"""Text report of a setup's numbers, and a progress indicator for long runs."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TextIO
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.explain.latex_to_text import latex_to_unicode, pixel_formula
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.notebook.notebook import deviation_effects
from cnnviz.core.setup.cells import Cell
from cnnviz.core.setup.image_ids import own_kind
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.export.arrays import describe, named_arrays, print_limit
from cnnviz.words import Message, message, say

_UPDATES_PER_REPORT = 250
"""Number of updates between two progress reports."""


def report(setup: Setup, snapshot: Snapshot) -> Iterator[str]:
    """Yield the stages of the next update: a heading, "# …", then the arrays as the exported script prints them.

    The array of the setup's stage is printed completely, one row per line.
    """
    network = setup.network
    arrays = named_arrays(setup, snapshot) | {"L": snapshot.losses[-1]}
    limit, hints = print_limit(snapshot.trace["o"].size), deviation_effects(setup.deviations)
    if any(isinstance(name, str) for name in setup.output_names):
        yield f"# {say('terminal.outputs', names=setup.output_words)}"
    for words, names in _headings(setup, network.program(snapshot.trace["x"].shape, training=snapshot.trace.training)):
        yield f"# {words}"
        for name in names:
            yield from _hint(hints, name)
            yield describe(name, arrays[name], limit)
            if name == setup.stage and np.size(arrays[name]) > limit:
                yield from _rows(name, arrays[name], setup.pinned_cell)
    if not snapshot.trace.training:
        return
    step = message(f"stage.{setup.optimizer.words}.title")
    yield f"# {_heading(step, setup.optimizer.formulas)}   ({', '.join(map(label, network.parameters))})"
    yield from _hint(hints, "update")
    yield from (describe(f"{name} next", snapshot.after[name], limit) for name in network.parameters)


def _headings(setup: Setup, program: Program) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield for each stage its heading with formulas, and the arrays printed below it, preceded by the parameters
    that it reads."""
    network, formulas = program.network, program.formulas
    for stage in network.stages[:-1]:
        stage_formulas = [formulas[name] for name in stage.makes if name in formulas]
        if stage == "x":
            stage_formulas = [pixel_formula(setup.scale)]
        used_parameters = [name for name in stage.inputs if name in network.parameters and stage.phase == "forward"]
        yield _heading(stage.title, stage_formulas), ("y", "L", "losses") if stage.phase == "loss" else (*used_parameters, *stage.makes)
    first_title = message(f"{network.layers[0].words('dx')}.title")
    yield _heading(first_title, [formulas["dx"]]), ("dx",)


def _heading(title: Message, formulas: Iterable[str]) -> str:
    formula_text = "     ".join(map(latex_to_unicode, formulas))
    return say("terminal.stage", title=title, formulas=formula_text) if formula_text else str(title)


def _hint(hints: Mapping[str, object], name: str) -> Iterator[str]:
    """Yield the effect of deviations on an array, if any."""
    if name in hints:
        yield f"# {hints[name]}"


def _rows(name: str, array: np.ndarray, pinned: Cell | None) -> Iterator[str]:
    """Yield all rows of an array, map by map, or only those of the pinned cell's map."""
    is_pinned = pinned and pinned[0] == name and len(pinned[1]) == array.ndim
    for index in [pinned[1][:-2]] if pinned and is_pinned else np.ndindex(array.shape[:-2]):
        if index:
            yield f"# {label(name)}[{', '.join(map(str, index))}]"
        yield from (f"        {row}" for row in np.atleast_2d(array[index]).tolist())


def title(setup: Setup, image: Message | str) -> list[str]:
    """Return the report's title: the image's name and the setup's query."""
    query = setup.to_query()
    if kind := own_kind(setup.img):
        query["img"] = f"{kind}-..."
    return [f"# {say('terminal.title', image=image, when=setup.snapshot_label)}", f"# ?{urlencode(query, safe=',')}"]


def run(setup: Setup, x: np.ndarray, progress: Callable[[int], None]) -> Snapshot:
    """Return the snapshot after `setup.k` updates. Call `progress` from time to time with the number of completed
    updates."""
    for k in range(0, setup.k, _UPDATES_PER_REPORT):
        run_updates(setup, x, k)
        progress(k)
    return run_updates(setup, x, setup.k)


class Progress:
    """Progress indicator on a terminal, at most ten times a second. Prints nothing if the stream is not a terminal."""

    def __init__(self, stream: TextIO | None, total: int, doing: str):
        """`doing` is the id of the message, which has the fields {done} and {total}."""
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
        """Erase the line."""
        if self._written:
            self._write(f"\r{'':<{self._written}}\r")
            self._written = 0

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)
            self._stream.flush()
