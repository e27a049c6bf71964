"""The named arrays of one address: what a screen's expressions are computed from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import numpy as np

from cnnviz.core.lesson import LESSON_KEYS, Lesson
from cnnviz.core.losses_ahead import losses_on
from cnnviz.core.lru_cache import LruCache, held_bytes
from cnnviz.core.mistakes import placed
from cnnviz.core.read_only import ReadOnly
from cnnviz.core.saturation import hidden_share
from cnnviz.core.stored_params import is_kept_name
from cnnviz.core.trajectory import Moment, trajectory, updates_ahead
from cnnviz.core.update_limits import estimate
from cnnviz.data.images import find_image, load_images
from cnnviz.scripts.expression_limits import MOST_SECONDS
from cnnviz.words import Message, Problem

SLOWER = 4
"""The factor by which an update with a mistake in it takes longer."""
MOST_WRONG = 500
"""Updates with a mistake in them."""


@dataclass(frozen=True, eq=False)
class Scope(ReadOnly):
    """One moment of one lesson, its arrays by name; and the way to others."""

    lesson: Lesson
    moment: Moment
    arrays: Mapping[str, np.ndarray]

    def elsewhere(self, function: str, text: str) -> Scope:
        """at("k=1", …): this lesson with that change; wrong("kernel_gradient_flipped@df", …): with the gradients of that mistake.

        >>> float(scope_of(Lesson()).elsewhere("at", "k=1").arrays["k"])
        1.0
        """
        if function == "at":
            return changed(self.lesson, query_of(text))
        params, trace, gradients = self.moment.params, self.moment.trace, self.moment.gradients
        found = placed(text, self.lesson.network, self.lesson.opt)
        wrong = found.gradients(params, trace, np.array(self.lesson.y), self.lesson.optimizer)
        return Scope(self.lesson, self.moment, {**self.arrays, **{name: wrong[name] for name in gradients if name in wrong}})

    def seconds(self, function: str, text: str, updates: int = 0) -> float:
        """About how long it takes to look there; what is worked out already takes no time.

        >>> 0 < scope_of(Lesson()).seconds("at", "k=400") < 1
        True
        """
        lesson = changed_lesson(self.lesson, query_of(text)) if function == "at" else self.lesson
        x = load_images(lesson)
        if function != "at":
            return SLOWER * estimate(lesson.network, x.shape, max(1, updates))
        return estimate(lesson.network, x.shape, updates_ahead(lesson, x, lesson.k))

    def wrong_loss(self, mistake: str, updates: int) -> float:
        """The loss after so many updates from here with a mistake in the backward pass.

        >>> scope_of(Lesson(k=0)).wrong_loss("sign_flipped", 0) == float(scope_of(Lesson(k=0)).arrays["L"])
        True
        """
        if not 0 <= updates <= MOST_WRONG:
            raise Problem("lessons.expression.too_many_updates", n=updates, most=MOST_WRONG)
        found = placed(mistake, self.lesson.network, self.lesson.opt)
        return float(losses_on(self.lesson, self.moment, updates, found)[-1])


def scope_of(lesson: Lesson) -> Scope:
    """The arrays of a lesson by name: the trace, the parameters, their gradients and their next values, y, L, and more.

    What training keeps is there too, as n1_running_mean and n1_running_mean_next. Raises Problem where the image cannot
    be had, or where it is too much work.

    >>> found = scope_of(Lesson()).arrays
    >>> found["z1"].shape, found["f_next"].shape, sorted(found.keys() - {*scope_of(Lesson()).moment.trace})[:4]
    ((30, 30), (3, 3), ['L', 'b', 'b_next', 'da1'])
    """
    return _SCOPES.get_or_make(lesson, lambda: _made(lesson))


def duration(lesson: Lesson) -> float:
    """About how many seconds a lesson's scope takes that is made from the start.

    >>> duration(Lesson(k=1)) < duration(Lesson(k=400)) < 1
    True
    """
    return estimate(lesson.network, load_images(lesson).shape, lesson.k)


def _made(lesson: Lesson) -> Scope:
    x = load_images(lesson)
    seconds = duration(lesson)
    if seconds > MOST_SECONDS:
        raise Problem("lessons.scope.too_long", seconds=round(seconds), most=MOST_SECONDS)
    moment = trajectory(lesson, x, lesson.k).in_mode(lesson.mode)
    plain = {"y": lesson.y, "L": moment.losses[-1], "losses": moment.losses, "lr": lesson.lr, "k": lesson.k}
    arrays = {**moment.trace, **moment.params, **moment.gradients, **{f"{name}_next": moment.after[name] for name in moment.params}}
    arrays |= {name: np.array(value, dtype=np.float64) for name, value in plain.items()}
    arrays |= kept(moment.buffers, moment.buffers_after)
    if not math.isnan(share := hidden_share(lesson.network, moment.trace, "saturated")):
        arrays["saturated"] = np.array(share)
    return Scope(lesson, moment, arrays)


def kept(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The numbers that training keeps, by names that expressions can have: n1_running_mean, n1_running_mean_next."""
    return {f"{name.replace('.', '_')}{end}": value for end, found in (("", before), ("_next", after)) for name, value in found.items()}


