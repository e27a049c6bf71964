"""A moment of a lesson as a mistake in the backward pass leads to it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.mistakes import MISTAKES, Placed, mistakes_for
from cnnviz.core.named_arrays import Trace
from cnnviz.core.network import Network
from cnnviz.core.program import program_of
from cnnviz.core.update_limits import estimate
from cnnviz.core.updates import Point, Updates, reached
from cnnviz.scripts.scope import MOST_WRONG, SLOWER, Scope, changed_lesson, kept, query_of, scope_of

MOST_SECONDS = 0.3
"""About how long it may take to make every mistake of a network, where a question waits for it."""


def quickly_made(lesson: Lesson) -> list[Placed]:
    """Every mistake that can be made in a lesson, in each of its places, where that is soon done; else none.

    >>> quickly_made(Lesson())[0].address, quickly_made(Lesson(k=1_000))
    ('mean_forgotten@do', [])
    """
    found = [] if lesson.deviations else mistakes_for(lesson.network, lesson.opt, len(lesson.images), lesson.mode == "train")
    seconds = len(found) * SLOWER * estimate(lesson.network, lesson.batch_shape, lesson.k + 1)
    return found if seconds <= MOST_SECONDS and lesson.k <= MOST_WRONG else []


def places_in(lesson: Lesson, mistake: str) -> tuple[Placed, ...]:
    """The places of a lesson in which a mistake can be made, with its images and in its mode.

    >>> [one.address for one in places_in(Lesson(), "sign_flipped")], places_in(Lesson(), "images_summed")
    (['sign_flipped@do'], ())
    """
    return MISTAKES[mistake].places(lesson.network, lesson.opt, len(lesson.images), lesson.mode == "train")


class Mistaken(Scope):
    """A moment of a lesson whose updates all make a mistake, and so at every other moment of it."""

    mistake: Placed

    def elsewhere(self, function: str, text: str) -> Scope:
        if function != "at":
            return super().elsewhere(function, text)
        there = changed_lesson(self.lesson, query_of(text))
        places = places_in(there, self.mistake.mistake.name)
        if not places or there.deviations:
            return scope_of(there)
        return mistaken(scope_of(there), next((one for one in places if one.stage == self.mistake.stage), places[-1]))


def mistaken(right: Scope, mistake: Placed) -> Scope:
    """The same moment, reached and looked at with the mistake.

    >>> from cnnviz.core.lesson import Lesson
    >>> from cnnviz.core.mistakes import placed
    >>> right = scope_of(Lesson(k=1))
    >>> wrong = mistaken(right, placed("sign_flipped", right.lesson.network))
    >>> bool(wrong.arrays["L"] > right.arrays["L"])
    True
    """
    lesson, network = right.lesson, right.lesson.network
    rule, y = mistake.optimizer(lesson.optimizer), np.array(lesson.y)
    start = scope_of(replace(lesson, k=0, cell="", mode="train")).moment
    updates, losses = Updates(lesson, start.image), list[float]()
    after = Point(start.params, {}, start.trace.x, start.buffers)
    for k in range(min(lesson.k, MOST_WRONG) + 1):
        point = reached(lesson, k, after) if k else after
        trace, state = _passed(network, mistake, point, updates.given(point)), point.state or None
        losses.append(network.loss(trace, y))
        gradients = mistake.gradients(point.params, trace, y, lesson.optimizer, state)
        buffers = mistake.next_buffers(network.program(trace.x.shape), trace)
        after = Point(*rule.step(point.params, gradients, state), point.x, buffers, k + 1)
    if lesson.mode != "train":
        trace = _passed(network, mistake, point, point.buffers, training=False)
        losses[-1], gradients = network.loss(trace, y), mistake.gradients(point.params, trace, y, lesson.optimizer)
    arrays = {**right.arrays, **trace, **point.params, **{name: gradients[name] for name in right.moment.gradients if name in gradients}}
    arrays |= {f"{name}_next": after.params[name] for name in point.params} | kept(point.buffers, after.buffers)
    found = Mistaken(lesson, right.moment, arrays | {"L": np.array(losses[-1]), "losses": np.array(losses)})
    vars(found)["mistake"] = mistake
    return found


def _passed(network: Network, mistake: Placed, point: Point, given: Mapping[str, np.ndarray] | None, training: bool = True) -> Trace:
    """The forward pass with the mistake, where it is made on the way forward."""
    trace = network.forward(point.params, point.x, training=training, given=given)
    return mistake.forward(program_of(network, trace.x.shape, training=training), point.params, trace)
