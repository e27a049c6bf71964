"""Ad-hoc questions of a presenter about the setup on screen, converted to screens as in a deck file.

So the same code computes their keys, answers and texts.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial

from cnnviz.decks.deck import MOST_ANSWERS, NOTHING, ROOM_KINDS, Answer, Screen
from cnnviz.decks.scope import Scope, scope_of, setup_of
from cnnviz.words import LocalizedText, Problem, languages, say

MOST_CHARACTERS = 300
"""Upper limit of characters in a presenter's question or answer."""


def spot_screen(asked: Mapping[str, object], at: str) -> Screen:
    """Return the screen for the question `asked` at the setup with the address `at`. Raise Problem if it is invalid.

    Ready-made questions: {"spot": "largest", "map": "z1"}, or "smallest", "strongest"; {"spot": "sign", "cell": "z1:3,4"},
    or "value"; {"spot": "loss"}. Custom ones have "kind", "ask", and "answers", each a {"label"}. "key" (and "is" in the
    answers) are expressions as in a deck file; without a key, the question is a show of hands.

    >>> spot_screen({"spot": "largest", "map": "z1"}, "k=0").key
    'near(z1 == max(z1))'
    """
    name = asked.get("spot")
    if name is None:
        return _own(asked, at)
    if not isinstance(name, str) or name not in SPOTS:
        raise Problem("lessons.spot.none", name=str(name)[:40], known=tuple(SPOTS))
    return SPOTS[name](scope_of(setup_of(at)), asked, at)


def _said(id: str, **values: object) -> LocalizedText:
    return LocalizedText({lang: say(id, lang, **values) for lang in languages()})


_screen = partial(Screen, hide=(), change="image")


def _extreme(name: str, of: str) -> Callable[[Scope, Mapping[str, object], str], Screen]:
    """Return the maker of a question about where a map is largest. `of` is the compared expression, with {map} for
    the map."""

    def screen(here: Scope, asked: Mapping[str, object], at: str) -> Screen:
        map = _map(here, asked.get("map"))
        size = of.format(map=map)
        answers = [Answer(f"{size} > 0.5 * max({size})", _said("lessons.spot.less.label"), _said("lessons.spot.less.say", map=map))]
        if name != "strongest":
            weak = f"0 - {size} > 0.5 * max(abs({map}))"
            answers.append(Answer(weak, _said("lessons.spot.opposite.label"), _said("lessons.spot.opposite.say", map=map)))
        if bright := _brightness(here, map):
            answers.append(Answer(f"near({bright} == max({bright}))", _said("lessons.spot.brightest.label"), _said("lessons.spot.brightest.say", map=map)))
        found = f"{{max({map})}}" if name == "largest" else f"{{min({map})}}" if name == "smallest" else f"{{max(abs({map}))}}"
        return _screen(
            at, kind="click", key=f"near({size} == max({size}))", ask=_said(f"lessons.spot.{name}.ask", map=map), answers=tuple(answers),
            right=_said(f"lessons.spot.{name}.right", map=map, found=found), otherwise=_said("lessons.spot.elsewhere"), map=map,
        )  # fmt: skip

    return screen


def _brightness(here: Scope, map: str) -> str:
    """Return an expression for the brightness of the image under each cell's window if one kernel slides over one
    channel, otherwise ""."""
    if map != "z1" or here.arrays["z1"].ndim != 2 or here.arrays["x"].ndim != 2:
        return ""
    for link in here.setup.network.program(here.arrays["x"].shape).links["z1"]:
        if link.source == "x" and link.pattern == "window" and not link.geometry["before"] and link.geometry["dilation"] == 1:
            return f"conv2d(x, f * 0 + 1, {link.geometry['stride']})"
    return ""


def _map(here: Scope, symbol: object) -> str:
    maps = [*here.snapshot.trace, *here.snapshot.params, *here.snapshot.gradients]
    if symbol not in maps:
        raise Problem("lessons.check.no_map", map=str(symbol)[:20], known=maps)
    return str(symbol)


def _cell(here: Scope, text: object) -> tuple[str, str, str]:
    """Return a cell's map, its index as text, and the expression for its value."""
    found = re.fullmatch(r"([a-z]{1,2}\d{0,2}):(\d{1,6}(?:,\d{1,6}){0,3})", str(text))
    if not found:
        raise Problem("lesson.why.cell")
    map, place = _map(here, found[1]), found[2]
    shape = here.arrays[map].shape
    at = [int(index) for index in place.split(",")]
    if len(at) != len(shape) or any(index >= size for index, size in zip(at, shape, strict=True)):
        raise Problem("lesson.why.no_cell", label=map, shape=shape)
    return map, place, f"{map}[{place}]"


