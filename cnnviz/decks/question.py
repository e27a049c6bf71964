"""A screen's question on one setup: its key, its answers and its sentences, all computed from that setup's numbers."""

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
"""The keys of the address that a screen leaves to the learner."""

MOST_SHOWN = 49
"""Numbers in an answer that is shown as a small map."""

MOST_WHOLE = 1e7
"""Whole numbers below it are written with all of their digits."""

PLACE = re.compile(r"\{([^{}]+?)(?::(\d{1,2}|\d?%|plain))?\}")
"""An expression in a text, and how its number is written."""


@dataclass(frozen=True, eq=False)
class Option(ReadOnly):
    """One answer: its value, its label, what is said when it is given, and whether it is right.

    A `is_mistake` is what a mistake in the backward pass gives, which no file lists.
    """

    value: np.ndarray
    label: LocalizedText
    say: LocalizedText
    right: bool = False
    is_mistake: bool = False


@dataclass(frozen=True, eq=False)
class Question(ReadOnly):
    """All that is asked and answered on one setup. `key` is a value, a mask of cells, a truth, or stages in order."""

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
    """A screen's own setup with what a learner may change in it, and has; what cannot be had stays as it was.

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
    """The question on a setup; Problem where an expression cannot be computed there, or all of them together are too much."""
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


@np.errstate(all="ignore")  # what a mistake leads to may be infinite
def _mistaken(screen: Screen, here: Scope, known: list[np.ndarray], tolerance: float) -> Iterator[Option]:
    """The wrong answers that a mistake in the backward pass gives, as far as none of those that are `known` is like it.

    Nothing is looked for where a key looks at other moments: that takes a run for each mistake.
    """
    names = names_in(screen.key)
    after = {*here.snapshot.gradients, *(f"{name}_next" for name in here.snapshot.params)}
    if names & {"at", "wrong", "wrong_loss"} or not (here.setup.k or names & after):
        return
    for mistake in quickly_made(here.setup):
        with suppress(Problem):  # it is no number any more
            value = key_of(screen, mistaken(here, mistake))
            value = value & ~np.logical_or.reduce(known) if screen.kind == "click" else value
            new = value.any() if screen.kind == "click" else all(abs(float(value) - float(one)) > max(tolerance, 1e-6 * abs(float(one))) for one in known)
            if new:
                known.append(value)
                yield Option(value, _in_all(mistake.title), _in_all(message("lessons.slip", title=mistake.title, sentence=mistake.sentence)), is_mistake=True)


def _in_all(said: Message) -> LocalizedText:
    return LocalizedText({lang: said.say(lang) for lang in languages()})


def _options(screen: Screen, here: Scope, key: np.ndarray, right: LocalizedText, allowance: Allowance) -> Iterator[Option]:
    """The answers as the file has them; what equals the key or an earlier one is left out, so that one is right."""
    seen: list[np.ndarray] = []
    found = screen.kind != "choose"  # only a choice shows its key
    for answer in screen.answers:
        value = value_of(screen, answer.is_, here, allowance) if answer.is_ else key
        is_key = screen.kind == "choose" and same(value, key)
        if (is_key and found) or any(same(value, other) for other in seen) or (not is_key and same(value, key)):
            continue
        if is_key and any(not other.is_ and other is not answer for other in screen.answers):
            continue  # on this setup a misconception gives the right value: only the key itself stands for it
        found = found or is_key
        seen.append(value)
        yield Option(value, filled(answer.label, here, allowance), right if is_key else filled(answer.say, here, allowance), is_key)
    if not found:
        yield Option(key, LocalizedText({}), right, True)


def value_of(screen: Screen, text: str, here: Scope, allowance: Allowance | None = None) -> np.ndarray:
    """The value of an answer, of the shape and kind that such a question's key has; Problem where it is not."""
    value = evaluate(text, here, allowance)
    if screen.kind == "click":
        return mask(value, screen.map, here)
    if screen.kind == "number":
        return _one(value)
    if screen.kind == "choose" and not 1 <= value.size <= MOST_SHOWN:
        raise Problem("lessons.key.size", n=value.size, most=MOST_SHOWN)
    return value


def key_of(screen: Screen, here: Scope, allowance: Allowance | None = None) -> np.ndarray:
    """The key, of the shape and kind that such a question needs; Problem where it is not."""
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
    """A single number, whatever axes it has had; Problem where there are more, or none."""
    if value.size != 1:
        raise Problem("lessons.expression.not_one", shape=value.shape)
    return value.reshape(())


def mask(value: np.ndarray, map: str, here: Scope) -> np.ndarray:
    """A truth for each cell of a map; Problem where the value is something else."""
    shape = here.arrays[map].shape
    if value.dtype != np.bool_ or value.shape != shape:
        raise Problem("lessons.key.mask", map=map, wanted=shape, shape=value.shape)
    return value


def tolerance_of(screen: Screen, here: Scope, key: np.ndarray, allowance: Allowance | None = None) -> float:
    """The tolerance of a number: as the screen says, else nothing for whole numbers, and 2 % for others."""
    if screen.kind != "number":
        return 0.0
    if screen.tolerance:
        value = evaluate(screen.tolerance, here, allowance)
        if value.size != 1 or not np.isfinite(value) or value < 0:
            raise Problem("lessons.key.tolerance")
        return float(_one(value))
    return 0.0 if float(key) == round(float(key)) else 0.02 * abs(float(key))


def in_order(screen: Screen, here: Scope) -> tuple[str, ...]:
    """The screen's stages in the order in which the network has them; Problem for one that it has not."""
    known = [str(stage) for stage in here.setup.network.stages]
    for stage in screen.stages:
        if stage not in known:
            raise Problem("lessons.key.no_stage", stage=stage, known=known)
    return tuple(sorted(screen.stages, key=known.index))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Tells whether two answers look the same to a reader."""
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-6, atol=1e-12))


def filled(text: LocalizedText, here: Scope, allowance: Allowance | None = None) -> LocalizedText:
    """A text with its {expressions} worked out, {L}, {max(z1):3}, {saturated:%}, in every language that it has; together they have one allowance."""
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
