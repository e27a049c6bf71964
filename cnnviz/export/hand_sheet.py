"""Worksheet of a setup for computing by hand: one cell of each stage, in one chain, on a page forward and a page back.

The answers are a page of their own, and the teacher's version has everything.
"""

import base64
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlencode

import numpy as np
from PIL import Image

from cnnviz.core.explain.cell_arithmetic import Arithmetic, Arrays, Term, arithmetic_of
from cnnviz.core.explain.latex_to_text import pixel_formula, translate_words
from cnnviz.core.network.cell_links import Cell, cells, source_ranges
from cnnviz.core.network.layers._normalization import EPS
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import Stage, label
from cnnviz.core.setup.image_ids import own_kind
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.export.chain_cells import chain_cells
from cnnviz.export.code_sections import image_credits
from cnnviz.export.colour_scales import (
    SCALE_OF_RANGE,
    levels_of,
    limits_of,
    ramp,
    value_ranges,
)
from cnnviz.export.exercise import check_training_mode
from cnnviz.export.mathml import mathml
from cnnviz.export.user_gradients_report import reference_of
from cnnviz.words import Message, current_language, format_value, message, say

MOST_TERMS = 9
"""Upper limit of products to compute by hand; the worksheet gives the rest of a longer sum."""
MOST_NUMBERS = 25
"""Upper limit of numbers listed for an expression; the worksheet gives the rest of a longer sum or mean."""
LEVELS = 255
"""Number of colours of a picture."""
PICTURE_SIDE, PICTURE_CELL = 15, 5
"""Longer side of a picture and largest side of a cell, in millimetres."""

Cells = Mapping[str, Cell]
"""A cell of each symbol."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One channel of an array, (H,W), the cells to frame, and the array's colour scale with its limits."""

    symbol: str
    values: np.ndarray
    framed: tuple[Cell, ...]
    scale: str
    limits: tuple[float, float]


@dataclass(frozen=True)
class Task:
    """The task for one cell: its name, title and formulas, rows of factors to multiply, given numbers, and the answer.

    `pictures` are maps with the cells that it reads, and its own map at the end. `note` gives the shape in which a position is
    counted.
    """

    name: str
    title: Message | str
    formulas: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str, float], ...], ...]
    given_numbers: tuple[tuple[str, float], ...]
    answer: float
    products: tuple[float, ...] = ()
    pictures: tuple[Picture, ...] = ()
    is_back: bool = False
    note: Message | str = ""


PARTS = ("questions", "answers", "teacher")
"""The pupil's two pages, the page of answers, and the teacher's version: both pages filled in, and the answers."""


def hand_sheet(setup: Setup, snapshot: Snapshot, image: Message | str, part: str = "questions") -> str:
    """Return a part of the worksheet, one of PARTS, as an HTML page for printing: this snapshot's exact passes on an
    image with the name `image`.

    >>> from cnnviz.core.training.snapshots import run_updates
    >>> page = hand_sheet(Setup(), run_updates(Setup(), np.eye(32), 0), "an image")
    >>> page.count('class="task"') == len(Setup().network.stages), page.count("<section"), "<script" in page
    (True, 2, False)
    """
    check_training_mode(setup)
    worksheet_tasks = tasks(setup, snapshot)
    query = {**setup.to_query(), **({"img": f"{kind}-…"} if (kind := own_kind(setup.img)) else {})}
    credit = "".join(f"<br><small>{escape(line)}</small>" for line in image_credits(setup))
    title = escape(say("export.sheet.of", image=image, when=setup.snapshot_label, net=str(setup.network)))
    where = f"<p>{title}<br><small>?{escape(urlencode(query, safe=',;'))}</small>{credit}</p>"
    numbers = _task_numbers(worksheet_tasks)
    halves = {side: [task for task in worksheet_tasks if task.is_back == (side == "back")] for side in ("forward", "back")}
    pages = [
        _section(side, where, "".join(_task_html(task, numbers, part == "teacher") for task in half), "tasks")
        for side, half in halves.items()
        if part != "answers"
    ]
    if part != "questions":
        pages.append(_section("answers", where, "".join(_answer_html(task, numbers[task.name]) for task in worksheet_tasks), "answers"))
    return _PAGE.format(lang=current_language(), title=escape(say(f"export.sheet.{part}.title")), body="".join(pages))


