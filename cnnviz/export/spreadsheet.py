"""A setup as a spreadsheet with live formulas: changing a pixel or weight recomputes everything up to the last
gradient."""

import datetime
import io
import math
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.explain.latex_to_text import latex_to_unicode
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.image_ids import own_kind
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.export.cell_formulas import FIRST_COLUMN, FIRST_ROW, CellFormulas, Index
from cnnviz.words import Problem, say

MOST_NUMBERS = 400_000
"""Upper limit of numbers on all sheets; larger files take minutes to open."""
CELLS_PER_CHECK = 100
"""Number of cells written between two cancellation points."""
MAX_FORMULAS = 2_000
"""Upper limit of cells with formulas per array: the first maps and rows. The other cells contain numbers."""
_FORWARD, _BACKWARD, _PARAMETER = "#0b6bcb", "#c05a00", "#5a6472"
_CREATED = datetime.datetime(1980, 1, 1)
"""Creation date of every file, so that equal setups give equal bytes."""


def spreadsheet(setup: Setup, snapshot: Snapshot, known: bool = True) -> bytes:
    """Return this snapshot as an .xlsx file with a sheet for each array, in the order of the passes. With `known` it
    contains computed values.

    Raise Problem if there are more numbers than MOST_NUMBERS.

    >>> from cnnviz.core.training.snapshots import run_updates
    >>> spreadsheet(Setup(), run_updates(Setup(), np.zeros((32, 32)), 0))[:2]
    b'PK'
    """
    x = snapshot.trace.x
    program = setup.network.program(x.shape, training=snapshot.trace.training)
    trace = program.forward(snapshot.params, x, pass_inputs=snapshot.trace.kept)
    y = setup.network.targets(np.array(setup.y), trace.o.shape)
    gradients = program.backward(snapshot.params, trace, y)
    inner_values = program.all_values(snapshot.params, trace)
    formulas = CellFormulas(program, {names.source: program.tie(inner_values, names.source) for names in program.network.names})
    arrays: dict[str, np.ndarray] = {**trace, **snapshot.params, "y": y, "L": np.array(setup.network.loss(trace, y)), **gradients}
    shapes = formulas.layout.shapes
    values = {name: np.asarray(arrays[name]).reshape(shapes[name]) for name in arrays if name in shapes}
    values |= {name: formulas.helper_values(name, values) for name in formulas.helpers}
    if problem := too_large(program):
        raise problem
    file = io.BytesIO()
    book = _Book(file, setup, snapshot, formulas, values, known)
    book.write()
    return file.getvalue()


def too_large(program: Program) -> Problem | None:
    """Return the reason why a setup is too large for a spreadsheet, or None."""
    numbers = 2 * sum(math.prod(shape) for shape in program.shown.values())
    return Problem("export.spreadsheet.too_many", most=MOST_NUMBERS) if numbers > MOST_NUMBERS else None


