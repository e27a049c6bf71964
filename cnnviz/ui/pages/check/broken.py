"""A mistake that is switched on: its line of code beside the right one, what the loss does, and where it would show."""

from __future__ import annotations

import numpy as np

from cnnviz.core.descent import descent
from cnnviz.core.lesson import Lesson
from cnnviz.core.mistaken import Placed
from cnnviz.core.mistakes import mistakes_for, placed
from cnnviz.core.network import DEFAULT
from cnnviz.core.recent import Recent
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.data.images import load_image
from cnnviz.ui.charts import Chart, Line
from cnnviz.ui.sent.check import CodeData
from cnnviz.ui.switches import Switch
from cnnviz.words import Message, Problem, message

ELSEWHERE: tuple[dict[str, str], ...] = (
    {"stride": "2"}, {"w": "normal"}, {"k": "1"}, {"pad": "same"}, {"f": "sobel-y"}, {"f": "notebook", "scale": "unit"},
)  # fmt: skip
"""Changes of a lesson that bring out what one hides, in the order in which they are tried."""


def code(mistake: Placed, moment: Moment) -> CodeData | None:
    """Both lines in the network's symbols; None where they are the same, as with a stride of 1."""
    wrong, right = mistake.code(mistake.network.program(moment.trace.x.shape))
    return None if wrong == right else CodeData(wrong=wrong, right=right)


def runs(lesson: Lesson, moment: Moment, mistake: Placed) -> tuple[Chart, Message]:
    """The loss from here on with the mistake and without, and what there is to say of it."""
    right, wrong = _losses(lesson, moment, None), _losses(lesson, moment, mistake)
    n = len(right) - 1
    lines = tuple(Line(message(f"ui.check.falls.{name}"), _drawn(run)) for name, run in (("broken", wrong), ("right", right)))
    x, x_title = list(range(lesson.k, lesson.k + n + 1)), message("ui.charts.updates")
    how = "same" if np.array_equal(right, wrong, equal_nan=True) else "falls" if wrong[-1] < wrong[0] else "rises"
    said = message(f"ui.check.falls.{how}", n=n, broken=float(wrong[-1]), right=float(right[-1]))
    others = _rising(lesson, moment)
    chart = Chart("falls", message("ui.check.falls.title"), x, lines, x_title, "L", log="y")
    return chart, message("words.sentences", first=said, second=others) if others else said


def _rising(lesson: Lesson, moment: Moment) -> Message | None:
    """How many of all mistakes make the loss rise; for the small network alone, where all of them can be tried at once."""
    if lesson.net != DEFAULT:
        return None
    found = [_losses(lesson, moment, one) for one in mistakes_for(lesson.network, lesson.opt)]
    return message("ui.check.falls.of_all", n=sum(not run[-1] < run[0] for run in found), count=len(found))


def _losses(lesson: Lesson, moment: Moment, mistake: Placed | None) -> np.ndarray:
    name = (lesson.start, lesson.k, moment.trace.x.tobytes(), mistake.address if mistake else "")
    return _known.get_or_make(name, lambda: descent(lesson, moment, mistake))


_known: Recent[tuple, np.ndarray] = Recent(256)


def _drawn(losses: np.ndarray) -> list[float | None]:
    """A chart's values: what is not finite is a gap."""
    return [float(loss) if np.isfinite(loss) else None for loss in losses]


def where_it_shows(lesson: Lesson, mistake: Placed) -> Switch | None:
    """A lesson near this one in which the mistake shows, if one is found."""
    for change in ELSEWHERE:
        other, wrong = lesson.changed(change)
        if wrong or (other.start == lesson.start and other.k == lesson.k):
            continue
        try:
            moment = trajectory(other, load_image(other.img, other.ch, other.scale), min(other.k, 100))
            there = placed(mistake.address, other.network, other.opt)
            hits = there.hits(moment.params, moment.trace, np.array(other.y), other.optimizer, moment.state)
        except (Problem, ValueError):
            continue
        if hits and hits != ("dx",):
            words = message("ui.check.shows.there.words", mistake=mistake.mistake.title)
            name = message(f"ui.check.shows.there.{next(iter(change))}", value=next(iter(change.values())))
            return Switch("shows_there", name, words, False, {**change, "mistake": mistake.address, "check": "break"})
    return None
