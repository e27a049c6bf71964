"""A screen's question for one setup: its key, answers and texts, all computed from that setup's numbers."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.core.setup.setup import Setup
from cnnviz.decks.deck import Screen
from cnnviz.decks.expression import evaluate, names_in
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.mistaken_snapshot import mistaken, quickly_made
from cnnviz.decks.scope import Scope, label_of, query_of, scope_of, setup_of
from cnnviz.words import LocalizedText, Message, Problem, languages, message, written

CHANGED = {"nothing": (), "image": ("img",), "kernel": ("f",)}
"""Query keys that learners may change on a screen."""

MOST_SHOWN = 49
"""Upper limit of numbers in an answer that is shown as a small map."""

MOST_WHOLE = 1e7
"""Limit below which integers are written with all digits."""

PLACE = re.compile(r"\{([^{}]+?)(?::(\d{1,2}|\d?%|plain))?\}")
"""An expression in a text, and the format of its number."""


@dataclass(frozen=True, eq=False)
class Option(ReadOnly):
    """One answer option: its value, its label, its feedback, and whether it is right.

    If `is_mistake`, a mistake in the backward pass gives this value; files do not list such options.
    """

    value: np.ndarray
    label: LocalizedText
    say: LocalizedText
    right: bool = False
    is_mistake: bool = False


@dataclass(frozen=True, eq=False)
class Question(ReadOnly):
    """A question computed for one setup. `key` is a number, an array, a mask of cells or a Boolean; `order` has the
    stages in order."""

    setup: Setup
    title: LocalizedText
    text: LocalizedText
    ask: LocalizedText
    right: LocalizedText
    otherwise: LocalizedText
    hint: LocalizedText
    key: np.ndarray
    options: tuple[Option, ...] = ()
    order: tuple[str, ...] = ()
    tolerance: float = 0.0


def setup_at(screen: Screen, asked: Mapping[str, str]) -> Setup:
    """Return a screen's setup with the changes that a learner may make. Invalid changes are ignored.

    >>> from cnnviz.decks.library import bundled
    >>> screen = bundled()[0].screens[0]
    >>> setup_at(screen, {"img": "test-7", "k": "3", "f": "1"}).k
    0
    """
    own = query_of(screen.at)
    change = {key: asked[key] for key in CHANGED[screen.change] if asked.get(key)}
    if not change:
        return setup_of(screen.at)
    try:
        label = label_of(change.get("img", own.get("img", Setup().img)))
    except Problem:
        return setup_of(screen.at)
    return Setup.understand(own | change, setup_of(screen.at), label)[0]


def ask(screen: Screen, setup: Setup) -> Question:
    """Return the question for a setup. Raise Problem if an expression cannot be computed, or if all together exceed
    the limits."""
    here, allowance = scope_of(setup), Allowance()
    texts = {name: filled(getattr(screen, name), here, allowance) for name in ("title", "text", "ask", "right", "otherwise", "hint")}
    if screen.kind in ("", "order"):
        return Question(setup, **texts, key=np.zeros(0), order=in_order(screen, here))  # type: ignore[arg-type]
    key = key_of(screen, here, allowance)
    options = tuple(_options(screen, here, key, texts["right"], allowance))
    tolerance = tolerance_of(screen, here, key, allowance)
    if screen.kind in ("number", "click"):
        options += tuple(_mistaken(screen, here, [key, *(option.value for option in options)], tolerance))
    return Question(setup, **texts, key=key, options=options, tolerance=tolerance)  # type: ignore[arg-type]


@np.errstate(all="ignore")  # values may become infinite after a mistake
def _mistaken(screen: Screen, here: Scope, known: list[np.ndarray], tolerance: float) -> Iterator[Option]:
    """Yield the wrong answers that mistakes in the backward pass give, unless they resemble a known answer.

    Keys that refer to other snapshots are skipped, since they would need a run per mistake.
    """
    names = names_in(screen.key)
    after = {*here.snapshot.gradients, *(f"{name}_next" for name in here.snapshot.params)}
    if names & {"at", "wrong", "wrong_loss"} or not (here.setup.k or names & after):
        return
    for mistake in quickly_made(here.setup):
        with suppress(Problem):  # the key is not finite any more
            value = key_of(screen, mistaken(here, mistake))
            value = value & ~np.logical_or.reduce(known) if screen.kind == "click" else value
            new = value.any() if screen.kind == "click" else all(abs(float(value) - float(one)) > max(tolerance, 1e-6 * abs(float(one))) for one in known)
            if new:
                known.append(value)
                yield Option(value, _in_all(mistake.title), _in_all(message("lessons.slip", title=mistake.title, sentence=mistake.sentence)), is_mistake=True)


def _in_all(said: Message) -> LocalizedText:
    return LocalizedText({lang: said.say(lang) for lang in languages()})


def _options(screen: Screen, here: Scope, key: np.ndarray, right: LocalizedText, allowance: Allowance) -> Iterator[Option]:
    """Yield the file's answers. Skip those that equal the key or an earlier one, so that exactly one is right."""
    seen: list[np.ndarray] = []
    found = screen.kind != "choose"  # only a choice lists its key
    for answer in screen.answers:
        value = value_of(screen, answer.is_, here, allowance) if answer.is_ else key
        is_key = screen.kind == "choose" and same(value, key)
        if (is_key and found) or any(same(value, other) for other in seen) or (not is_key and same(value, key)):
            continue
        if is_key and any(not other.is_ and other is not answer for other in screen.answers):
            continue  # a misconception gives the right value on this setup: keep the key's own option
        found = found or is_key
        seen.append(value)
        yield Option(value, filled(answer.label, here, allowance), right if is_key else filled(answer.say, here, allowance), is_key)
    if not found:
        yield Option(key, LocalizedText({}), right, True)