class _Book:
    def __init__(self, file: io.BytesIO, setup: Setup, snapshot: Snapshot, formulas: CellFormulas, values: dict[str, np.ndarray], known: bool):
        self.setup, self.snapshot, self.formulas, self.values, self.known = setup, snapshot, formulas, values, known
        self.program = formulas.program
        import xlsxwriter  # local: takes 0.1 s, which only spreadsheets need

        self.book = xlsxwriter.Workbook(file, {"in_memory": True, "nan_inf_to_errors": True})
        self.book.set_properties({"title": "cnnviz", "created": _CREATED})
        self.book.set_calc_mode("auto")
        styles: dict[str, dict[str, object]] = {
            "title": {"bold": True, "font_size": 14}, "head": {"font_color": "#5a6472", "font_size": 9}, "live": {},
            "given": {"font_color": "#5a6472", "italic": True}, "input": {"bg_color": "#fff7d6"}, "link": {"font_color": "#0b6bcb", "underline": 1},
        }  # fmt: skip
        self.style = {name: self.book.add_format(style | ({"num_format": "0.0000"} if name in ("live", "given", "input") else {})) for name, style in styles.items()}

    def write(self) -> None:
        """Write all sheets: the overview, then each array."""
        names = list(self._names())
        self._overview_sheet(names)
        for name, colour in names:
            self._sheet(name, colour)
        if self.program.run.training and not self.setup.optimizer.KEEPS:
            for name in self.program.parameters:
                self._write_next_params(name)
        self.book.close()

    def _names(self) -> Iterator[tuple[str, str]]:
        """Yield every array in the order of the passes, with the colour of its tab. Helpers precede the arrays that
        need them."""
        yield "x", _PARAMETER
        yield "y", _PARAMETER
        yield from ((name, _PARAMETER) for name in self.program.parameters)
        yield from ((line.target, _FORWARD) for line in self.program.forward_lines if line.target in self.values)
        yield "L", _FORWARD
        yield from ((name, _PARAMETER) for name in self.formulas.helpers)
        yield from ((line.target, _BACKWARD) for line in self.program.backward_lines)

    def _overview_sheet(self, names: list[tuple[str, str]]) -> None:
        sheet = self.book.add_worksheet("lesson")
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 90)
        query = self.setup.to_query()
        if kind := own_kind(self.setup.img):
            query["img"] = f"{kind}-..."
        sheet.write(0, 0, "cnnviz", self.style["title"])
        rows = [
            (say("export.spreadsheet.lesson"), f"?{urlencode(query, safe=',;')}"),
            (say("export.spreadsheet.network"), str(self.program.network)),
            (say("export.spreadsheet.how.name"), say("export.spreadsheet.how.words", most=MAX_FORMULAS)),
        ]
        for row, (name, words) in enumerate(rows, start=1):
            sheet.write(row, 0, name, self.style["head"])
            sheet.write_string(row, 1, words)
        row = len(rows) + 1
        sheet.write(row, 0, say("export.spreadsheet.rate"), self.style["head"])
        sheet.write_number(row, 1, self.setup.lr)
        self.book.define_name("learning_rate", f"=lesson!$B${row + 1}")
        sheet.write(row + 1, 0, "L", self.style["head"])
        self._formula(sheet, row + 1, 1, self.formulas.layout.cell("L"), float(self.values["L"]), "live")
        sheet.write(row + 2, 0, say("export.spreadsheet.before"), self.style["head"])
        sheet.write_number(row + 2, 1, float(self.values["L"]))
        for name_row, (name, _) in enumerate(names, start=row + 4):
            sheet.write_url(name_row, 0, f"internal:'{name}'!A1", self.style["link"], _label(name))
            sheet.write_string(name_row, 1, self._words(name))

    def _words(self, name: str) -> str:
        # for the weights only, since the biases belong to the same stage
        titles = [str(stage.title) for stage in self.program.network.stages if stage == name]
        formula = self.program.formulas.get(name)
        return "   ".join([*titles, *([latex_to_unicode(formula)] if formula else [])])

    def _sheet(self, name: str, colour: str) -> None:
        sheet, shape = self.book.add_worksheet(name), self.formulas.layout.shapes[name]
        sheet.set_tab_color(colour)
        self._head(sheet, _label(name), self._words(name), shape)
        values = self.values.get(name)
        for number, index in enumerate(np.ndindex(*shape)):
            if number % CELLS_PER_CHECK == 0:
                check_cancelled()
            row, column = self.formulas.layout.place(name, index)
            formula = self.formulas.formula(name, index) if number < MAX_FORMULAS or name in self.formulas.helpers else None
            value = 0.0 if values is None else float(values[index])
            if formula is None:
                sheet.write_number(row, column, value, self.style["input" if name not in self.formulas.lines else "given"])
            else:
                self._formula(sheet, row, column, formula, value, "live", values is not None)
        self._colours(sheet, shape)

    def _formula(self, sheet: Any, row: int, column: int, formula: str, value: float, style: str, known: bool = True) -> None:
        is_finite = np.isfinite(value)
        sheet.write_formula(row, column, f"={formula}", self.style[style], value if self.known and known and is_finite else 0)

    def _head(self, sheet: Any, name: str, words: str, shape: tuple[int, ...]) -> None:
        sheet.write(0, 0, name, self.style["title"])
        sheet.write_string(1, 0, words)
        sheet.write_string(2, 0, "×".join(map(str, shape)), self.style["head"])
        sheet.set_column(0, 0, 9)
        columns = shape[-1] if len(shape) > 1 else 1
        sheet.set_column(FIRST_COLUMN, FIRST_COLUMN + columns - 1, 8)
        sheet.freeze_panes(FIRST_ROW, FIRST_COLUMN)
        if len(shape) > 1:
            for column in range(columns):
                sheet.write_number(FIRST_ROW - 1, FIRST_COLUMN + column, column, self.style["head"])

    def _colours(self, sheet: Any, shape: tuple[int, ...]) -> None:
        """Write row labels, and add a colour scale: blue below 0, red above."""
        last_cell: tuple[int, int] = (FIRST_ROW, FIRST_COLUMN)
        for index in np.ndindex(*shape[:-1] if len(shape) > 1 else shape):
            row, _ = self._place(shape, index)
            sheet.write_string(row, 0, ",".join(map(str, index)), self.style["head"])
            last_cell = row, FIRST_COLUMN + (shape[-1] - 1 if len(shape) > 1 else 0)
        scale = {"type": "3_color_scale", "min_color": "#6ea6dc", "mid_color": "#ffffff", "max_color": "#e5806f", "mid_type": "num", "mid_value": 0}
        if shape:
            sheet.conditional_format(FIRST_ROW, FIRST_COLUMN, *last_cell, scale)

    def _place(self, shape: tuple[int, ...], at: Index) -> tuple[int, int]:
        return type(self.formulas.layout)({"": shape}).place("", (*at, 0) if len(shape) > 1 else at)

    def _write_next_params(self, name: str) -> None:
        """Write a sheet with a parameter after the update."""
        shape, sheet = self.formulas.layout.shapes[name], self.book.add_worksheet(f"{name} next")
        self._head(sheet, f"{label(name)}′", latex_to_unicode(self.setup.optimizer.formulas[-1]), shape)
        values = np.asarray(self.snapshot.after[name]).reshape(shape)
        exact = self.setup.rule == "exact"
        for number, index in enumerate(np.ndindex(*shape)):
            if number % CELLS_PER_CHECK == 0:
                check_cancelled()
            row, column = self.formulas.layout.place(name, index)
            if number < MAX_FORMULAS:
                formula = f"{self.formulas.layout.cell(name, *index)}-learning_rate*{self.formulas.layout.cell(f'd{name}', *index)}"
                self._formula(sheet, row, column, formula, float(values[index]), "live", exact)
            else:
                sheet.write_number(row, column, float(values[index]), self.style["given"])
        self._colours(sheet, shape)


def _label(name: str) -> str:
    symbol, _, suffix = name.partition(" ")
    return f"{label(symbol)} {say(f'export.spreadsheet.{suffix}')}" if suffix else label(symbol)