def _task_numbers(worksheet_tasks: list[Task]) -> dict[str, int]:
    """Return the number of the task that asks for each value, from 1. A value of v is that of the flattened map."""
    numbers = {task.name: n for n, task in enumerate(worksheet_tasks, 1)}
    for task in worksheet_tasks:
        flattened = task.name.partition(" = ")[2]
        if flattened in numbers:
            numbers[f"v{flattened[flattened.index('[') :]}"] = numbers[flattened]
    return numbers


def _section(side: str, where: str, content: str, kind: str) -> str:
    title, words = (escape(say(f"export.sheet.{side}.{part}")) for part in ("title", "words"))
    return f'<section><h1>{title}</h1>{where}<p>{words}</p><div class="{kind}">{content}</div></section>'


def tasks(setup: Setup, snapshot: Snapshot) -> list[Task]:
    """Return one cell for each stage, in one chain: the backward pass has the cells of the forward pass."""
    reference, network = reference_of(setup, snapshot), setup.network
    program, trace, y = reference.program, reference.trace, reference.y
    gradients = program.backward(snapshot.params, trace, y)
    values: dict[str, np.ndarray] = {name: np.asarray(array).reshape(program.laid_out[name]) for name, array in {**trace, **snapshot.params}.items()}
    values |= {name: np.asarray(array).reshape(program.laid_out[name[1:]]) for name, array in gradients.items()}
    values |= {"y": y, "L": np.array(network.loss(trace, y)), **program.ties(program.all_values(snapshot.params, trace))}
    chain = chain_cells(program, values, setup.pinned_cell)
    stage_tasks = [(stage, task) for stage in network.stages for task in _stage_tasks(setup, snapshot, program, stage, values, chain)]
    return [replace(task, is_back=stage.phase in ("backward", "update"), pictures=tuple(_pictures(program, stage, values, chain, setup.scale))) for stage, task in stage_tasks]


def _pictures(program: Program, stage: Stage, values: Arrays, chain: Cells, pixels: str) -> Iterator[Picture]:
    """Yield the map that a cell is computed from, with all cells that it reads, and its own map."""
    ranges = value_ranges(program.network)

    def picture(symbol: str, plane: np.ndarray, framed_cells: tuple[Cell, ...]) -> Picture:
        value_range = ranges.get(symbol, "signed")
        return Picture(symbol, plane, framed_cells, SCALE_OF_RANGE[value_range], limits_of(values[symbol], value_range, pixels))

    target = f"d{program.network.parameters[0]}" if stage == "update" else str(stage)
    if target in program.links and target in values:
        cell, links = _cell(target, values, chain), [link for link in program.links[target] if link.source in values]
        cells_by_source = {link.source: list(cells(source_ranges(link, cell, values[link.source].shape))) for link in links}
        maps = [name for name in cells_by_source if values[name].ndim == 3]
        for source in (maps or [name for name in cells_by_source if values[name].ndim == 1])[:2]:
            array = values[source] if maps else values[source][None, :MOST_NUMBERS, None]
            shown_cells = cells_by_source[source] if maps else [(0, n, 0) for (n,) in cells_by_source[source] if n < MOST_NUMBERS]
            channel = _cell(source, values, chain)[0] if maps else 0
            framed: tuple[Cell, ...] = tuple((i, j) for c, i, j in shown_cells if c == channel)
            if maps and len(framed) in (0, array[channel].size):  # nothing to point at
                framed = (_cell(source, values, chain)[1:],)
            yield picture(source, array[channel], framed)
    if target in values and values[target].ndim:
        plane, cell = _plane_of(program, target, values[target], _cell(target, values, chain))
        yield picture(target, plane, (cell,))


