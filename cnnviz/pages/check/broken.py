"""The active mistake: its line of code beside the right one, its effect on the loss, and where it shows best."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.explain.activation_slopes import slopes
from cnnviz.core.mistakes import mistakes_for, placed
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.named_arrays import one_image
from cnnviz.core.network.network import DEFAULT
from cnnviz.core.network.program import program_of
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.setup.cells import cell_shape
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.losses_ahead import descent
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import load_images
from cnnviz.pages.charts import Line, chart
from cnnviz.pages.check.examined_pass import Examined
from cnnviz.pages.round_distinct import round_distinct
from cnnviz.pages.switches import switch
from cnnviz.wire.check import BestData, CodeData
from cnnviz.wire.parts import ChartData, SwitchData
from cnnviz.words import Message, Problem, message

ELSEWHERE: tuple[dict[str, str], ...] = (
    {"stride": "2"}, {"w": "normal"}, {"k": "1"}, {"pad": "same"}, {"f": "sobel-y"}, {"f": "notebook", "scale": "unit"},
)  # fmt: skip
"""Changes of a setup in which a hidden mistake may show, in the order of trial."""


def code(mistake: PlacedMistake, snapshot: Snapshot) -> CodeData | None:
    """Return both lines in the network's symbols, or None if they are equal, as with a stride of 1."""
    wrong, right = mistake.code(program_of(mistake.network, snapshot.trace.x.shape, training=snapshot.trace.training))
    return None if wrong == right else CodeData(wrong=wrong, right=right)


def runs(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake) -> tuple[ChartData, Message]:
    """Return the chart of the loss from here on with and without the mistake, and a sentence on it."""
    right, wrong = _losses(setup, snapshot, None), _losses(setup, snapshot, None if mistake.mistake.after else mistake)
    n = len(right) - 1
    lines = tuple(Line(message(f"ui.check.falls.{name}"), _drawn(run), hue=HUES[name]) for name, run in (("broken", wrong), ("right", right)))
    x, x_title = list(range(setup.k, setup.k + n + 1)), message("ui.charts.updates")
    how = "same" if np.array_equal(right, wrong, equal_nan=True) else "falls" if wrong[-1] < wrong[0] else "rises"
    said = message(f"ui.check.falls.{how}", n=n, broken=float(wrong[-1]), right=float(right[-1]))
    others = _rising(setup, snapshot)
    drawn = chart("falls", message("ui.check.falls.title"), x, lines, x_title, "L", log="y")
    return drawn, message("words.sentences", first=said, second=others) if others else said


def slope_chart(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake) -> ChartData | None:
    """Return the chart of an activation's right and wrong slope, or None for a mistake elsewhere. The cursor marks
    the largest difference."""
    if not (found := _units(setup, snapshot, mistake)):
        return None
    across = np.linspace(min(-2.0, found.z.min()), max(2.0, found.z.max()), POINTS)
    right, wrong = slopes(mistake, across) or (across, across)
    drawn = {name: np.where(np.abs(run) <= STEEP, run, np.nan) for name, run in (("broken", wrong), ("right", right))}
    lines = tuple(Line(message(f"ui.check.falls.{name}"), _drawn(run), hue=HUES[name]) for name, run in drawn.items())
    z = label(found.symbol)
    return chart("slope", message("ui.check.slope.title", z=z), across.tolist(), lines, z, message("ui.check.slope.y"), cursor=float(found.z[found.most]), words=_at(found))


@dataclass(frozen=True, eq=False)
class Units:
    """Pre-activations in the range of the chart, with the right and wrong slope at each.

    `index` is the unit where they differ most, as text. The wrong slope is negative at `below` of all `count` units.
    """

    symbol: str
    z: np.ndarray
    right: np.ndarray
    wrong: np.ndarray
    place: str
    below: int
    count: int

    @property
    def most(self) -> int:
        """The index of the unit where the slopes differ most."""
        return int(np.argmax(np.abs(self.wrong - self.right)))


