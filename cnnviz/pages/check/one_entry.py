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
from cnnviz.pages.check.examined_pass import Examined
from cnnviz.wire.check import EntryData, NudgeRow
from cnnviz.wire.parts import ChartData
from cnnviz.words import message

LONG, SHORT = 1e-1, 1e-13
"""Nudges from both arms of the error curve; the best one lies between them."""
FINE, COARSE = 3, 1
"""Nudges per power of ten, from 1e-1 to 1e-14, for a fast and for a slow pass."""
LITTLE = 300_000
"""Largest number of multiplications of a fast pass."""


def chosen(here: Examined) -> Entry | None:
    """Return the entry to explain: the pinned one, else the worst of the first wrong array, else the largest of the
    first parameter.

    Return None before the check is done, or if its numbers are not finite.
    """
    check = here.shown_check
    if check is None or not check.finite:
        return None
    if (pinned := here.setup.pinned) and pinned[0][1:] in check.analytic and pinned[0][0] == "d":
        return _entry(check, pinned[0][1:], int(np.ravel_multi_index(pinned[1], cell_shape(here.one, pinned[0]) or ())))
    if name := next((symbol[1:] for symbol in here.shown if np.any(check.marks.get(symbol[1:], UNDECIDED) == WRONG)), ""):
        return _largest(check, name, here.apart(f"d{name}"), WRONG)
    told = next((name for name, marks in check.marks.items() if (marks == RIGHT).any()), "")
    return _largest(check, told, np.abs(check.analytic[told]), RIGHT) if told else check.worst


def _largest(check: GradientCheck, name: str, sizes: np.ndarray, mark: int) -> Entry:
    return _entry(check, name, int(np.argmax(np.where(check.marks[name] == mark, sizes, -1.0))))


def _entry(check: GradientCheck, name: str, flat: int) -> Entry:
    index = tuple(int(at) for at in np.unravel_index(flat, check.analytic[name].shape))
    return Entry(name, index, *(float(of[name][index]) for of in (check.analytic, check.numeric, check.relative_error)))


def flat_index(entry: Entry, program: Program) -> int:
    """Return the entry's index in its flattened array."""
    return int(np.ravel_multi_index(entry.index, program.shown[entry.parameter]))


def name_of(entry: Entry, program: Program) -> str:
    """Return the entry's name with indices as in addresses: "∂w[10,4,1]"."""
    symbol = f"d{entry.parameter}"
    at = np.unravel_index(flat_index(entry, program), cell_shape(program, symbol) or ())
    return f"{label(symbol)}[{','.join(str(int(one)) for one in at)}]"


def charts(here: Examined, entry: Entry | None) -> tuple[ChartData, ...]:
    """Return the chart of the central difference's error over the nudge: in two precisions, or for a wrong entry
    beside the right one."""
    if entry is None or (here.mistake and not _is_wrong(here, entry)):
        return ()
    steps, found = _nudged(here, entry)
    exact = float(here.of_image(f"d{entry.parameter}", here.exact[f"d{entry.parameter}"]).reshape(-1)[flat_index(entry, here.one)])
    if _is_wrong(here, entry):
        lines = [Line(message("ui.check.falls.broken"), _drawn(found[0], entry.backward), hue=2), Line(message("ui.check.falls.right"), _drawn(found[0], exact), True, 3)]
        title = message("ui.check.sweep.broken", entry=name_of(entry, here.one))
    else:
        lines = [Line(name, _drawn(one, entry.backward)) for name, one in (("float32", found[1]), ("float64", found[0]))]
        title = message("ui.check.sweep.title")
    return (chart("sweep", title, steps, tuple(lines), message("ui.check.sweep.x"), message("ui.check.sweep.y"), log="xy", words=message("ui.check.sweep.words")),)


def _is_wrong(here: Examined, entry: Entry) -> bool:
    return bool(here.shown_check and here.shown_check.marks[entry.parameter][entry.index] == WRONG)


def _drawn(found: Sequence[Nudge], exact: float) -> list[float | None]:
    return [float(error) if math.isfinite(error) else None for error in central_errors(found, exact)]