def _plane_of(program: Program, symbol: str, array: np.ndarray, at: Cell) -> tuple[np.ndarray, Cell]:
    """Return the channel of an array that has a cell, and the cell's place in it."""
    name = symbol if symbol in program.laid_out else symbol[1:]
    if array.ndim == 1:
        return array[:MOST_NUMBERS, None], (at[0], 0)
    if array.ndim == 4 and name.startswith("w"):  # weights of a flattened map, laid out like it
        return array[at[0], :, :, at[3]], at[1:3]
    return array[at[:-2]] if array.ndim > 2 else array[:, :MOST_NUMBERS], at[-2:]


def _stage_tasks(setup: Setup, snapshot: Snapshot, program: Program, stage: Stage, values: Arrays, chain: Cells) -> Iterator[Task]:
    if stage == "update":
        yield _update_task(setup, snapshot, program, stage, values, chain)
        return
    array = values[stage]
    cell = _cell(stage, values, chain)
    name, formula = _cell_name(program, stage, cell), (program.formulas[stage] if stage != "x" else pixel_formula(setup.scale),)
    answer = float(array[cell])
    if stage == "x":
        pixel = answer * 255 if setup.scale == "unit" else answer
        yield Task(name, stage.title, formula, (), ((say("export.sheet.pixel"), round(pixel, 6)),), answer)
    elif stage == "v":
        source = next(names.source for names in program.network.names if names.flattens)
        unit = _cell_name(program, source, cell)
        shape = "×".join(map(str, _shown_axes(program, source, array.shape)))
        note = message("web.predict.index", unit=unit, list=label("v"), units=label(source), shape=shape)
        yield Task(f"v[?] = {unit}", stage.title, formula, (), (), float(np.ravel_multi_index(cell, array.shape)), note=note)
    elif stage in program.arithmetic:  # otherwise the cell depends on a complete channel
        arithmetic = arithmetic_of(program, stage, cell, values)
        if statistic_names := re.findall(r"[a-z]\w*\.[a-z]+", arithmetic.text):
            cell_numbers = [number for number in arithmetic.numbers if number[1] in (cell, cell[:1])]
            known_numbers = (*_named_numbers(program, cell_numbers), *_statistics(program, {name: snapshot.trace.kept[name] for name in statistic_names}, cell))
            yield Task(name, stage.title, formula, (), known_numbers, answer)
        elif len(arithmetic.numbers) <= MOST_NUMBERS or re.match(r"(sum|mean|max)\(\w+\)", arithmetic.text):
            yield _arithmetic_task(program, name, stage, formula, arithmetic, answer, chain)


def _statistics(program: Program, kept: Arrays, at: Cell) -> Iterator[tuple[str, float]]:
    """Yield the stored statistics of a layer for a cell of its output; they are stored per cell, channel or group of
    channels."""
    for name, array in kept.items():
        shape, kind = program.laid_out[name.split(".")[0].removeprefix("d")], name.split(".")[1]
        value = float(array.reshape(shape)[at] if array.size == np.prod(shape) else array.ravel()[at[0] * array.size // shape[0]])
        if kind == "var":
            yield "σ", float(np.sqrt(value + EPS))
        else:
            yield "μ" if kind == "mean" else say(f"formula.{kind}"), value


def _cell(symbol: str, values: Arrays, chain: Cells) -> Cell:
    """Return the chain's cell of an array, which is that of the array for its gradient."""
    array = values[symbol]
    cell = chain.get(symbol) or chain.get(symbol[1:])
    if cell and len(cell) == array.ndim:
        return cell
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.nan_to_num(np.abs(array)))), array.shape))


