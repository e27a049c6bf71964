"""The Check page's chain: gradients with their errors, and the effect of a classic mistake."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.gradcheck import WRONG, Entry, GradientCheck, relative_error
from cnnviz.pages.check import broken, one_entry, tensorflow, words
from cnnviz.pages.check.checking import is_wrong
from cnnviz.pages.check.examined_pass import ExaminedPass
from cnnviz.pages.check.tabs import mistake_switches, tab_of, tabs, view_switches
from cnnviz.pages.gradient_chain import ERROR, GradientChain, Row, operations
from cnnviz.pages.map_parts import Part, filled_part, part, pinned_cells
from cnnviz.pages.map_records import largest
from cnnviz.pages.switches import group
from cnnviz.wire.check import CheckData
from cnnviz.wire.parts import ChartData, SwitchGroup
from cnnviz.words import message


def chain(subject: ExaminedPass) -> GradientChain:
    """Return the chain of the backward pass with its errors. It is compared with central differences, or with the
    exact pass for a mistake."""
    setup, check, mistake = subject.setup, subject.shown_check, subject.mistake
    with np.errstate(all="ignore"):  # a mistake may divide by 0
        symbols = subject.gradient_symbols if subject.wrong_arrays else ()
        distances = {symbol: subject.of_image(symbol, mask_undecided(relative_error(subject.ours[symbol], subject.exact[symbol]))) for symbol in symbols}
    # central differences may be undecided where a mistake has changed an entry
    errors = distances | _errors(check) | {symbol: distances[symbol] for symbol in subject.wrong_arrays if mistake}
    chosen_entry = one_entry.chosen_entry(subject)
    parts = tuple(_part(subject, symbol, errors.get(symbol), chosen_entry) for symbol in subject.gradient_symbols)
    return GradientChain(
        title=words.title(setup, mistake, subject.wrong_stages, subject.first_wrong, subject.image_program),
        verdict=words.verdict(subject) if check else words.progress(subject.checking.share),
        good=False if check and mistake and subject.first_wrong else {"right": True, "wrong": False}.get(check.verdict) if check and not subject.is_another_pass else None,
        rows=_rows(subject, errors),
        parts=parts,
        operations=operations(subject.image_program),
        subject=f"d{chosen_entry.parameter}" if chosen_entry else subject.first_wrong or f"d{setup.network.parameters[0]}",
        states=subject.states,
        mistakes={subject.first_wrong: mistake.title} if mistake and subject.first_wrong else {},
        sentences=words.sentences(subject),
        notes={part.symbol: words.largest_error(errors[part.symbol], part) for part in parts if part.symbol in errors},
        groups=_groups(subject),
        charts=_charts(subject, chosen_entry),
        tabs=tabs(tab_of(subject.query)),
        views=view_switches(setup, tab_of(subject.query)),
        cells=_cells(subject, parts, chosen_entry),
    )


def _groups(subject: ExaminedPass) -> tuple[SwitchGroup, ...]:
    groups = mistake_switches(subject.setup, subject.mistake) if tab_of(subject.query) == "break" else ()
    if subject.mistake and not subject.mistake.is_forward and not subject.wrong_stages and (switch := broken.revealing_setup(subject.setup, subject.mistake)):
        groups += (group(message("ui.check.shows.there.title"), (switch,)),)
    return groups


def _cells(subject: ExaminedPass, parts: tuple[Part, ...], chosen_entry: Entry | None) -> Mapping[str, list[int]]:
    """Return the chosen entry as a cell of its card, or else the entry with the largest error of a mistake."""
    symbol = f"d{chosen_entry.parameter}" if chosen_entry else subject.first_wrong
    matching_part = next((part for part in parts if part.symbol == symbol), None)
    if not matching_part:
        return {}
    flat = np.zeros(matching_part.shape)
    flat.reshape(-1)[one_entry.flat_index(chosen_entry, subject.image_program) if chosen_entry else int(subject.absolute_error(symbol).argmax())] = 1
    values = matching_part.extract(flat)
    return {symbol: largest(values, values.shape)} if values.any() else {}  # empty if another channel is pinned


def _charts(subject: ExaminedPass, chosen_entry: Entry | None) -> tuple[ChartData, ...]:
    """Return charts of a mistake's effect on the loss, of the nudge's error, and of an activation's slope."""
    if subject.mistake:
        slope = broken.slope_chart(subject.setup, subject.snapshot, subject.mistake)
        losses = broken.loss_chart(subject.setup, subject.snapshot, subject.mistake)[0]
        return (losses, *((slope,) if slope else ()), *(one_entry.charts(subject, chosen_entry) if subject.first_wrong else ()))
    return one_entry.charts(subject, chosen_entry)


