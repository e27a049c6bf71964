"""The fields of a setup as text: how each is read, and how it is written in an address.

A parser takes a text and gives the value in its one form, or raises Problem with a code under lesson.why:
the end of a sentence that begins with the field and the text.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from cnnviz.core.network.layers.conv import MOST
from cnnviz.core.network.network import WEIGHTS
from cnnviz.core.network.sliding import PADDINGS
from cnnviz.core.network.stored_params import is_kept_name
from cnnviz.core.notebook.notebook import DEVIATIONS, OBJECT_ORIENTED, PROCEDURAL
from cnnviz.core.setup.image_ids import parse_image_id
from cnnviz.words import Problem, quote

CHANNELS = ("red", "green", "blue", "gray", "rgb")
"""The channels of an image that go in: one channel, the gray of all three, or all three themselves."""
SCALES = ("unit", "raw")
"""Pixels from 0 to 1, or as stored, from 0 to 255."""
RULES: dict[str, frozenset[str]] = {
    "exact": frozenset(),
    "procedural": PROCEDURAL,
    "object-oriented": OBJECT_ORIENTED,
}
"""Named rules: the exact step, and the deviations of the notebook's two versions."""
MAX_SEED = 999_999_999
MAX_STRIDE, MAX_PADDING = MOST["stride"], MOST["padding"]
MAX_NUMBER = 1e6
"""Bounds of what a setup can hold: all maps stay drawable and no sum of the teaching notebook's network overflows."""
MAX_CLASS = 24
"""Letters of a class's name."""


def one_of(options: Iterable[str]) -> Callable[[str], str]:
    """A parser of one of these texts.

    >>> one_of(("unit", "raw"))("raw")
    'raw'
    """
    options = tuple(map(str, options))

    def parse(text: str) -> str:
        if text not in options:
            raise Problem("lesson.why.options", options=options)
        return text

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A parser of text that stands for a whole number within these bounds; ValueError where it does not.

    >>> whole_number(1, 9)("7")
    7
    """

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise Problem("lesson.why.whole", least=least, most=most)
        return int(text)

    return parse


def number(text: str) -> float:
    """A finite number of at most MAX_NUMBER either way.

    >>> number("-2.5")
    -2.5
    """
    try:
        value = float(text)
    except ValueError:
        raise Problem("lesson.why.number") from None
    if not math.isfinite(value):
        raise Problem("lesson.why.finite")
    if abs(value) > MAX_NUMBER:
        raise Problem("lesson.why.large", most=MAX_NUMBER)
    return value + 0.0  # -0.0 would be another address for the same setup


def learning_rate(text: str) -> float:
    """A learning rate from text; ValueError where it cannot be one.

    >>> learning_rate("0.5")
    0.5
    """
    value = number(text)
    if value < 0:
        raise Problem("lesson.why.negative")
    return value


def pieces(text: str) -> list[str]:
    """The parts of a text between commas, semicolons and spaces.

    >>> pieces("[1, 0;2]")
    ['1', '0', '2']
    """
    return [part for part in re.split(r"[,;\s]+", text.strip("[]() ")) if part]


def numbers(parts: Iterable[str]) -> tuple[float, ...]:
    """Every part as a number; Problem names the first that is none."""
    found = []
    for part in parts:
        try:
            found.append(number(part))
        except Problem as problem:
            raise Problem("lesson.why.entry", entry=quote(part), why=problem) from None
    return tuple(found)


def weights(text: str) -> str:
    """The start of parameters: zeros, drawn, or by the name under which cnnviz.core.network.stored_params has them."""
    return text if is_kept_name(text) else one_of(WEIGHTS)(text)


def rule(text: str) -> str:
    """A named rule, or deviations separated by commas, brought into one order; a known set gets its name."""
    if text in RULES:
        return text
    names = set(re.split(r"[,;+\s]+", text))
    if not names <= set(DEVIATIONS):
        raise Problem("lesson.why.rule", rules=tuple(RULES), deviations=DEVIATIONS)
    named = next((name for name, deviations in RULES.items() if deviations == names), None)
    return named or ",".join(name for name in DEVIATIONS if name in names)


def padding(text: str) -> str | int:
    """A spelling of padding, or a number of zeros."""
    if text in PADDINGS:
        return text
    try:
        return whole_number(0, MAX_PADDING)(text)
    except Problem as problem:
        raise Problem("lesson.why.either", options=tuple(PADDINGS), why=problem) from None


MOST_IMAGES = 8
"""Images of one setup."""


def images(text: str) -> str:
    """An image's id, or those of several with commas between them, all of one size.

    >>> images("cat-0,dog-3, cat-0")
    'cat-0,dog-3,cat-0'
    """
    try:
        ids = [parse_image_id(part.strip()) for part in text.split(",")]
    except Problem:
        raise Problem("lesson.why.image") from None
    if len(ids) > MOST_IMAGES:
        raise Problem("lesson.why.images", most=MOST_IMAGES)
    if len({id.side for id in ids}) > 1:
        raise Problem("lesson.why.sides")
    return ",".join(map(str, ids))


def classes(text: str) -> tuple[str, ...]:
    """Names of outputs, separated by commas: letters, digits, spaces and -._ only, each once.

    >>> classes("cat, dog")
    ('cat', 'dog')
    """
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if len({*found}) < len(found):
        raise Problem("lesson.why.twice")
    if not found or not all(re.fullmatch(rf"[\w.-][\w .-]{{0,{MAX_CLASS - 1}}}", name) for name in found):
        raise Problem("lesson.why.classes", most=MAX_CLASS)
    return found


# ---- texts


def asked_text(query: Mapping[str, object], name: str) -> str | None:
    """The value of `query` under `name`, as text, or None if nothing; never raises."""
    try:
        return any_text(query[name]) if name in query else None
    except Exception:
        return "an entry that cannot be read"


def any_text(value: object) -> str:
    """Whatever stands in a query or a field, as text; never raises."""
    try:
        if isinstance(value, tuple | list | np.ndarray):
            return ",".join(as_text(entry) for entry in np.ravel(value).tolist())
        return as_text(value)
    except Exception:
        return f"a {type(value).__name__}"


def as_text(value: object) -> str:
    """A field as the address has it: floats to the last digit, several numbers with commas between them.

    >>> as_text((0.1, 2.0, "same")), as_text(7)
    ('0.1,2,same', '7')
    """
    if isinstance(value, tuple):
        return ",".join(as_text(entry) for entry in value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