def _arithmetic_task(program: Program, name: str, stage: Stage, formula: tuple[str, ...], arithmetic: Arithmetic, answer: float, chain: Cells) -> Task:
    if arithmetic.terms:
        terms = _largest(arithmetic.terms, chain)
        remainder = sum(term.product for term in arithmetic.terms) - sum(term.product for term in terms)
        known_numbers = [(say("export.sheet.rest", n=len(arithmetic.terms) - len(terms)), remainder)] if len(terms) < len(arithmetic.terms) else []
        known_numbers += _named_numbers(program, arithmetic.added)
        rows = tuple(tuple((symbol, _cell_name(program, symbol, cell), value) for symbol, cell, value in term.factors) for term in terms)
        return Task(name, stage.title, formula, rows, tuple(known_numbers), answer, tuple(term.product for term in terms))
    numbers = arithmetic.numbers
    if len(numbers) > MOST_NUMBERS:
        is_maximum = arithmetic.text.startswith("max(")
        numbers = tuple(sorted(sorted(numbers, key=lambda number: -number[2])[:MOST_NUMBERS])) if is_maximum else numbers[:MOST_TERMS]
    known_numbers = _named_numbers(program, numbers)
    if len(numbers) < len(arithmetic.numbers) and not arithmetic.text.startswith("max("):
        remainder = sum(value for *_, value in arithmetic.numbers[len(numbers) :])
        known_numbers.append((say("export.sheet.rest", n=len(arithmetic.numbers) - len(numbers)), remainder))
    return Task(name, stage.title, formula, (), tuple(known_numbers), answer)


def _largest(terms: tuple[Term, ...], chain: Cells) -> tuple[Term, ...]:
    """Return the chain's term and the largest others, in reading order."""
    if len(terms) <= MOST_TERMS:
        return terms
    in_chain = [all(cell in (chain.get(symbol), chain.get(symbol[1:])) for symbol, cell, _ in term.factors) for term in terms]
    indices = sorted(range(len(terms)), key=lambda n: (not in_chain[n], -abs(terms[n].product)))[: MOST_TERMS - 3]
    return tuple(terms[n] for n in sorted(indices))


def _update_task(setup: Setup, snapshot: Snapshot, program: Program, stage: Stage, values: Arrays, chain: Cells) -> Task:
    """Return the task for one step of one number of the first parameter."""
    name = program.network.parameters[0]
    optimizer = setup.optimizer
    laid_out_cell = _cell(f"d{name}", values, chain)
    array = np.asarray(snapshot.params[name])
    slope = values[f"d{name}"].reshape(array.shape)
    at = tuple(int(i) for i in np.unravel_index(int(np.ravel_multi_index(laid_out_cell, values[f"d{name}"].shape)), array.shape))
    gradients = {f"d{parameter}": values[f"d{parameter}"].reshape(snapshot.params[parameter].shape) for parameter in program.parameters}
    next_params, _ = optimizer.step(snapshot.params, gradients, snapshot.state or None)
    known_numbers = [("η", optimizer.lr), (_cell_name(program, name, at), float(array[at])), (_cell_name(program, f"d{name}", at), float(slope[at]))]
    cell = _cell_name(program, name, at).removeprefix(label(name))
    for key in optimizer.KEEPS:
        if f"{key}.{name}" in snapshot.state:
            known_numbers.append(((key if len(key) == 1 else say(f"formula.{key}")) + cell, float(snapshot.state[f"{key}.{name}"][at])))
    if any("^t" in formula for formula in optimizer.formulas):
        known_numbers.append(("t", float(snapshot.state.get("t", 0)) + 1))
    return Task(_cell_name(program, f"{name}_next", at), stage.title, optimizer.formulas, (), tuple(known_numbers), float(next_params[name][at]))


def _cell_name(program: Program, symbol: str, at: Cell) -> str:
    """Return a cell's name, without axes of length 1 that the page hides."""
    at = _shown_axes(program, symbol, at)
    return f"{label(symbol)}[{','.join(map(str, at))}]" if at else label(symbol)


