"""Ad-hoc questions of a presenter about the setup on screen, converted to screens as in a deck file.

The same code computes their keys, answers and texts.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial

from cnnviz.decks.deck import MOST_ANSWERS, NO_TEXT, ROOM_KINDS, Answer, Screen
from cnnviz.decks.scope import Scope, scope_of, setup_of
from cnnviz.words import LocalizedText, Problem, languages, say

MOST_CHARACTERS = 300
"""Upper limit of characters in a presenter's question or answer."""


def spot_screen(question: Mapping[str, object], at: str) -> Screen:
    """Return the screen for the question `question` at the setup with the address `at`. Raise Problem if it is invalid.

    Ready-made questions: {"spot": "largest", "map": "z1"}, or "smallest", "strongest"; {"spot": "sign", "cell": "z1:3,4"},
    or "value"; {"spot": "loss"}. Custom ones have "kind", "ask", and "answers", each a {"label"}. "key" (and "is" in the
    answers) are expressions as in a deck file; without a key, the question is a show of hands.

    >>> spot_screen({"spot": "largest", "map": "z1"}, "k=0").key
    'near(z1 == max(z1))'
    """
    name = question.get("spot")
    if name is None:
        return _custom_screen(question, at)
    if not isinstance(name, str) or name not in SPOTS:
        raise Problem("lessons.spot.none", name=str(name)[:40], known=tuple(SPOTS))
    return SPOTS[name](scope_of(setup_of(at)), question, at)


def _text(id: str, **values: object) -> LocalizedText:
    return LocalizedText({lang: say(id, lang, **values) for lang in languages()})


_screen = partial(Screen, hide=(), change="image", shuffles=False)


def _extreme_screen(name: str, of: str) -> Callable[[Scope, Mapping[str, object], str], Screen]:
    """Return a function that makes a question about the largest cell of a map. `of` is the compared expression, with
    {map} for the map."""

    def screen(scope: Scope, question: Mapping[str, object], at: str) -> Screen:
        map = _check_map(scope, question.get("map"))
        size = of.format(map=map)
        answers = [Answer(f"{size} > 0.5 * max({size})", _text("lessons.spot.less.label"), _text("lessons.spot.less.say", map=map))]
        if name != "strongest":
            opposite_condition = f"0 - {size} > 0.5 * max(abs({map}))"
            answers.append(Answer(opposite_condition, _text("lessons.spot.opposite.label"), _text("lessons.spot.opposite.say", map=map)))
        if brightness := _brightness_expression(scope, map):
            answers.append(Answer(f"near({brightness} == max({brightness}))", _text("lessons.spot.brightest.label"), _text("lessons.spot.brightest.say", map=map)))
        extremum = f"{{max({map})}}" if name == "largest" else f"{{min({map})}}" if name == "smallest" else f"{{max(abs({map}))}}"
        return _screen(
            at, kind="click", key=f"near({size} == max({size}))", ask=_text(f"lessons.spot.{name}.ask", map=map), answers=tuple(answers),
            right=_text(f"lessons.spot.{name}.right", map=map, found=extremum), otherwise=_text("lessons.spot.elsewhere"), map=map,
        )  # fmt: skip

    return screen


def _brightness_expression(scope: Scope, map: str) -> str:
    """Return an expression for the brightness of the image under each cell's window if one kernel slides over one
    channel, otherwise ""."""
    if map != "z1" or scope.arrays["z1"].ndim != 2 or scope.arrays["x"].ndim != 2:
        return ""
    for link in scope.setup.network.program(scope.arrays["x"].shape).links["z1"]:
        if link.source == "x" and link.pattern == "window" and not link.geometry["before"] and link.geometry["dilation"] == 1:
            return f"conv2d(x, f * 0 + 1, {link.geometry['stride']})"
    return ""


def _check_map(scope: Scope, symbol: object) -> str:
    maps = [*scope.snapshot.trace, *scope.snapshot.params, *scope.snapshot.gradients]
    if symbol not in maps:
        raise Problem("lessons.check.no_map", map=str(symbol)[:20], known=maps)
    return str(symbol)


def _parse_cell(scope: Scope, text: object) -> tuple[str, str, str]:
    """Return a cell's map, its index as text, and the expression for its value."""
    match = re.fullmatch(r"([a-z]{1,2}\d{0,2}):(\d{1,6}(?:,\d{1,6}){0,3})", str(text))
    if not match:
        raise Problem("lesson.why.cell")
    map, index_text = _check_map(scope, match[1]), match[2]
    shape = scope.arrays[map].shape
    indices = [int(index) for index in index_text.split(",")]
    if len(indices) != len(shape) or any(index >= size for index, size in zip(indices, shape, strict=True)):
        raise Problem("lesson.why.no_cell", label=map, shape=shape)
    return map, index_text, f"{map}[{index_text}]"