def check_records(subject: ExaminedPass) -> dict[str, object]:
    """Return the page's records besides its chain: an entry in two ways, a mistake's line of code, TensorFlow's
    gradients."""
    mistake = subject.mistake
    return {
        "check": CheckData(
            tab=tab_of(subject.query),
            entry=one_entry.entry_data(subject, one_entry.chosen_entry(subject)),
            code=broken.code_lines(mistake, subject.snapshot) if mistake else None,
            falls=broken.loss_chart(subject.setup, subject.snapshot, mistake)[1] if mistake else "",
            best=broken.best_place(subject) if mistake else None,
            foot=words.count_sentences(subject),
            third=tensorflow.tensorflow_record(subject.setup, subject.snapshot, subject.query) if tab_of(subject.query) == "ours" and subject.training else None,
            own=None,
        )
    }


def _rows(subject: ExaminedPass, errors: Mapping[str, np.ndarray]) -> tuple[Row, ...]:
    """Return the rows of the chain: ours, central differences and errors; for a mistake, the wrong and the right
    gradients."""
    rows = [Row("ours", words.pass_label(subject.setup, subject.mistake), {symbol: subject.of_image(symbol, subject.ours[symbol]) for symbol in subject.gradient_symbols})]
    if subject.mistake:
        rows.append(Row("exact", message("ui.check.rows.right"), {symbol: subject.of_image(symbol, subject.exact[symbol]) for symbol in subject.gradient_symbols}))
    elif subject.shown_check:
        rows.append(Row("central", message("ui.check.rows.central"), {f"d{name}": array for name, array in subject.shown_check.numeric.items()}))
    return (*rows, Row("error", message("ui.check.rows.error"), errors, ERROR)) if errors else tuple(rows)


def _errors(check: GradientCheck | None) -> dict[str, np.ndarray]:
    """Return the errors of parameters and image against central differences; NaN for undecided entries."""
    if not check:
        return {}
    return {f"d{name}": mask_undecided(error, check.marks[name] <= WRONG) for name, error in check.relative_error.items()}


def mask_undecided(error: np.ndarray, is_decided: np.ndarray | bool = True) -> np.ndarray:
    """Return errors for drawing: NaN for undecided entries, ∞ for an error of NaN.

    >>> mask_undecided(np.array([0.5, np.nan, 0.1]), np.array([True, True, False])).tolist()
    [0.5, inf, nan]
    """
    return np.where(is_decided, np.where(np.isnan(error), np.inf, error), np.nan)


def _part(subject: ExaminedPass, symbol: str, error: np.ndarray | None, chosen_entry: Entry | None) -> Part:
    """Return the shown part of a gradient: the one with the pinned cell or the chosen entry, else with the largest
    error, else the first with a number."""
    index = pinned_cells(subject.setup.pinned_cell, subject.image_program).get(symbol, ())
    default_part = filled_part(subject.image_program, symbol, subject.of_image(symbol, subject.ours[symbol]))
    if not index and chosen_entry and symbol == f"d{chosen_entry.parameter}":
        index = tuple(int(axis) for axis in np.unravel_index(one_entry.flat_index(chosen_entry, subject.image_program), default_part.shape))
    elif not index and error is not None and is_wrong(error).any():
        index = tuple(largest(subject.absolute_error(symbol) if symbol in subject.wrong_arrays else np.nan_to_num(error), default_part.shape))
    return part(subject.image_program, symbol, index) if index else default_part
