"""Worksheet of a setup for computing by hand: one cell of each stage with blanks, and the answers on a separate page.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.explain.cell_arithmetic import Arithmetic, Arrays, Term, arithmetic_of
from cnnviz.core.explain.latex_to_text import pixel_formula, translate_words
from cnnviz.core.network.layers._normalization import EPS
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import Stage, label
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.export.exercise import check_training_mode
from cnnviz.export.mathml import mathml
from cnnviz.export.user_gradients_report import reference_of
from cnnviz.words import Message, current_language, format_value, say

MOST_TERMS = 9
"""Upper limit of products to compute by hand; the worksheet gives the rest of a longer sum."""
MOST_NUMBERS = 25
"""Upper limit of numbers listed for an expression; the worksheet gives the rest of a longer sum or mean."""


@dataclass(frozen=True)
class Task:
    """The task for one cell: its name, title and formulas, rows of factors to multiply, given numbers, and the
    answer."""

    name: str
    title: Message | str
    formulas: tuple[str, ...]
    rows: tuple[tuple[tuple[str, str, float], ...], ...]
    given: tuple[tuple[str, float], ...]
    answer: float
    products: tuple[float, ...] = ()


def hand_sheet(setup: Setup, snapshot: Snapshot, image: Message | str) -> str:
    """Return the worksheet as an HTML page for printing: this snapshot's exact passes on an image with the name
    `image`.

    >>> from cnnviz.core.training.snapshots import run_updates
    >>> page = hand_sheet(Setup(), run_updates(Setup(), np.eye(32), 0), "an image")
    >>> page.count('class="task"') == 2 * len(Setup().network.stages), "<script" in page
    (True, False)
    """
    check_training_mode(setup)
    worksheet_tasks = tasks(setup, snapshot)
    query = {**setup.to_query(), **({"img": "upload-…"} if setup.img.startswith("upload-") else {})}
    head = f"<p>{escape(say('export.sheet.of', image=image, when=setup.snapshot_label, net=str(setup.network)))}<br><small>?{escape(urlencode(query, safe=',;'))}</small></p>"
    sides = [
        f"<section><h1>{escape(say(f'export.sheet.{side}.title'))}</h1>{head}<p>{escape(say(f'export.sheet.{side}.words'))}</p>"
        f'<div class="tasks">{"".join(_task_html(task, side == "answers") for task in worksheet_tasks)}</div></section>'
        for side in ("questions", "answers")
    ]
    return _PAGE.format(lang=current_language(), title=escape(say("export.sheet.questions.title")), body="".join(sides))


def tasks(setup: Setup, snapshot: Snapshot) -> list[Task]:
    """Return one task for each stage: for the pinned cell if it is in that stage's array, otherwise for the cell with
    the largest absolute value."""
    reference, network = reference_of(setup, snapshot), setup.network
    program, trace, y = reference.program, reference.trace, reference.y
    gradients = program.backward(snapshot.params, trace, y)
    values: dict[str, np.ndarray] = {name: np.asarray(array).reshape(program.laid_out[name]) for name, array in {**trace, **snapshot.params}.items()}
    values |= {name: np.asarray(array).reshape(program.laid_out[name[1:]]) for name, array in gradients.items()}
    values |= {"y": y, "L": np.array(network.loss(trace, y)), **program.ties(program.all_values(snapshot.params, trace))}
    return [task for stage in network.stages for task in _stage_tasks(setup, snapshot, program, stage, values)]


def _stage_tasks(setup: Setup, snapshot: Snapshot, program: Program, stage: Stage, values: Arrays) -> Iterator[Task]:
    if stage == "update":
        yield _update_task(setup, snapshot, program, stage, values)
        return
    array = values[stage]
    at = _cell(setup, stage, array)
    name, formula = _cell_name(program, stage, at), (program.formulas[stage] if stage != "x" else pixel_formula(setup.scale),)
    answer = float(array[at])
    if stage == "x":
        pixel = answer * 255 if setup.scale == "unit" else answer
        yield Task(name, stage.title, formula, (), ((say("export.sheet.pixel"), round(pixel, 6)),), answer)
    elif stage == "v":
        source = next(names.source for names in program.network.names if names.flattens)
        yield Task(f"v[?] = {_cell_name(program, source, at)}", stage.title, formula, (), (), float(np.ravel_multi_index(at, array.shape)))
    elif stage in program.arithmetic:  # otherwise the cell depends on a complete channel
        arithmetic = arithmetic_of(program, stage, at, values)
        if statistic_names := re.findall(r"[a-z]\w*\.[a-z]+", arithmetic.text):
            cell_numbers = [number for number in arithmetic.numbers if number[1] in (at, at[:1])]
            known_numbers = (*_named_numbers(program, cell_numbers), *_statistics(program, {name: snapshot.trace.kept[name] for name in statistic_names}, at))
            yield Task(name, stage.title, formula, (), known_numbers, answer)
        elif len(arithmetic.numbers) <= MOST_NUMBERS or re.match(r"(sum|mean|max)\(\w+\)", arithmetic.text):
            yield _arithmetic_task(program, name, stage, formula, arithmetic, answer)


def _statistics(program: Program, kept: Arrays, at: tuple[int, ...]) -> Iterator[tuple[str, float]]:
    """Yield the stored statistics of a layer for a cell of its output; they are stored per cell, channel or group of
    channels."""
    for name, array in kept.items():
        shape, kind = program.laid_out[name.split(".")[0].removeprefix("d")], name.split(".")[1]
        value = float(array.reshape(shape)[at] if array.size == np.prod(shape) else array.ravel()[at[0] * array.size // shape[0]])
        if kind == "var":
            yield "σ", float(np.sqrt(value + EPS))
        else:
            yield "μ" if kind == "mean" else say(f"formula.{kind}"), value


def _cell(setup: Setup, symbol: str, array: np.ndarray) -> tuple[int, ...]:
    pinned = setup.pinned_cell
    if pinned and pinned[0] == symbol and array.shape[len(array.shape) - len(pinned[1]) :] and array.ndim - len(pinned[1]) in (0, 1):
        return (*[0] * (array.ndim - len(pinned[1])), *pinned[1])
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(np.nan_to_num(np.abs(array)))), array.shape))


def _arithmetic_task(program: Program, name: str, stage: Stage, formula: tuple[str, ...], arithmetic: Arithmetic, answer: float) -> Task:
    if arithmetic.terms:
        terms = _largest(arithmetic.terms)
        rest = sum(term.product for term in arithmetic.terms) - sum(term.product for term in terms)
        known_numbers = [(say("export.sheet.rest", n=len(arithmetic.terms) - len(terms)), rest)] if len(terms) < len(arithmetic.terms) else []
        known_numbers += _named_numbers(program, arithmetic.added)
        rows = tuple(tuple((symbol, _cell_name(program, symbol, at), value) for symbol, at, value in term.factors) for term in terms)
        return Task(name, stage.title, formula, rows, tuple(known_numbers), answer, tuple(term.product for term in terms))
    numbers = arithmetic.numbers
    if len(numbers) > MOST_NUMBERS:
        is_maximum = arithmetic.text.startswith("max(")
        numbers = tuple(sorted(sorted(numbers, key=lambda number: -number[2])[:MOST_NUMBERS])) if is_maximum else numbers[:MOST_TERMS]
    known_numbers = _named_numbers(program, numbers)
    if len(numbers) < len(arithmetic.numbers) and not arithmetic.text.startswith("max("):
        rest = sum(value for *_, value in arithmetic.numbers[len(numbers) :])
        known_numbers.append((say("export.sheet.rest", n=len(arithmetic.numbers) - len(numbers)), rest))
    return Task(name, stage.title, formula, (), tuple(known_numbers), answer)


def _largest(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return the largest terms, in reading order."""
    if len(terms) <= MOST_TERMS:
        return terms
    indices = sorted(range(len(terms)), key=lambda n: -abs(terms[n].product))[: MOST_TERMS - 3]
    return tuple(terms[n] for n in sorted(indices))


