"""One entry by the backward pass and by nudging it: the error over the nudge ε, and the digits that cancel."""

import math
from collections.abc import Hashable, Sequence

import numpy as np

from cnnviz.core.gradcheck import RIGHT, STEPS, UNDECIDED, WRONG, Entry, GradientCheck
from cnnviz.core.gradcheck.one_entry import Nudge, central_errors, nudges
from cnnviz.core.network.program import Program
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.setup.cells import cell_shape
from cnnviz.pages.charts import Line, chart
from cnnviz.pages.check.examined_pass import ExaminedPass
from cnnviz.wire.check import EntryData, NudgeRow
from cnnviz.wire.parts import ChartData
from cnnviz.words import message

LONG, SHORT = 1e-1, 1e-13
"""Nudges from both arms of the error curve; the best one lies between them."""
FINE, COARSE = 3, 1
"""Nudges per power of ten, from 1e-1 to 1e-14, for a fast and for a slow pass."""
LITTLE = 300_000
"""Largest number of multiplications of a fast pass."""


def chosen_entry(subject: ExaminedPass) -> Entry | None:
    """Return the entry to explain: the pinned one, else the worst of the first wrong array, else the largest of the
    first parameter.

    Return None before the check is done, or if its numbers are not finite.
    """
    check = subject.shown_check
    if check is None or not check.finite:
        return None
    if (pinned := subject.setup.pinned_cell) and pinned[0][1:] in check.analytic and pinned[0][0] == "d":
        return _entry(check, pinned[0][1:], int(np.ravel_multi_index(pinned[1], cell_shape(subject.image_program, pinned[0]) or ())))
    if name := next((symbol[1:] for symbol in subject.gradient_symbols if np.any(check.marks.get(symbol[1:], UNDECIDED) == WRONG)), ""):
        return _largest(check, name, subject.absolute_error(f"d{name}"), WRONG)
    parameter = next((name for name, marks in check.marks.items() if (marks == RIGHT).any()), "")
    return _largest(check, parameter, np.abs(check.analytic[parameter]), RIGHT) if parameter else check.worst


def _largest(check: GradientCheck, name: str, sizes: np.ndarray, mark: int) -> Entry:
    return _entry(check, name, int(np.argmax(np.where(check.marks[name] == mark, sizes, -1.0))))


def _entry(check: GradientCheck, name: str, flat: int) -> Entry:
    index = tuple(int(i) for i in np.unravel_index(flat, check.analytic[name].shape))
    return Entry(name, index, *(float(arrays[name][index]) for arrays in (check.analytic, check.numeric, check.relative_error)))


def flat_index(entry: Entry, program: Program) -> int:
    """Return the entry's index in its flattened array."""
    return int(np.ravel_multi_index(entry.index, program.shown[entry.parameter]))


def name_of(entry: Entry, program: Program) -> str:
    """Return the entry's name with indices as in addresses: "∂w[10,4,1]"."""
    symbol = f"d{entry.parameter}"
    index = np.unravel_index(flat_index(entry, program), cell_shape(program, symbol) or ())
    return f"{label(symbol)}[{','.join(str(int(i)) for i in index)}]"


def charts(subject: ExaminedPass, entry: Entry | None) -> tuple[ChartData, ...]:
    """Return the chart of the central difference's error against the size of the nudge: in two precisions, or for a
    wrong entry together with the correct one."""
    if entry is None or (subject.mistake and not _is_wrong(subject, entry)):
        return ()
    steps, entry_nudges = _steps_and_nudges(subject, entry)
    exact = float(subject.of_image(f"d{entry.parameter}", subject.exact[f"d{entry.parameter}"]).reshape(-1)[flat_index(entry, subject.image_program)])
    if _is_wrong(subject, entry):
        references = (("broken", entry.backward, False, 2), ("right", exact, True, 3))
        lines = [Line(message(f"ui.check.falls.{name}"), _drawn_errors(entry_nudges[0], value), dashed, hue) for name, value, dashed, hue in references]
        title = message("ui.check.sweep.broken", entry=name_of(entry, subject.image_program))
    else:
        lines = [Line(name, _drawn_errors(series, entry.backward)) for name, series in (("float32", entry_nudges[1]), ("float64", entry_nudges[0]))]
        title = message("ui.check.sweep.title")
    return (chart("sweep", title, steps, tuple(lines), message("ui.check.sweep.x"), message("ui.check.sweep.y"), log="xy", words=message("ui.check.sweep.words")),)


def _is_wrong(subject: ExaminedPass, entry: Entry) -> bool:
    return bool(subject.shown_check and subject.shown_check.marks[entry.parameter][entry.index] == WRONG)


def _drawn_errors(nudges: Sequence[Nudge], exact: float) -> list[float | None]:
    return [float(error) if math.isfinite(error) else None for error in central_errors(nudges, exact)]