def _shown_axes(program: Program, symbol: str, values: Cell) -> Cell:
    """Return a value per axis, such as an index, without the axes of length 1 that the page hides."""
    plain_name = symbol.removesuffix("_next")
    shape = program.laid_out.get(plain_name) or program.laid_out.get(plain_name[1:], ())
    if len(values) != len(shape) or len(shape) <= 2 or shape[0] != 1:
        return values
    return values[2:] if len(shape) == 4 and shape[1] == 1 else values[1:]


def _named_numbers(program: Program, numbers: Iterable[tuple[str, Cell, float]]) -> list[tuple[str, float]]:
    return [(_cell_name(program, symbol, cell), value) for symbol, cell, value in numbers]


# ---- HTML


def _number(value: float) -> str:
    return format_value(value, "4") if np.isfinite(value) else "–"


def _task_html(task: Task, numbers: Mapping[str, int], filled: bool) -> str:
    """Return a task: its pictures, the given numbers, and space to write, with the solution if `filled`."""
    n = numbers[task.name]

    def value_html(name: str, value: float) -> str:
        """Return a number, or a blank if it is the answer of an earlier task."""
        source = numbers.get(name, n)
        return _number(value) if filled or source >= n else f'<span class="blank">{escape(say("export.sheet.from", n=source))}</span>'

    parts = [f"<h2><b>{n}</b> {escape(task.name)}</h2><p>{escape(str(task.title))}<br>{' '.join(map(_formula_html, task.formulas))}</p>"]
    if task.rows:
        cells_html = (
            "".join(f"<td>{value_html(name, value)}</td>" for _, name, value in row) + f"<td>{_number(product) if filled else _BLANK}</td>"
            for row, product in zip(task.rows, task.products, strict=True)
        )
        names = (" · ".join(name for _, name, _ in row) for row in task.rows)
        body = "".join(f"<tr><th>{escape(name)}</th>{row}</tr>" for name, row in zip(names, cells_html, strict=True))
        parts.append(f"<table>{body}</table>")
    if task.given_numbers:
        parts.append(f"<p>{'&ensp; '.join(f'<span>{_format_named(name)}{value_html(name, value)}</span>' for name, value in task.given_numbers)}</p>")
    if task.note:
        parts.append(f"<p>{escape(str(task.note))}</p>")
    result = f'<p class="answer">{escape(task.name.split(" = ")[0])} = {f"<b>{_answer(task)}</b>" if filled else _BLANK}</p>'
    pictures = "".join(map(_picture_html, task.pictures))
    return f'<article class="task"><div class="pictures">{pictures}</div><div>{"".join(parts)}</div><div class="room">{result}</div></article>'


def _answer_html(task: Task, n: int) -> str:
    products = " + ".join(map(_number, task.products))
    steps = f"<small>{escape(products)}</small>" if products else ""
    return f'<p class="solution"><b>{n}</b> {escape(task.name.split(" = ")[0])} = <b>{_answer(task)}</b> {steps}</p>'


def _answer(task: Task) -> str:
    return format_value(task.answer, "6") if np.isfinite(task.answer) else "–"


def _picture_html(picture: Picture) -> str:
    """Return a map in the colours of the page, with its cells framed: around all of them if they fill a rectangle."""
    levels = levels_of(np.nan_to_num(picture.values), *picture.limits, LEVELS)
    buffer = io.BytesIO()
    Image.fromarray(ramp(picture.scale, LEVELS)[levels]).save(buffer, "PNG")
    height, width = picture.values.shape
    rows, columns = zip(*picture.framed, strict=True)
    box = (min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1)
    frames = [box] if box[2] * box[3] == len(picture.framed) else [(i, j, 1, 1) for i, j in picture.framed]
    line = max(height, width) / 40
    frame_html = "".join(f'<rect x="{j}" y="{i}" width="{w}" height="{h}" stroke-width="{line:.3g}"/>' for i, j, h, w in frames)
    data = base64.b64encode(buffer.getvalue()).decode()
    size = min(PICTURE_SIDE, PICTURE_CELL * max(height, width))
    return (
        f'<figure><svg viewBox="{-line:.3g} {-line:.3g} {width + 2 * line:.3g} {height + 2 * line:.3g}" style="width:{size * width / max(height, width):.3g}mm">'
        f'<image href="data:image/png;base64,{data}" width="{width}" height="{height}"/>{frame_html}</svg><figcaption>{escape(label(picture.symbol))}</figcaption></figure>'
    )