def _sign(here: Scope, asked: Mapping[str, object], at: str) -> Screen:
    map, place, number = _cell(here, asked.get("cell"))
    answers = tuple(
        Answer(is_, _said(f"lessons.spot.sign.{name}"), _said("lessons.spot.found", map=map, place=place, found=f"{{{number}}}"))
        for is_, name in (("1", "positive"), ("-1", "negative"), ("0", "zero"))
    )
    right = _said("lessons.spot.found", map=map, place=place, found=f"{{{number}}}")
    ask = _said("lessons.spot.sign.ask", map=map, place=place)
    return _screen(at, kind="choose", key=f"sign({number})", ask=ask, answers=answers, right=right)


def _value(here: Scope, asked: Mapping[str, object], at: str) -> Screen:
    map, place, number = _cell(here, asked.get("cell"))
    right = _said("lessons.spot.found", map=map, place=place, found=f"{{{number}}}")
    answers = (Answer(f"-1 * {number}", NOTHING, _said("lessons.spot.value.sign")),)
    least = f"0.2 * max(abs({map}))"
    tolerance = f"0.05 * where(abs({number}) > {least}, abs({number}), {least})"
    ask = _said("lessons.spot.value.ask", map=map, place=place)
    otherwise = _said("lessons.spot.value.otherwise")
    return _screen(at, kind="number", key=number, ask=ask, answers=answers, right=right, otherwise=otherwise, tolerance=tolerance)


def _loss(here: Scope, asked: Mapping[str, object], at: str) -> Screen:
    change = f'at("k={here.setup.k + 1}", L) - L'
    said = _said("lessons.spot.loss.say", before="{L:4}", after=f'{{at("k={here.setup.k + 1}", L):4}}')
    answers = tuple(Answer(is_, _said(f"lessons.spot.loss.{name}"), said) for is_, name in (("-1", "falls"), ("0", "stays"), ("1", "rises")))
    return _screen(at, kind="choose", key=f"sign({change})", ask=_said("lessons.spot.loss.ask"), answers=answers, right=said)


SPOTS: Mapping[str, Callable[[Scope, Mapping[str, object], str], Screen]] = {
    "largest": _extreme("largest", "{map}"),
    "smallest": _extreme("smallest", "(0 - {map})"),
    "strongest": _extreme("strongest", "abs({map})"),
    "sign": _sign,
    "value": _value,
    "loss": _loss,
}
"""Ready-made questions by name."""


def _own(asked: Mapping[str, object], at: str) -> Screen:
    """Return the screen for a question in the presenter's own words."""
    kind, here = asked.get("kind"), scope_of(setup_of(at))
    if kind not in ROOM_KINDS:
        raise Problem("lessons.spot.kind", kind=str(kind)[:40], known=ROOM_KINDS)
    ask, key, tolerance = _words(asked, "ask"), _words(asked, "key", ""), _words(asked, "tolerance", "")
    map = _map(here, asked.get("map")) if kind == "click" else ""
    listed = asked.get("answers", [])
    if not isinstance(listed, list) or not all(isinstance(answer, dict) for answer in listed) or len(listed) > MOST_ANSWERS or (kind == "choose" and len(listed) < 2):
        raise Problem("lessons.file.answers", n=len(listed) if isinstance(listed, list) else 0, most=MOST_ANSWERS)
    answers = tuple(
        Answer(_words(answer, "is", "" if key else str(n)), _plain(_words(answer, "label", "")), _plain(_words(answer, "say", "")))
        for n, answer in enumerate(listed)
    )
    if not key:
        key = {"choose": "-1", "number": "0", "click": f"{map} != {map}"}[str(kind)]
    return _screen(at, kind=str(kind), key=key, ask=_plain(ask), answers=answers, map=map, tolerance=tolerance)


def has_key(asked: Mapping[str, object]) -> bool:
    """Return whether an ad-hoc question has a right answer."""
    return "spot" in asked or bool(asked.get("key"))


def _words(asked: Mapping[str, object], name: str, without: str | None = None) -> str:
    text = asked.get(name, without)
    if not isinstance(text, str) or (without is None and not text.strip()):
        raise Problem("lessons.spot.text", field=name)
    if len(text) > MOST_CHARACTERS:
        raise Problem("lessons.spot.too_long", field=name, most=MOST_CHARACTERS)
    return text.strip()


def _plain(text: str) -> LocalizedText:
    """Return a user's text with braces replaced by parentheses, since braces mark expressions."""
    return LocalizedText({lang: text.replace("{", "(").replace("}", ")") for lang in languages()}) if text else NOTHING

