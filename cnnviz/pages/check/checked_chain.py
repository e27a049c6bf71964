"""The Check page's chain: gradients with their errors, and where a classic mistake shows."""

from collections.abc import Mapping

import numpy as np

from cnnviz.core.gradcheck import WRONG, Entry, GradientCheck, relative_error
from cnnviz.pages.check import broken, one_entry, tensorflow, words
from cnnviz.pages.check.checking import is_wrong
from cnnviz.pages.check.examined_pass import Examined
from cnnviz.pages.check.tabs import choices, mistake_in, tab_of, tabs, views
from cnnviz.pages.gradient_chain import ERROR, GradientChain, Row, operations
from cnnviz.pages.map_parts import Part, filled_part, part, pinned
from cnnviz.pages.map_records import largest
from cnnviz.pages.switches import group
from cnnviz.wire.check import CheckData
from cnnviz.wire.parts import ChartData, SwitchGroup
from cnnviz.words import message


def chain(here: Examined) -> GradientChain:
    """Return the chain of the backward pass beside central differences, or beside the exact pass for a mistake, with
    errors."""
    setup, check, mistake = here.setup, here.shown_check, here.mistake
    unusable = mistake_in(here.asked, setup)[1]
    with np.errstate(all="ignore"):  # a mistake may divide by 0
        beside = {symbol: here.of_image(symbol, drawn_errors(relative_error(here.ours[symbol], here.exact[symbol]))) for symbol in (here.shown if here.wrong else ())}
    # central differences may be undecided where a mistake has changed an entry
    errors = beside | _errors(check) | {symbol: beside[symbol] for symbol in here.wrong if mistake}
    chosen = one_entry.chosen(here)
    parts = tuple(_part(here, symbol, errors.get(symbol), chosen) for symbol in here.shown)
    return GradientChain(
        title=words.title(setup, mistake, here.hit, here.first, here.one),
        verdict=words.verdict(here) if check else words.under_way(here.checking.share),
        good=False if check and mistake and here.first else {"right": True, "wrong": False}.get(check.verdict) if check and not here.of_another_pass else None,
        rows=_rows(here, errors),
        parts=parts,
        operations=operations(here.one),
        subject=f"d{chosen.parameter}" if chosen else here.first or f"d{setup.network.parameters[0]}",
        states=here.states,
        mistakes={here.first: mistake.title} if mistake and here.first else {},
        sentences=((unusable,) if unusable else ()) + words.sentences(here),
        notes={one.symbol: words.largest(errors[one.symbol], one) for one in parts if one.symbol in errors},
        groups=_groups(here),
        charts=_charts(here, chosen),
        tabs=tabs(tab_of(here.asked)),
        views=views(setup, tab_of(here.asked)),
        cells=_cells(here, parts, chosen),
    )


def _groups(here: Examined) -> tuple[SwitchGroup, ...]:
    groups = choices(here.setup, here.mistake) if tab_of(here.asked) == "break" else ()
    if here.mistake and not here.mistake.is_forward and not here.hit and (switch := broken.where_it_shows(here.setup, here.mistake)):
        groups += (group(message("ui.check.shows.there.title"), (switch,)),)
    return groups


def _cells(here: Examined, parts: tuple[Part, ...], chosen: Entry | None) -> Mapping[str, list[int]]:
    """Return the chosen entry as a cell of its card, or else the entry with the largest error of a mistake."""
    symbol = f"d{chosen.parameter}" if chosen else here.first
    found = next((one for one in parts if one.symbol == symbol), None)
    if not found:
        return {}
    flat = np.zeros(found.shape)
    flat.reshape(-1)[one_entry.flat_index(chosen, here.one) if chosen else int(here.apart(symbol).argmax())] = 1
    shown = found.of(flat)
    return {symbol: largest(shown, shown.shape)} if shown.any() else {}  # empty if another channel is pinned


def _charts(here: Examined, chosen: Entry | None) -> tuple[ChartData, ...]:
    """Return charts of a mistake's effect on the loss, of the nudge's error, and of an activation's slope."""
    if here.mistake:
        slope = broken.slope_chart(here.setup, here.snapshot, here.mistake)
        falls = broken.runs(here.setup, here.snapshot, here.mistake)[0]
        return (falls, *((slope,) if slope else ()), *(one_entry.charts(here, chosen) if here.first else ()))
    return one_entry.charts(here, chosen)


def more(here: Examined) -> dict[str, object]:
    """Return the page's records besides its chain: an entry in two ways, a mistake's line of code, TensorFlow's
    gradients."""
    mistake = here.mistake
    return {
        "check": CheckData(
            tab=tab_of(here.asked),
            entry=one_entry.entry_data(here, one_entry.chosen(here)),
            code=broken.code(mistake, here.snapshot) if mistake else None,
            falls=broken.runs(here.setup, here.snapshot, mistake)[1] if mistake else "",
            best=broken.shows_best(here) if mistake else None,
            foot=words.foot(here),
            third=tensorflow.line(here.setup, here.snapshot, here.asked) if tab_of(here.asked) == "ours" and here.training else None,
            own=None,
        )
    }


def _rows(here: Examined, errors: Mapping[str, np.ndarray]) -> tuple[Row, ...]:
    """Return the rows of the chain: ours, central differences and errors; for a mistake, the wrong and the right
    gradients."""
    rows = [Row("ours", words.whose(here.setup, here.mistake), {symbol: here.of_image(symbol, here.ours[symbol]) for symbol in here.shown})]
    if here.mistake:
        rows.append(Row("exact", message("ui.check.rows.right"), {symbol: here.of_image(symbol, here.exact[symbol]) for symbol in here.shown}))
    elif here.shown_check:
        rows.append(Row("central", message("ui.check.rows.central"), {f"d{name}": array for name, array in here.shown_check.numeric.items()}))
    return (*rows, Row("error", message("ui.check.rows.error"), errors, ERROR)) if errors else tuple(rows)


def _errors(check: GradientCheck | None) -> dict[str, np.ndarray]:
    """Return the errors of parameters and image against central differences; NaN for undecided entries."""
    if not check:
        return {}
    return {f"d{name}": drawn_errors(error, check.marks[name] <= WRONG) for name, error in check.relative_error.items()}


def drawn_errors(error: np.ndarray, told: np.ndarray | bool = True) -> np.ndarray:
    """Return errors for drawing: NaN for undecided entries, ∞ for an error of NaN.

    >>> drawn_errors(np.array([0.5, np.nan, 0.1]), np.array([True, True, False])).tolist()
    [0.5, inf, nan]
    """
    return np.where(told, np.where(np.isnan(error), np.inf, error), np.nan)


def _part(here: Examined, symbol: str, error: np.ndarray | None, chosen: Entry | None) -> Part:
    """Return the shown part of a gradient: of the pinned cell or the chosen entry, else of the largest error, else
    the first with a number."""
    at = pinned(here.setup.pinned, here.one).get(symbol, ())
    first = filled_part(here.one, symbol, here.of_image(symbol, here.ours[symbol]))
    if not at and chosen and symbol == f"d{chosen.parameter}":
        at = tuple(int(axis) for axis in np.unravel_index(one_entry.flat_index(chosen, here.one), first.shape))
    elif not at and error is not None and is_wrong(error).any():
        at = tuple(largest(here.apart(symbol) if symbol in here.wrong else np.nan_to_num(error), first.shape))
    return part(here.one, symbol, at) if at else first