def _nudged(here: Examined, entry: Entry) -> tuple[list[float], tuple[list[Nudge], list[Nudge]]]:
    """Return the nudges ε, and the entry's losses at each in float64 and in float32."""
    each = FINE if here.one.multiplications <= LITTLE else COARSE
    steps = [float(f"1e-{n // each}") if not n % each else 10 ** (-n / each) for n in range(each, 14 * each + 1)]
    x, index = here.snapshot.trace.x, entry.index
    if here.program.run.images and entry.parameter == "x":
        index = tuple(map(int, np.unravel_index(here.setup.image * x[0].size + flat_index(entry, here.one), x.shape)))
    of = (here.snapshot.params, x, np.array(here.setup.y), here.setup.network, entry.parameter, index, steps)
    how = (here.given, here.training)
    # a mistake's entry is nudged in float64 only
    name = (here.setup.start, here.setup.k, x.tobytes(), entry.parameter, index, here.training, here.mistake is None)
    return steps, _known.get_or_make(name, lambda: (nudges(*of, np.float64, *how), [] if here.mistake else nudges(*of, np.float32, *how)))


MOST_BYTES = 2_000_000
"""Cache size of all nudged entries, in bytes."""

_known: LruCache[Hashable, tuple[list[Nudge], list[Nudge]]] = LruCache(MOST_BYTES, held_bytes)


def entry_data(here: Examined, entry: Entry | None) -> EntryData | None:
    """Return the record of an entry with a long, the best and a short nudge, or None if there is no entry."""
    if entry is None:
        return None
    steps, (found, _) = _nudged(here, entry)
    errors = np.nan_to_num(central_errors(found, entry.backward), nan=np.inf)
    best = min((error, step) for step, error in zip(steps, errors, strict=True) if step in STEPS)[1]
    shown = [nudge for nudge in found if nudge.step in (LONG, best, SHORT)]
    values = [entry.backward, *(value for nudge in shown for value in (nudge.up, nudge.down))]
    told = bool(entry.backward) and all(map(math.isfinite, values)) and not here.mistake and not _is_wrong(here, entry)
    kinds = {LONG: "long", SHORT: "short", best: "best"}
    return EntryData(
        name=name_of(entry, here.one),
        symbol=f"d{entry.parameter}",
        backward=entry.backward,
        central=entry.central,
        error=entry.relative_error if math.isfinite(entry.relative_error) else None,
        rows=[_row(nudge, entry.backward, kinds[nudge.step]) for nudge in shown] if told else [],
    )


def _row(nudge: Nudge, backward: float, kind: str) -> NudgeRow:
    up, down = (_loss(value, nudge.up) for value in (nudge.up, nudge.down))
    central, exact = (_written(value, backward) for value in (nudge.central, backward))
    shared, agree = _shared(up, down), _shared(central, exact)
    return NudgeRow(
        exponent=math.log10(nudge.step),
        error=float(central_errors([nudge], backward)[0]),
        up=(up[:shared], up[shared:]),
        down=(down[:shared], down[shared:]),
        central=(central[:agree], central[agree:]),
        words=message(f"ui.check.digits.{kind}", n=_digits(up) - _digits(up[:shared]), cancel=_digits(up[:shared])),
    )


def _shared(a: str, b: str) -> int:
    """Return the length of the common prefix of two numbers."""
    return next((at for at, (left, right) in enumerate(zip(a, b, strict=False)) if left != right), min(len(a), len(b)))


def _digits(text: str) -> int:
    """Return the number of significant digits of the mantissa."""
    return sum(map(str.isdigit, text.partition("e")[0].lstrip("0.")))


def _loss(value: float, like: float) -> str:
    """Format a loss with all 17 digits of float64; `like` sets the position of the point."""
    size = math.floor(math.log10(abs(like))) if like else 0
    return f"{value:.{16 - size}f}" if -3 <= size <= 3 else f"{value:.16e}".replace("e-", "e−")


def _written(value: float, like: float) -> str:
    """Format a gradient with ten digits; `like` sets the position of the point."""
    size = math.floor(math.log10(abs(like)))
    text = f"{value:.{9 - size}f}" if -4 <= size <= 3 else f"{value:.9e}"
    return text.replace("-", "−")