def _update_task(setup: Setup, snapshot: Snapshot, program: Program, stage: Stage, values: Arrays) -> Task:
    """Return the task for one step of one number of the first parameter."""
    name = program.network.parameters[0]
    optimizer = setup.optimizer
    array = np.asarray(snapshot.params[name])
    slope = values[f"d{name}"].reshape(array.shape)
    at = tuple(int(i) for i in np.unravel_index(int(np.argmax(np.nan_to_num(np.abs(slope)))), array.shape))
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


def _cell_name(program: Program, symbol: str, at: tuple[int, ...]) -> str:
    """Return a cell's name, without axes of length 1 that the page hides."""
    plain_name = symbol.removesuffix("_next")
    shape = program.laid_out.get(plain_name) or program.laid_out.get(plain_name[1:], ())
    if len(at) == len(shape) > 2:
        at = at[2:] if shape[:2] == (1, 1) and len(shape) == 4 else at[1:] if shape[0] == 1 else at
    return f"{label(symbol)}[{','.join(map(str, at))}]" if at else label(symbol)


def _named_numbers(program: Program, numbers: Iterable[tuple[str, tuple[int, ...], float]]) -> list[tuple[str, float]]:
    return [(_cell_name(program, symbol, at), value) for symbol, at, value in numbers]


