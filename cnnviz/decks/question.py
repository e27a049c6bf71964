"""A screen's question for one setup: its key, answers and texts, all computed from that setup's numbers."""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.core.setup.setup import Setup, as_text
from cnnviz.decks.deck import HINTS, Screen
from cnnviz.decks.expression import evaluate, names_in
from cnnviz.decks.expression_limits import Allowance
from cnnviz.decks.mistaken_snapshot import mistaken_scope, quick_mistakes
from cnnviz.decks.scope import Scope, label_of, query_of, scope_of, setup_of
from cnnviz.words import LocalizedText, Message, Problem, format_value, languages, message

CHANGEABLE_KEYS = {"nothing": (), "image": ("img",), "kernel": ("f",)}
"""Query keys that learners may change on a screen."""

MOST_SHOWN = 49
"""Upper limit of numbers in an answer that is shown as a small map."""

MOST_WHOLE = 1e7
"""Upper limit of integers that are written with all digits."""

PLACEHOLDER = re.compile(r"\{([^{}]+?)(?::(\d{1,2}|\d?%|plain))?\}")
"""Pattern of an expression in a text, with the format of its number."""


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
    hints: tuple[LocalizedText, ...]
    key: np.ndarray
    options: tuple[Option, ...] = ()
    order: tuple[str, ...] = ()
    tolerance: float = 0.0


def setup_at(screen: Screen, query: Mapping[str, str]) -> Setup:
    """Return a screen's setup with the changes that a learner may make, or its other case if the query has that case's
    values. Invalid changes are ignored.

    >>> from cnnviz.decks.library import bundled_lessons
    >>> screen = bundled_lessons()[0].screens[0]
    >>> setup_at(screen, {"img": "test-7", "k": "3", "f": "1"}).k
    0
    """
    first_setup = setup_of(screen.at)
    with suppress(Problem):
        second_setup = other_setup(screen)
        keys = query_of(screen.other) if second_setup else CHANGEABLE_KEYS[screen.change]
        change = {key: query[key] for key in keys if query.get(key)}
        setup = _changed(screen, change) if change else first_setup
        return setup if second_setup in (None, setup) else first_setup
    return first_setup


def other_setup(screen: Screen) -> Setup | None:
    """Return the setup of a screen's other case, or None without one. Raise Problem if `other` is invalid.

    >>> from cnnviz.decks.library import bundled_lessons
    >>> screen = bundled_lessons()[0].screens[1]
    >>> other_setup(screen) == setup_at(screen, query_of(screen.other)) != setup_at(screen, {})
    True
    """
    if not screen.other:
        return None
    setup_of(f"{screen.at}&{screen.other}")  # raises if any part of it is invalid
    return _changed(screen, query_of(screen.other))


def another_try(screen: Screen, setup: Setup) -> dict[str, str]:
    """Return the change of the address that leads from one case of a screen to the other; {} if it has only one."""
    if (second_setup := other_setup(screen)) is None:
        return {}
    target = setup_of(screen.at) if setup == second_setup else second_setup
    query = target.to_query()  # without the values that a link may leave out, such as the default network
    return {key: query.get(key, as_text(getattr(target, key))) for key in query_of(screen.other)}


def _changed(screen: Screen, change: Mapping[str, str]) -> Setup:
    screen_query = query_of(screen.at)
    label = label_of(change.get("img", screen_query.get("img", Setup().img)))
    return Setup.parse_query({**screen_query, **change}, setup_of(screen.at), label)[0]