def _units(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake) -> Units | None:
    """Return the units of the activation whose slope is wrong, or None for a mistake elsewhere."""
    if mistake.place is None:
        return None
    symbol = mistake.network.names[mistake.place].source
    program = setup.network.program(snapshot.trace.x.shape)
    sums = program.forward(snapshot.params, snapshot.trace.x, given=snapshot.trace.kept)[symbol]
    sums = one_image(sums, setup.image) if program.run.images else sums
    if not (found := slopes(mistake, sums.ravel())):
        return None
    right, wrong = (one.reshape(sums.shape) for one in found)
    near = (np.abs(sums) <= FAR) & (np.abs(wrong) <= STEEP)
    if not near.any():
        return None
    most = int(np.argmax(np.abs(wrong - right)[near]))
    place = ",".join(str(int(at[most])) for at in np.nonzero(near))
    return Units(symbol, sums[near], right[near], wrong[near], place, int((wrong < 0).sum()), sums.size)


def _at(found: Units) -> Message:
    """Return the sentence on both slopes at the unit where they differ most."""
    unit, n = f"{label(found.symbol)}[{found.place}]", found.most
    return message("ui.check.slope.words", unit=unit, z=float(found.z[n]), right=float(found.right[n]), wrong=float(found.wrong[n]))


def shows_best(here: Examined) -> BestData | None:
    """Return where the mistake shows best, in sentences and as a histogram of units, or None if it does not show."""
    mistake = here.mistake
    if mistake is None or not here.first:
        return None
    if found := _units(here.setup, here.snapshot, mistake):
        ends = min(-2.0, found.z.min()), max(2.0, found.z.max())
        counted = [message("ui.check.slope.below", n=found.below, count=found.count)] if found.below and not (found.right < 0).any() else []
        return BestData(words=[_at(found), *counted], units=np.histogram(found.z, BINS, ends)[0].tolist())
    wrong, right = (here.of_image(here.first, of[here.first]).reshape(-1) for of in (here.ours, here.exact))
    flat = int(here.apart(here.first).argmax())
    at = np.unravel_index(flat, cell_shape(here.one, here.first) or ())
    name = f"{label(here.first)}[{','.join(str(int(one)) for one in at)}]"
    values = dict(zip(("wrong", "right"), round_distinct(wrong[flat], right[flat]), strict=True))
    said = message("ui.check.shows.at", entry=name, **values)
    return BestData(words=[said], units=[])


BINS = 30
"""Number of bars below the slope's curve."""

HUES = {"broken": 2, "right": 3}
"""Red and green, as for the lines of code."""

FAR = 6.0
"""Largest magnitude of a pre-activation in the chart; σ is flat beyond."""

STEEP = 1.5
"""Largest magnitude of a slope in the chart: six times the steepest of σ."""

POINTS = 121
"""Number of points of each curve."""


def _rising(setup: Setup, snapshot: Snapshot) -> Message | None:
    """Return the sentence on how many mistakes make the loss rise; None for large networks, where trying all takes
    too long."""
    if setup.net != DEFAULT:
        return None
    found = [_losses(setup, snapshot, one) for one in mistakes_for(setup.network, setup.opt)]
    return message("ui.check.falls.of_all", n=sum(not run[-1] < run[0] for run in found), count=len(found))


def _losses(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake | None) -> np.ndarray:
    name = (setup.start, setup.k, snapshot.trace.x.tobytes(), mistake.address if mistake else "")
    return _known.get_or_make(name, lambda: descent(setup, snapshot, mistake))


MOST_BYTES = 4_000_000
"""Cache size of all runs, in bytes."""

_known: LruCache[tuple[Hashable, ...], np.ndarray] = LruCache(MOST_BYTES, held_bytes)


def _drawn(losses: np.ndarray) -> list[float | None]:
    """Return the values for a chart, with a gap (None) for each that is not finite."""
    return [float(loss) if np.isfinite(loss) else None for loss in losses]


def where_it_shows(setup: Setup, mistake: PlacedMistake) -> SwitchData | None:
    """Return a switch to a similar setup in which the mistake shows, or None if there is none."""
    for change in ELSEWHERE:
        other, wrong = setup.changed(change)
        if wrong or (other.start == setup.start and other.k == setup.k):
            continue
        try:
            snapshot = run_updates(other, load_images(other), min(other.k, 100))
            there = placed(mistake.address, other.network, other.opt, len(other.images))
            hits = there.hits(snapshot.params, snapshot.trace, np.array(other.y), other.optimizer, snapshot.state)
        except (Problem, ValueError):
            continue
        if hits and hits != ("dx",):
            words = message("ui.check.shows.there.words", mistake=mistake.title)
            name = message(f"ui.check.shows.there.{next(iter(change))}", value=next(iter(change.values())))
            return switch("shows_there", name, words, False, {**change, "mistake": mistake.address, "check": "break"})
    return None