# ---- HTML


def _number(value: float) -> str:
    return format_value(value, "4") if np.isfinite(value) else "–"


def _task_html(task: Task, answered: bool) -> str:
    parts = [f"<h2>{escape(task.name)}</h2><p><b>{escape(str(task.title))}</b><br>{' '.join(map(_formula_html, task.formulas))}</p>"]
    if task.rows:
        heads = "".join(f"<th>{escape(label(symbol))}</th>" for symbol, *_ in task.rows[0])
        cells = (
            "".join(f"<td>{_number(value)}</td>" for *_, value in row) + f"<td>{_number(product) if answered else _BLANK}</td>"
            for row, product in zip(task.rows, task.products, strict=True)
        )
        names = (" · ".join(name for _, name, _ in row) for row in task.rows)
        body = "".join(f"<tr><th>{escape(name)}</th>{row}</tr>" for name, row in zip(names, cells, strict=True))
        parts.append(f"<table><tr><th></th>{heads}<th>·</th></tr>{body}</table>")
    if task.given:
        parts.append(f"<p>{'&ensp; '.join(_number_html(name, value) for name, value in task.given)}</p>")
    answer = format_value(task.answer, "6") if np.isfinite(task.answer) else "–"
    parts.append(f'<p class="answer">{escape(task.name.split(" = ")[0])} = {f"<b>{answer}</b>" if answered else _BLANK}</p>')
    return f'<article class="task">{"".join(parts)}</article>'


def _formula_html(latex: str) -> str:
    """Return a formula as HTML, split into elements between which lines may break, since browsers do not break
    formulas."""
    parts = re.sub(r" (=|\+|\\cdot|\\odot|\\leftarrow) ", r" \1\n", translate_words(latex)).split("\n")
    return re.sub(r"(?<=<mn>)(\d+)\.(?=\d)", rf"\1{say('words.point')}", " ".join(map(mathml, parts)))


def _number_html(name: str, value: float) -> str:
    """Return a number with its name or its description."""
    return f"<span>{escape(name)}{' = ' if '[' in name or ' ' not in name else ' '}{_number(value)}</span>"


_BLANK = '<span class="blank"></span>'

_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
@page {{ size: A4; margin: 12mm }}
body {{ font: 10px/1.35 system-ui, sans-serif; color: #111; max-width: 190mm; margin: 8mm auto }}
h1 {{ font-size: 17px; margin: 0 }}
h2 {{ font-size: 13px; margin: 0 }}
p {{ margin: 2px 0 4px }}
small {{ overflow-wrap: anywhere; color: #555 }}
section + section {{ break-before: page }}
.tasks {{ columns: 3 52mm; column-gap: 6mm }}
.task {{ break-inside: avoid; border-top: 1px solid #999; padding: 3px 0 5px }}
table {{ border-collapse: collapse; font-size: 8.5px; font-variant-numeric: tabular-nums }}
table th {{ font-weight: 400; text-align: right; color: #444; white-space: nowrap }}
table th:first-child {{ text-align: left; white-space: normal }}
td {{ text-align: right; padding: 0 0 0 5px; border-bottom: 1px solid #ddd }}
span {{ white-space: nowrap }}
.blank {{ display: inline-block; min-width: 38px; border-bottom: 1px solid #111; height: 1em }}
.answer {{ font-size: 11px }}
math {{ font: 13px "STIX Two Text", "STIX Two Math", "Cambria Math", "Latin Modern Math", "Times New Roman", serif }}
mi {{ text-transform: none; font-style: italic }}
mi[mathvariant=normal] {{ font-style: normal }}
@media print {{ body {{ margin: 0 }} }}
</style></head><body>{body}</body></html>
"""