def ask(screen: Screen, setup: Setup) -> Question:
    """Return the question for a setup. Raise Problem if an expression cannot be computed, or if all together exceed
    the limits."""
    scope, allowance = scope_of(setup), Allowance()
    texts = {name: fill(getattr(screen, name), scope, allowance) for name in ("title", "text", "ask", "right", "otherwise")}
    hints = tuple(fill(hint, scope, allowance) for name in HINTS if (hint := getattr(screen, name)).by_language)
    if screen.kind in ("", "order"):
        return Question(setup, **texts, hints=hints, key=np.zeros(0), order=ordered_stages(screen, scope))  # type: ignore[arg-type]
    key = key_of(screen, scope, allowance)
    options = tuple(_options(screen, scope, key, texts["right"], allowance))
    if screen.kind == "choose" and screen.shuffles:
        options = tuple(options[n] for n in answer_order(screen, setup, len(options)))
    tolerance = tolerance_of(screen, scope, key, allowance)
    if screen.kind in ("number", "click"):
        options += tuple(_mistaken_options(screen, scope, [key, *(option.value for option in options)], tolerance))
    return Question(setup, **texts, hints=hints, key=key, options=options, tolerance=tolerance)  # type: ignore[arg-type]


def answer_order(screen: Screen, setup: Setup, count: int) -> Sequence[int]:
    """Return the order in which `count` answers are listed: a permutation that depends only on the question and the
    setup, and differs between images and kernels.

    >>> from cnnviz.decks.library import bundled_lessons
    >>> screen = bundled_lessons()[0].screens[0]
    >>> sorted(answer_order(screen, setup_at(screen, {}), 3))
    [0, 1, 2]
    """
    text = "&".join([screen.key, *(f"{key}={value}" for key, value in sorted(setup.to_query().items()))])
    return [int(n) for n in np.random.default_rng([setup.seed, zlib.crc32(text.encode())]).permutation(count)]


@np.errstate(all="ignore")  # values may become infinite after a mistake
def _mistaken_options(screen: Screen, scope: Scope, known_values: list[np.ndarray], tolerance: float) -> Iterator[Option]:
    """Yield the wrong answers that mistakes in the backward pass give, unless they resemble a known answer.

    Keys that refer to other snapshots are skipped, since they would need a run per mistake.
    """
    names = names_in(screen.key)
    gradient_names = {*scope.snapshot.gradients, *(f"{name}_next" for name in scope.snapshot.params)}
    if names & {"at", "wrong", "wrong_loss"} or not (scope.setup.k or names & gradient_names):
        return
    for mistake in quick_mistakes(scope.setup):
        with suppress(Problem):  # the key is not finite with the mistake
            value = key_of(screen, mistaken_scope(scope, mistake))
            value = value & ~np.logical_or.reduce(known_values) if screen.kind == "click" else value
            is_new = value.any() if screen.kind == "click" else all(abs(float(value) - float(v)) > max(tolerance, 1e-6 * abs(float(v))) for v in known_values)
            if is_new:
                known_values.append(value)
                yield Option(value, _all_languages(mistake.title), _all_languages(message("lessons.slip", title=mistake.title, sentence=mistake.sentence)), is_mistake=True)


def _all_languages(message: Message) -> LocalizedText:
    return LocalizedText({lang: message.say(lang) for lang in languages()})


def _options(screen: Screen, scope: Scope, key: np.ndarray, right_text: LocalizedText, allowance: Allowance) -> Iterator[Option]:
    """Yield the file's answers. Skip the ones that equal the key or an earlier one, so that exactly one is right."""
    earlier_values: list[np.ndarray] = []
    has_key = screen.kind != "choose"  # only a choice lists its key
    for answer in screen.answers:
        value = value_of(screen, answer.is_, scope, allowance) if answer.is_ else key
        is_key = screen.kind == "choose" and is_same_answer(value, key)
        if (is_key and has_key) or any(is_same_answer(value, other) for other in earlier_values) or (not is_key and is_same_answer(value, key)):
            continue
        if is_key and any(not other.is_ and other is not answer for other in screen.answers):
            continue  # a misconception yields the right value on this setup: keep the key's option
        has_key = has_key or is_key
        earlier_values.append(value)
        yield Option(value, fill(answer.label, scope, allowance), right_text if is_key else fill(answer.say, scope, allowance), is_key)
    if not has_key:
        yield Option(key, LocalizedText({}), right_text, True)