def _steps_and_nudges(subject: ExaminedPass, entry: Entry) -> tuple[list[float], tuple[list[Nudge], list[Nudge]]]:
    """Return the nudges ε, and the entry's losses at each in float64 and in float32."""
    per_decade = FINE if subject.image_program.multiplications <= LITTLE else COARSE
    steps = [float(f"1e-{n // per_decade}") if not n % per_decade else 10 ** (-n / per_decade) for n in range(per_decade, 14 * per_decade + 1)]
    x, index = subject.snapshot.trace.x, entry.index
    if subject.program.run.images and entry.parameter == "x":
        index = tuple(map(int, np.unravel_index(subject.setup.image * x[0].size + flat_index(entry, subject.image_program), x.shape)))
    args = (subject.snapshot.params, x, np.array(subject.setup.y), subject.setup.network, entry.parameter, index, steps)
    options = (subject.pass_inputs, subject.training)
    # a mistake's entry is nudged in float64 only
    key = (subject.setup.start, subject.setup.k, x.tobytes(), entry.parameter, index, subject.training, subject.mistake is None)
    return steps, _NUDGES.get_or_make(key, lambda: (nudges(*args, np.float64, *options), [] if subject.mistake else nudges(*args, np.float32, *options)))


MOST_BYTES = 2_000_000
"""Cache size of all nudged entries, in bytes."""

_NUDGES: LruCache[Hashable, tuple[list[Nudge], list[Nudge]]] = LruCache(MOST_BYTES, held_bytes)


def entry_data(subject: ExaminedPass, entry: Entry | None) -> EntryData | None:
    """Return the record of an entry with a long, the best and a short nudge, or None if no entry exists."""
    if entry is None:
        return None
    steps, (entry_nudges, _) = _steps_and_nudges(subject, entry)
    errors = np.nan_to_num(central_errors(entry_nudges, entry.backward), nan=np.inf)
    best_step = min((error, step) for step, error in zip(steps, errors, strict=True) if step in STEPS)[1]
    shown_nudges = [nudge for nudge in entry_nudges if nudge.step in (LONG, best_step, SHORT)]
    values = [entry.backward, *(value for nudge in shown_nudges for value in (nudge.up, nudge.down))]
    has_rows = bool(entry.backward) and all(map(math.isfinite, values)) and not subject.mistake and not _is_wrong(subject, entry)
    kinds = {LONG: "long", SHORT: "short", best_step: "best"}
    return EntryData(
        name=name_of(entry, subject.image_program),
        symbol=f"d{entry.parameter}",
        backward=entry.backward,
        central=entry.central,
        error=entry.relative_error if math.isfinite(entry.relative_error) else None,
        rows=[_row(nudge, entry.backward, kinds[nudge.step]) for nudge in shown_nudges] if has_rows else [],
    )


def _row(nudge: Nudge, backward: float, kind: str) -> NudgeRow:
    up, down = (_format_loss(value, nudge.up) for value in (nudge.up, nudge.down))
    central, exact = (_format_gradient(value, backward) for value in (nudge.central, backward))
    loss_prefix, central_prefix = _common_prefix(up, down), _common_prefix(central, exact)
    return NudgeRow(
        exponent=math.log10(nudge.step),
        error=float(central_errors([nudge], backward)[0]),
        up=(up[:loss_prefix], up[loss_prefix:]),
        down=(down[:loss_prefix], down[loss_prefix:]),
        central=(central[:central_prefix], central[central_prefix:]),
        words=message(f"ui.check.digits.{kind}", n=_digits(up) - _digits(up[:loss_prefix]), cancel=_digits(up[:loss_prefix])),
    )


def _common_prefix(a: str, b: str) -> int:
    """Return the length of the common prefix of two numbers."""
    return next((i for i, (left, right) in enumerate(zip(a, b, strict=False)) if left != right), min(len(a), len(b)))


def _digits(text: str) -> int:
    """Return the number of significant digits of the mantissa."""
    return sum(map(str.isdigit, text.partition("e")[0].lstrip("0.")))


def _format_loss(value: float, reference: float) -> str:
    """Format a loss with all 17 digits of float64; `reference` sets the position of the point."""
    exponent = math.floor(math.log10(abs(reference))) if reference else 0
    return f"{value:.{16 - exponent}f}" if -3 <= exponent <= 3 else f"{value:.16e}".replace("e-", "e−")


def _format_gradient(value: float, reference: float) -> str:
    """Format a gradient with ten digits; `reference` sets the position of the point."""
    exponent = math.floor(math.log10(abs(reference)))
    text = f"{value:.{9 - exponent}f}" if -4 <= exponent <= 3 else f"{value:.9e}"
    return text.replace("-", "−")