def _formula_html(latex: str) -> str:
    """Return a formula as HTML, split into elements between which lines may break, since browsers do not break
    formulas."""
    parts = re.sub(r" (=|\+|\\cdot|\\odot|\\leftarrow) ", r" \1\n", translate_words(latex)).split("\n")
    return re.sub(r"(?<=<mn>)(\d+)\.(?=\d)", rf"\1{say('words.point')}", " ".join(map(mathml, parts)))


def _format_named(name: str) -> str:
    """Return the name of a number, or its description, before the number."""
    return escape(name) + (" = " if "[" in name or " " not in name else " ")


_BLANK = '<span class="blank"></span>'

_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
@page {{ size: A4; margin: 10mm }}
body {{ font: 11px/1.35 system-ui, sans-serif; color: #111; max-width: 190mm; margin: 8mm auto }}
h1 {{ font-size: 18px; margin: 0 }}
h2 {{ font-size: 13px; margin: 0 }}
h2 b {{ display: inline-block; min-width: 16px; padding: 0 3px; border-radius: 9px; background: #111; color: #fff; text-align: center; font-size: 11px }}
p {{ margin: 1px 0 3px }}
small {{ overflow-wrap: anywhere; color: #555 }}
section + section {{ break-before: page }}
.task {{ break-inside: avoid; display: grid; grid-template-columns: 49mm 73mm minmax(0, 1fr); gap: 0 3mm; border-top: 1px solid #999; padding: 4px 0; min-height: 28mm }}
.pictures {{ display: flex; gap: 1mm; align-items: flex-start }}
figure {{ margin: 0; font-size: 10px; color: #444; text-align: center }}
svg {{ display: block; box-sizing: border-box; border: 1px solid #999 }}
image {{ image-rendering: pixelated }}
rect {{ fill: none; stroke: #e11d48 }}
.room {{ display: flex; flex-direction: column; justify-content: flex-end; background: repeating-linear-gradient(transparent 0 6.5mm, #d8dce2 6.5mm calc(6.5mm + 1px)) }}
.room .answer {{ background: #fff; margin: 0; padding: 4px 0 0 6px; font-size: 13px }}
.answers {{ columns: 2; column-gap: 8mm }}
.solution {{ break-inside: avoid; border-top: 1px solid #ddd; padding: 4px 0; font-size: 12px }}
table {{ border-collapse: collapse; font-size: 10px; line-height: 1.15; font-variant-numeric: tabular-nums }}
table th {{ font-weight: 400; text-align: left; color: #444; white-space: nowrap }}
td {{ text-align: right; padding: 0 0 0 6px; border-bottom: 1px solid #ddd }}
span {{ white-space: nowrap }}
.blank {{ display: inline-block; min-width: 44px; border-bottom: 1px solid #111; min-height: 1em; color: #777; font-size: 9px; text-align: right }}
math {{ font: 13px "STIX Two Text", "STIX Two Math", "Cambria Math", "Latin Modern Math", "Times New Roman", serif }}
mi {{ text-transform: none; font-style: italic }}
mi[mathvariant=normal] {{ font-style: normal }}
@media print {{
  body {{ margin: 0 }}
  * {{ print-color-adjust: exact }}
  section:has(.tasks) {{ display: flex; flex-direction: column; min-height: 275mm }}
  .tasks {{ flex: 1; display: flex; flex-direction: column }}
  .task {{ flex: 1 0 auto; min-height: 18mm; padding: 2px 0; line-height: 1.2 }}
}}
</style></head><body>{body}</body></html>
"""