def _sign_screen(scope: Scope, question: Mapping[str, object], at: str) -> Screen:
    map, index, number = _parse_cell(scope, question.get("cell"))
    answers = tuple(
        Answer(is_, _text(f"lessons.spot.sign.{name}"), _text("lessons.spot.found", map=map, place=index, found=f"{{{number}}}"))
        for is_, name in (("1", "positive"), ("-1", "negative"), ("0", "zero"))
    )
    right_feedback = _text("lessons.spot.found", map=map, place=index, found=f"{{{number}}}")
    question_text = _text("lessons.spot.sign.ask", map=map, place=index)
    return _screen(at, kind="choose", key=f"sign({number})", ask=question_text, answers=answers, right=right_feedback)


def _value_screen(scope: Scope, question: Mapping[str, object], at: str) -> Screen:
    map, index, number = _parse_cell(scope, question.get("cell"))
    right_feedback = _text("lessons.spot.found", map=map, place=index, found=f"{{{number}}}")
    answers = (Answer(f"-1 * {number}", NO_TEXT, _text("lessons.spot.value.sign")),)
    threshold = f"0.2 * max(abs({map}))"
    tolerance = f"0.05 * where(abs({number}) > {threshold}, abs({number}), {threshold})"
    question_text = _text("lessons.spot.value.ask", map=map, place=index)
    other_feedback = _text("lessons.spot.value.otherwise")
    return _screen(at, kind="number", key=number, ask=question_text, answers=answers, right=right_feedback, otherwise=other_feedback, tolerance=tolerance)


def _loss_screen(scope: Scope, question: Mapping[str, object], at: str) -> Screen:
    change = f'at("k={scope.setup.k + 1}", L) - L'
    feedback = _text("lessons.spot.loss.say", before="{L:4}", after=f'{{at("k={scope.setup.k + 1}", L):4}}')
    answers = tuple(Answer(is_, _text(f"lessons.spot.loss.{name}"), feedback) for is_, name in (("-1", "falls"), ("0", "stays"), ("1", "rises")))
    return _screen(at, kind="choose", key=f"sign({change})", ask=_text("lessons.spot.loss.ask"), answers=answers, right=feedback)


SPOTS: Mapping[str, Callable[[Scope, Mapping[str, object], str], Screen]] = {
    "largest": _extreme_screen("largest", "{map}"),
    "smallest": _extreme_screen("smallest", "(0 - {map})"),
    "strongest": _extreme_screen("strongest", "abs({map})"),
    "sign": _sign_screen,
    "value": _value_screen,
    "loss": _loss_screen,
}
"""Ready-made questions by name."""


def _custom_screen(question: Mapping[str, object], at: str) -> Screen:
    """Return the screen for a question in the presenter's own words."""
    kind, scope = question.get("kind"), scope_of(setup_of(at))
    if kind not in ROOM_KINDS:
        raise Problem("lessons.spot.kind", kind=str(kind)[:40], known=ROOM_KINDS)
    question_text, key, tolerance = _read_text(question, "ask"), _read_text(question, "key", ""), _read_text(question, "tolerance", "")
    map = _check_map(scope, question.get("map")) if kind == "click" else ""
    entries = question.get("answers", [])
    if not isinstance(entries, list) or not all(isinstance(answer, dict) for answer in entries) or len(entries) > MOST_ANSWERS or (kind == "choose" and len(entries) < 2):
        raise Problem("lessons.file.answers", n=len(entries) if isinstance(entries, list) else 0, most=MOST_ANSWERS)
    answers = tuple(
        Answer(_read_text(answer, "is", "" if key else str(n)), _plain(_read_text(answer, "label", "")), _plain(_read_text(answer, "say", "")))
        for n, answer in enumerate(entries)
    )
    if not key:
        key = {"choose": "-1", "number": "0", "click": f"{map} != {map}"}[str(kind)]
    return _screen(at, kind=str(kind), key=key, ask=_plain(question_text), answers=answers, map=map, tolerance=tolerance)


def has_key(question: Mapping[str, object]) -> bool:
    """Return whether an ad-hoc question has a right answer."""
    return "spot" in question or bool(question.get("key"))


def _read_text(fields: Mapping[str, object], name: str, default: str | None = None) -> str:
    text = fields.get(name, default)
    if not isinstance(text, str) or (default is None and not text.strip()):
        raise Problem("lessons.spot.text", field=name)
    if len(text) > MOST_CHARACTERS:
        raise Problem("lessons.spot.too_long", field=name, most=MOST_CHARACTERS)
    return text.strip()


def _plain(text: str) -> LocalizedText:
    """Return a user's text with braces replaced by parentheses, since braces mark expressions."""
    return LocalizedText({lang: text.replace("{", "(").replace("}", ")") for lang in languages()}) if text else NO_TEXT