MOST_BYTES = 32_000_000
"""The most bytes of all remembered scopes: two hundred of the teaching notebook's network."""

_SCOPES: LruCache[Lesson, Scope] = LruCache(MOST_BYTES, held_bytes)


def query_of(text: str) -> dict[str, str]:
    """A lesson's address as its keys; Problem for a key that no lesson has.

    >>> query_of("?img=test-3&k=5")
    {'img': 'test-3', 'k': '5'}
    """
    query = dict(parse_qsl(text.partition("?")[2] or text.removeprefix("?"), keep_blank_values=True))
    if text.strip("? ") and not query:
        raise Problem("lessons.scope.no_query", text=text)
    for key, value in query.items():
        if key not in LESSON_KEYS:
            raise Problem("lessons.scope.no_key", key=key, known=sorted(LESSON_KEYS))
        if is_kept_name(value):
            raise Problem("lessons.scope.kept", key=key, name=value)
    return query


def lesson_of(text: str) -> Lesson:
    """The lesson of an address, all of which has to hold; Problem says what would be replaced.

    >>> lesson_of("img=test-3&stage=z1").stage
    'z1'
    """
    return _held(*_understood(query_of(text)))


def changed(lesson: Lesson, change: Mapping[str, str]) -> Scope:
    """The scope of a lesson with a change that has to hold."""
    return scope_of(changed_lesson(lesson, change))


def changed_lesson(lesson: Lesson, change: Mapping[str, str]) -> Lesson:
    """A lesson with a change that has to hold."""
    query = lesson.to_query() | dict(change)
    if "net" in change or "img" in change:
        changes, wrong = lesson.changed(change, label_of(change.get("img", lesson.img)))
        return _held(changes, wrong)
    return _held(*_understood(query))


def _understood(query: Mapping[str, str]) -> tuple[Lesson, dict[str, Message]]:
    lesson, wrong = Lesson.understand(query)
    if "img" not in wrong and lesson.classes and "y" not in query:
        return Lesson.understand(query, label=label_of(lesson.img))
    return lesson, wrong


def _held(lesson: Lesson, wrong: Mapping[str, Message]) -> Lesson:
    for key, said in wrong.items():
        raise Problem("lessons.scope.replaced", key=key, why=said)
    for img in lesson.images:
        find_image(img)
    return lesson


def label_of(img: str) -> str | None:
    """The name of an image's class; of several their ids tell. Raises Problem where it cannot be had.

    >>> label_of("test-0"), label_of("cat-0,dog-1")
    ('cat', None)
    """
    return find_image(img).label if "," not in img else None
