"""Votes of an audience: counted, and grouped by the rules that judge a single learner's answer."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.decks.deck import Screen
from cnnviz.decks.question import Question
from cnnviz.words import DEFAULT, format_value, say

MOST_BARS = 12
"""Upper limit of distinct numbers that get separate bars."""
_TAIL = 5
"""Percentage of the numbers at each end that are merged into the outermost bars."""


@dataclass(frozen=True)
class Bar:
    """Number of answers from `low` to `high`; the outermost bars also count everything beyond."""

    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Group:
    """A group of answers: its label, its feedback, and its size in each round.

    `right` is None in a show of hands. `example` is the most frequent answer of the group, or None if it is empty.
    """

    label: str
    say: str
    right: bool | None
    counts: tuple[int, ...]
    example: float | None


def bars(numbers: Iterable[float]) -> list[Bar]:
    """Return a histogram: one bar per distinct number, or bars of equal width if there are many.

    >>> [(bar.low, bar.count) for bar in bars([3, 3, 7])]
    [(3.0, 2), (7.0, 1)]
    """
    values = np.array(sorted(numbers), dtype=np.float64)
    counts = Counter(float(value) for value in values)
    if len(counts) <= MOST_BARS:
        return [Bar(value, value, count) for value, count in sorted(counts.items())]
    low, high = (float(end) for end in np.percentile(values, (_TAIL, 100 - _TAIL)))
    if not low < high:
        low, high = float(values[0]), float(values[-1])
    edges = np.linspace(low, high, MOST_BARS - 1)
    heights = np.histogram(np.clip(values, low, high), edges)[0]
    return [Bar(float(a), float(b), int(count)) for a, b, count in zip(edges, edges[1:], heights, strict=False)]


def count_votes(answers: Iterable[float]) -> dict[int, int]:
    """Return the number of votes for each option or cell."""
    return dict(sorted(Counter(int(answer) for answer in answers).items()))


def group_index(screen: Screen, question: Question, answer: float) -> int:
    """Return the index of an answer's group in the result of `group_answers`: its option, the key, a known wrong
    answer, or the rest.

    The browser judges a single learner's answers by the same rules (pages/learn/score.js).
    """
    if screen.kind == "choose":
        return int(answer)
    if screen.kind == "click":
        cell = int(answer)
        masks = [question.key, *(option.value for option in question.options)]
        return next((n for n, mask in enumerate(masks) if mask.reshape(-1)[cell]), len(masks))
    group_values = [float(question.key), *(float(option.value) for option in question.options)]
    matches = (abs(answer - value) <= max(question.tolerance, 1e-9 * abs(value)) for value in group_values)
    return next((n for n, is_near in enumerate(matches) if is_near), len(group_values))


def accepted_intervals(kind: str, question: Question) -> list[tuple[float, float]]:
    """Return the right answers as (middle, radius): an answer is right if it is within the radius of one of the
    middles.

    For options and cells, each interval is a run of consecutive indices. `group_index` accepts the same answers.
    """
    if kind == "number":
        key = float(question.key)
        return [(key, max(question.tolerance, 1e-9 * abs(key)))]
    is_right = np.array([option.right for option in question.options]) if kind == "choose" else question.key.reshape(-1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_right.astype(int), [0]])))
    return [(float(first + end - 1) / 2, float(end - 1 - first) / 2) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def group_answers(screen: Screen, question: Question, rounds: Sequence[Iterable[float]], has_key: bool = True, lang: str = DEFAULT) -> list[Group]:
    """Return the groups of answers over all rounds. Without a key (a show of hands), only choices are grouped.

    Answers that result from a mistake form a group only if they occur.
    """
    if not has_key and screen.kind != "choose":
        return []
    votes = [Counter(answers) for answers in rounds]
    group_counts = [Counter[int]() for _ in votes]
    most_frequent: dict[int, tuple[int, float]] = {}
    for round, counts in zip(group_counts, votes, strict=True):
        for answer, count in counts.items():
            group = group_index(screen, question, answer)
            round[group] += count
            most_frequent[group] = max(most_frequent.get(group, (0, 0.0)), (count, -answer))
    mistaken_options = {n for n, option in enumerate(question.options, screen.kind != "choose") if option.is_mistake}
    return [
        Group(label, feedback, is_right if has_key else None, tuple(round[n] for round in group_counts), -most_frequent[n][1] if n in most_frequent else None)
        for n, (label, feedback, is_right) in enumerate(_group_labels(screen, question, lang))
        if n in most_frequent or n not in mistaken_options
    ]


def _group_labels(screen: Screen, question: Question, lang: str) -> Iterator[tuple[str, str, bool]]:
    if screen.kind == "choose":
        yield from ((option.label.say(lang), option.say.say(lang), option.right) for option in question.options)
        return
    number = screen.kind == "number"
    yield (format_value(float(question.key), "4", lang) if number else say("lessons.votes.right", lang)), question.right.say(lang), True
    for option in question.options:
        yield (format_value(float(option.value), "4", lang) if number else option.label.say(lang)), option.say.say(lang), False
    yield say("lessons.votes.rest", lang), question.otherwise.say(lang), False


def parse_vote(kind: str, most: int, answer: object) -> float | None:
    """Return a received answer as a number, or None if it is invalid for this kind of question.

    `most` is the number of options or cells.

    >>> parse_vote("click", 900, 899), parse_vote("click", 900, 900), parse_vote("number", 0, float("nan"))
    (899.0, None, None)
    """
    if isinstance(answer, bool) or not isinstance(answer, int | float) or not abs(answer) < 1e300 or not math.isfinite(answer):
        return None
    if kind == "number":
        return float(answer)
    return float(answer) if answer == int(answer) and 0 <= answer < most else None