def value_of(screen: Screen, text: str, here: Scope, allowance: Allowance | None = None) -> np.ndarray:
    """Return the value of an answer, with the shape and type of the question's key. Raise Problem if it does not fit.
   """
    value = evaluate(text, here, allowance)
    if screen.kind == "click":
        return mask(value, screen.map, here)
    if screen.kind == "number":
        return _one(value)
    if screen.kind == "choose" and not 1 <= value.size <= MOST_SHOWN:
        raise Problem("lessons.key.size", n=value.size, most=MOST_SHOWN)
    return value


def key_of(screen: Screen, here: Scope, allowance: Allowance | None = None) -> np.ndarray:
    """Return the key, with the shape and type that the kind of question requires. Raise Problem if it does not fit."""
    key = evaluate(screen.key, here, allowance)
    if screen.kind == "choose" and not 1 <= key.size <= MOST_SHOWN:
        raise Problem("lessons.key.size", n=key.size, most=MOST_SHOWN)
    if screen.kind in ("number", "construct"):
        key = _one(key)
    if key.dtype != np.bool_ and not np.isfinite(key).all():
        raise Problem("lessons.key.finite")
    if screen.kind == "click":
        return mask(key, screen.map, here)
    if screen.kind == "construct" and key.dtype != np.bool_:
        raise Problem("lessons.key.truth")
    return key


def _one(value: np.ndarray) -> np.ndarray:
    """Return a single number as a 0-d array. Raise Problem if there are several or none."""
    if value.size != 1:
        raise Problem("lessons.expression.not_one", shape=value.shape)
    return value.reshape(())


def mask(value: np.ndarray, map: str, here: Scope) -> np.ndarray:
    """Return `value` if it is a Boolean mask of the map's shape, otherwise raise Problem."""
    shape = here.arrays[map].shape
    if value.dtype != np.bool_ or value.shape != shape:
        raise Problem("lessons.key.mask", map=map, wanted=shape, shape=value.shape)
    return value


def tolerance_of(screen: Screen, here: Scope, key: np.ndarray, allowance: Allowance | None = None) -> float:
    """Return the tolerance of a number: from the screen, or else 0 for integers and 2 % for others."""
    if screen.kind != "number":
        return 0.0
    if screen.tolerance:
        value = evaluate(screen.tolerance, here, allowance)
        if value.size != 1 or not np.isfinite(value) or value < 0:
            raise Problem("lessons.key.tolerance")
        return float(_one(value))
    return 0.0 if float(key) == round(float(key)) else 0.02 * abs(float(key))


def in_order(screen: Screen, here: Scope) -> tuple[str, ...]:
    """Return the screen's stages in the network's order. Raise Problem for an unknown stage."""
    known = [str(stage) for stage in here.setup.network.stages]
    for stage in screen.stages:
        if stage not in known:
            raise Problem("lessons.key.no_stage", stage=stage, known=known)
    return tuple(sorted(screen.stages, key=known.index))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether two answers look the same to a learner."""
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-6, atol=1e-12))


def filled(text: LocalizedText, here: Scope, allowance: Allowance | None = None) -> LocalizedText:
    """Substitute the {expressions} in a text, such as {L}, {max(z1):3} or {saturated:%}, in all its languages. They
    share one allowance."""
    allowance = allowance or Allowance()
    return LocalizedText({lang: _filled(part, here, lang, allowance) for lang, part in text.by_language.items()})


def _filled(text: str, here: Scope, lang: str, allowance: Allowance) -> str:
    return PLACE.sub(lambda place: _number(place[1], place[2] or "", here, lang, allowance), text)


def _number(expression: str, spec: str, here: Scope, lang: str, allowance: Allowance) -> str:
    value = evaluate(expression, here, allowance)
    if value.size != 1:
        raise Problem("lessons.text.one_number", text=expression, shape=value.shape)
    number = float(value.reshape(-1)[0])
    if abs(number) < MOST_WHOLE and number == round(number) and not spec.endswith("%"):
        return written(round(number), "", lang)
    return written(number, spec or "3", lang)
