"""The active mistake: its line of code next to the correct one, its effect on the loss, and the place where it is
most visible."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.explain.activation_slopes import slopes
from cnnviz.core.mistakes import mistake_at, mistakes_for
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.named_arrays import one_image
from cnnviz.core.network.network import DEFAULT
from cnnviz.core.network.program import get_program
from cnnviz.core.network.stages import label
from cnnviz.core.runtime.lru_cache import LruCache, held_bytes
from cnnviz.core.setup.cells import cell_shape
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.losses_ahead import descent
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import load_images
from cnnviz.pages.charts import Line, chart
from cnnviz.pages.check.examined_pass import ExaminedPass
from cnnviz.pages.round_distinct import round_distinct
from cnnviz.pages.switches import switch
from cnnviz.wire.check import BestData, CodeData
from cnnviz.wire.parts import ChartData, SwitchData
from cnnviz.words import Message, Problem, message

ELSEWHERE: tuple[dict[str, str], ...] = (
    {"stride": "2"}, {"w": "normal"}, {"k": "1"}, {"pad": "same"}, {"f": "sobel-y"}, {"f": "notebook", "scale": "unit"},
)  # fmt: skip
"""Changes of a setup in which a hidden mistake may show, in the order of trial."""


def code_lines(mistake: PlacedMistake, snapshot: Snapshot) -> CodeData | None:
    """Return both lines in the network's symbols, or None if they are equal, as with a stride of 1."""
    wrong, correct = mistake.code(get_program(mistake.network, snapshot.trace.x.shape, training=snapshot.trace.training))
    return None if wrong == correct else CodeData(wrong=wrong, right=correct)


def loss_chart(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake) -> tuple[ChartData, Message]:
    """Return the chart of the loss from here on with and without the mistake, and a sentence on it."""
    right_losses, wrong_losses = _losses(setup, snapshot, None), _losses(setup, snapshot, None if mistake.mistake.after else mistake)
    n = len(right_losses) - 1
    lines = tuple(Line(message(f"ui.check.falls.{name}"), _with_gaps(run), hue=HUES[name]) for name, run in (("broken", wrong_losses), ("right", right_losses)))
    x, x_title = list(range(setup.k, setup.k + n + 1)), message("ui.charts.updates")
    trend = "same" if np.array_equal(right_losses, wrong_losses, equal_nan=True) else "falls" if wrong_losses[-1] < wrong_losses[0] else "rises"
    sentence = message(f"ui.check.falls.{trend}", n=n, broken=float(wrong_losses[-1]), right=float(right_losses[-1]))
    rising = _rising_sentence(setup, snapshot)
    chart_data = chart("falls", message("ui.check.falls.title"), x, lines, x_title, "L", log="y")
    return chart_data, message("words.sentences", first=sentence, second=rising) if rising else sentence


def slope_chart(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake) -> ChartData | None:
    """Return the chart of an activation's correct and wrong slope, or None for other mistakes. The cursor marks the
    largest difference."""
    if not (units := _units(setup, snapshot, mistake)):
        return None
    z_values = np.linspace(min(-2.0, units.z.min()), max(2.0, units.z.max()), POINTS)
    right_slope, wrong_slope = slopes(mistake, z_values) or (z_values, z_values)
    curves = {name: np.where(np.abs(curve) <= STEEP, curve, np.nan) for name, curve in (("broken", wrong_slope), ("right", right_slope))}
    lines = tuple(Line(message(f"ui.check.falls.{name}"), _with_gaps(curve), hue=HUES[name]) for name, curve in curves.items())
    z = label(units.symbol)
    title, y_title = message("ui.check.slope.title", z=z), message("ui.check.slope.y")
    return chart("slope", title, z_values.tolist(), lines, z, y_title, cursor=float(units.z[units.largest_index]), words=_slope_sentence(units))


@dataclass(frozen=True, eq=False)
class Units:
    """Pre-activations in the range of the chart, with the right and wrong slope at each.

    `index` is the unit where they differ most, as text. The wrong slope is negative at `below` of all `count` units.
    """

    symbol: str
    z: np.ndarray
    right: np.ndarray
    wrong: np.ndarray
    index: str
    below: int
    count: int

    @property
    def largest_index(self) -> int:
        """The index of the unit where the slopes differ most."""
        return int(np.argmax(np.abs(self.wrong - self.right)))