def value_of(screen: Screen, text: str, scope: Scope, allowance: Allowance | None = None) -> np.ndarray:
    """Return the value of an answer, with the shape and type of the question's key. Raise Problem if it does not fit.
   """
    value = evaluate(text, scope, allowance)
    if screen.kind == "click":
        return check_mask(value, screen.map, scope)
    if screen.kind == "number":
        return _as_scalar(value)
    if screen.kind == "choose" and not 1 <= value.size <= MOST_SHOWN:
        raise Problem("lessons.key.size", n=value.size, most=MOST_SHOWN)
    return value


def key_of(screen: Screen, scope: Scope, allowance: Allowance | None = None) -> np.ndarray:
    """Return the key, with the shape and type that the kind of question requires. Raise Problem if it does not fit."""
    key = evaluate(screen.key, scope, allowance)
    if screen.kind == "choose" and not 1 <= key.size <= MOST_SHOWN:
        raise Problem("lessons.key.size", n=key.size, most=MOST_SHOWN)
    if screen.kind in ("number", "construct"):
        key = _as_scalar(key)
    if key.dtype != np.bool_ and not np.isfinite(key).all():
        raise Problem("lessons.key.finite")
    if screen.kind == "click":
        return check_mask(key, screen.map, scope)
    if screen.kind == "construct" and key.dtype != np.bool_:
        raise Problem("lessons.key.truth")
    return key


def _as_scalar(value: np.ndarray) -> np.ndarray:
    """Return a single number as a 0-d array. Raise Problem if there are several or none."""
    if value.size != 1:
        raise Problem("lessons.expression.not_one", shape=value.shape)
    return value.reshape(())


def check_mask(value: np.ndarray, map: str, scope: Scope) -> np.ndarray:
    """Return `value` if it is a Boolean mask of the map's shape, otherwise raise Problem."""
    shape = scope.arrays[map].shape
    if value.dtype != np.bool_ or value.shape != shape:
        raise Problem("lessons.key.mask", map=map, wanted=shape, shape=value.shape)
    return value


def tolerance_of(screen: Screen, scope: Scope, key: np.ndarray, allowance: Allowance | None = None) -> float:
    """Return the tolerance of a number: from the screen, or else 0 for integers and 2 % for others."""
    if screen.kind != "number":
        return 0.0
    if screen.tolerance:
        value = evaluate(screen.tolerance, scope, allowance)
        if value.size != 1 or not np.isfinite(value) or value < 0:
            raise Problem("lessons.key.tolerance")
        return float(_as_scalar(value))
    return 0.0 if float(key) == round(float(key)) else 0.02 * abs(float(key))


def ordered_stages(screen: Screen, scope: Scope) -> tuple[str, ...]:
    """Return the screen's stages in the network's order. Raise Problem for an unknown stage."""
    stages = [str(stage) for stage in scope.setup.network.stages]
    for stage in screen.stages:
        if stage not in stages:
            raise Problem("lessons.key.no_stage", stage=stage, known=stages)
    return tuple(sorted(screen.stages, key=stages.index))


def is_same_answer(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether two answers look the same to a learner."""
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-6, atol=1e-12))


def fill(text: LocalizedText, scope: Scope, allowance: Allowance | None = None) -> LocalizedText:
    """Substitute the {expressions} in a text, such as {L}, {max(z1):3} or {saturated:%}, in all its languages. They
    share one allowance."""
    allowance = allowance or Allowance()
    return LocalizedText({lang: _fill(part, scope, lang, allowance) for lang, part in text.by_language.items()})


def _fill(text: str, scope: Scope, lang: str, allowance: Allowance) -> str:
    return PLACEHOLDER.sub(lambda match: _format_number(match[1], match[2] or "", scope, lang, allowance), text)


def _format_number(expression: str, spec: str, scope: Scope, lang: str, allowance: Allowance) -> str:
    value = evaluate(expression, scope, allowance)
    if value.size != 1:
        raise Problem("lessons.text.one_number", text=expression, shape=value.shape)
    number = float(value.reshape(-1)[0])
    if abs(number) < MOST_WHOLE and number == round(number) and not spec.endswith("%"):
        return format_value(round(number), "", lang)
    return format_value(number, spec or "3", lang)