def _units(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake) -> Units | None:
    """Return the units of the activation whose slope is wrong, or None for a mistake elsewhere."""
    if mistake.place is None:
        return None
    symbol = mistake.network.names[mistake.place].source
    program = setup.network.program(snapshot.trace.x.shape)
    sums = program.forward(snapshot.params, snapshot.trace.x, pass_inputs=snapshot.trace.kept)[symbol]
    sums = one_image(sums, setup.image) if program.run.images else sums
    if not (slope_pair := slopes(mistake, sums.ravel())):
        return None
    right, wrong = (slope.reshape(sums.shape) for slope in slope_pair)
    in_range = (np.abs(sums) <= FAR) & (np.abs(wrong) <= STEEP)
    if not in_range.any():
        return None
    worst_index = int(np.argmax(np.abs(wrong - right)[in_range]))
    index = ",".join(str(int(indices[worst_index])) for indices in np.nonzero(in_range))
    return Units(symbol, sums[in_range], right[in_range], wrong[in_range], index, int((wrong < 0).sum()), sums.size)


def _slope_sentence(units: Units) -> Message:
    """Return the sentence on both slopes at the unit where they differ most."""
    unit, n = f"{label(units.symbol)}[{units.index}]", units.largest_index
    return message("ui.check.slope.words", unit=unit, z=float(units.z[n]), right=float(units.right[n]), wrong=float(units.wrong[n]))


def best_place(subject: ExaminedPass) -> BestData | None:
    """Return the place where the mistake is most visible, in sentences and as a histogram of units. None if it has no
    visible effect."""
    mistake = subject.mistake
    if mistake is None or not subject.first_wrong:
        return None
    if units := _units(subject.setup, subject.snapshot, mistake):
        limits = min(-2.0, units.z.min()), max(2.0, units.z.max())
        notes = [message("ui.check.slope.below", n=units.below, count=units.count)] if units.below and not (units.right < 0).any() else []
        return BestData(words=[_slope_sentence(units), *notes], units=np.histogram(units.z, BINS, limits)[0].tolist())
    wrong, right = (subject.of_image(subject.first_wrong, gradients[subject.first_wrong]).reshape(-1) for gradients in (subject.ours, subject.exact))
    flat = int(subject.absolute_error(subject.first_wrong).argmax())
    index = np.unravel_index(flat, cell_shape(subject.image_program, subject.first_wrong) or ())
    name = f"{label(subject.first_wrong)}[{','.join(str(int(i)) for i in index)}]"
    values = dict(zip(("wrong", "right"), round_distinct(wrong[flat], right[flat]), strict=True))
    sentence = message("ui.check.shows.at", entry=name, **values)
    return BestData(words=[sentence], units=[])


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


def _rising_sentence(setup: Setup, snapshot: Snapshot) -> Message | None:
    """Return the sentence on the number of mistakes that increase the loss. None for large networks, for which trying
    all takes too long."""
    if setup.net != DEFAULT:
        return None
    runs = [_losses(setup, snapshot, mistake) for mistake in mistakes_for(setup.network, setup.opt)]
    return message("ui.check.falls.of_all", n=sum(not run[-1] < run[0] for run in runs), count=len(runs))


def _losses(setup: Setup, snapshot: Snapshot, mistake: PlacedMistake | None) -> np.ndarray:
    key = (setup.start, setup.k, snapshot.trace.x.tobytes(), mistake.address if mistake else "")
    return _RUNS.get_or_make(key, lambda: descent(setup, snapshot, mistake))


MOST_BYTES = 4_000_000
"""Cache size of all runs, in bytes."""

_RUNS: LruCache[tuple[Hashable, ...], np.ndarray] = LruCache(MOST_BYTES, held_bytes)


def _with_gaps(losses: np.ndarray) -> list[float | None]:
    """Return the values for a chart, with a gap (None) for each that is not finite."""
    return [float(loss) if np.isfinite(loss) else None for loss in losses]


def revealing_setup(setup: Setup, mistake: PlacedMistake) -> SwitchData | None:
    """Return a switch to a similar setup in which the mistake has a visible effect, or None if there is none."""
    for change in ELSEWHERE:
        changed_setup, errors = setup.with_query(change)
        if errors or (changed_setup.start == setup.start and changed_setup.k == setup.k):
            continue
        try:
            snapshot = run_updates(changed_setup, load_images(changed_setup), min(changed_setup.k, 100))
            placed_mistake = mistake_at(mistake.address, changed_setup.network, changed_setup.opt, len(changed_setup.images))
            affected = placed_mistake.affected_stages(snapshot.params, snapshot.trace, np.array(changed_setup.y), changed_setup.optimizer, snapshot.state)
        except (Problem, ValueError):
            continue
        if affected and affected != ("dx",):
            words = message("ui.check.shows.there.words", mistake=mistake.title)
            name = message(f"ui.check.shows.there.{next(iter(change))}", value=next(iter(change.values())))
            return switch("shows_there", name, words, False, {**change, "mistake": mistake.address, "check": "break"})
    return None
