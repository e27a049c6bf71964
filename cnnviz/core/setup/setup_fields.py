"""Parsers and formatters for the fields of a setup in an address.

A parser returns the normalized value of a text, or raises Problem with a code under lesson.why. Its message completes a
sentence that begins with the field and the text.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from cnnviz.core.network.layers.conv import MOST
from cnnviz.core.network.network import WEIGHTS
from cnnviz.core.network.sliding import PADDINGS
from cnnviz.core.network.stored_params import is_stored_name
from cnnviz.core.notebook.notebook import DEVIATIONS, OBJECT_ORIENTED, PROCEDURAL
from cnnviz.core.setup.image_ids import parse_image_id
from cnnviz.words import Message, Problem, message, quote

CHANNELS = ("red", "green", "blue", "gray", "rgb")
"""Input channels: one channel, the gray mean of all three, or all three."""
SCALES = ("unit", "raw")
"""Range of pixel values: 0 to 1, or 0 to 255 as stored."""
RULES: dict[str, frozenset[str]] = {
    "exact": frozenset(),
    "procedural": PROCEDURAL,
    "object-oriented": OBJECT_ORIENTED,
}
"""Named rules with their deviations: the exact step, and the notebook's two versions."""
MAX_SEED = 999_999_999
MAX_STRIDE, MAX_PADDING = MOST["stride"], MOST["padding"]
MAX_NUMBER = 1e6
"""Limit of a number's magnitude: all maps can be drawn, and no sum of the teaching notebook's network overflows."""
MAX_CLASS = 24
"""Maximum number of characters of a class name."""


def choice_parser(options: Iterable[str]) -> Callable[[str], str]:
    """Return a parser that accepts one of these texts.

    >>> choice_parser(("unit", "raw"))("raw")
    'raw'
    """
    options = tuple(map(str, options))

    def parse(text: str) -> str:
        if text not in options:
            raise Problem("lesson.why.options", options=options)
        return text

    return parse


def integer_parser(least: int, most: int) -> Callable[[str], int]:
    """Return a parser for integers within these bounds. It raises Problem for any other text.

    >>> integer_parser(1, 9)("7")
    7
    """

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise Problem("lesson.why.whole", least=least, most=most)
        return int(text)

    return parse


def parse_number(text: str) -> float:
    """Parse a finite number with a magnitude of at most MAX_NUMBER.

    >>> parse_number("-2.5")
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
    return value + 0.0  # -0.0 becomes 0.0: equal setups need equal addresses


def parse_learning_rate(text: str) -> float:
    """Parse a learning rate. Raise Problem if it is not a finite number ≥ 0.

    >>> parse_learning_rate("0.5")
    0.5
    """
    value = parse_number(text)
    if value < 0:
        raise Problem("lesson.why.negative")
    return value


def split_text(text: str) -> list[str]:
    """Split a text at commas, semicolons and spaces, without enclosing brackets.

    >>> split_text("[1, 0;2]")
    ['1', '0', '2']
    """
    return [part for part in re.split(r"[,;\s]+", text.strip("[]() ")) if part]


def parse_numbers(parts: Iterable[str]) -> tuple[float, ...]:
    """Parse every part as a number. Raise Problem, which quotes it, for the first that is not."""
    values = []
    for part in parts:
        try:
            values.append(parse_number(part))
        except Problem as problem:
            raise Problem("lesson.why.entry", entry=quote(part), why=problem) from None
    return tuple(values)


def parse_weights(text: str) -> str:
    """Check the start of the parameters: a named initialization, or the name of stored parameters."""
    return text if is_stored_name(text) else choice_parser(WEIGHTS)(text)


def parse_rule(text: str) -> str:
    """Parse a named rule, or deviations separated by commas. Deviations are sorted. If a named rule has exactly these
    deviations, return its name."""
    if text in RULES:
        return text
    names = set(re.split(r"[,;+\s]+", text))
    if not names <= set(DEVIATIONS):
        raise Problem("lesson.why.rule", rules=tuple(RULES), deviations=DEVIATIONS)
    rule_name = next((name for name, deviations in RULES.items() if deviations == names), None)
    return rule_name or ",".join(name for name in DEVIATIONS if name in names)


def parse_padding(text: str) -> str | int:
    """Parse padding: a named kind, or a number of zeros."""
    if text in PADDINGS:
        return text
    try:
        return integer_parser(0, MAX_PADDING)(text)
    except Problem as problem:
        raise Problem("lesson.why.either", options=tuple(PADDINGS), why=problem) from None


MOST_IMAGES = 8
"""Maximum number of images in a setup."""


def parse_images(text: str) -> str:
    """Parse one image id, or several separated by commas. All images must have the same size.

    >>> parse_images("cat-0,dog-3, cat-0")
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


def parse_classes(text: str) -> tuple[str, ...]:
    """Parse distinct output names separated by commas. Letters, digits, spaces and -._ are allowed.

    >>> parse_classes("cat, dog")
    ('cat', 'dog')
    """
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if len({*names}) < len(names):
        raise Problem("lesson.why.twice")
    if not names or not all(re.fullmatch(rf"[\w.-][\w .-]{{0,{MAX_CLASS - 1}}}", name) for name in names):
        raise Problem("lesson.why.classes", most=MAX_CLASS)
    return names


# ---- formatting


def ignored_message(key: str, text: str, why: Problem) -> Message:
    """Return the message that the value of a key is invalid and that it is ignored."""
    id = "lesson.left_out" if is_clause(why) else "lesson.left_out_since"
    return message(id, field=message(f"lesson.field.{key}"), text=quote(text), why=why.message)


def is_clause(why: Problem) -> bool:
    """Return whether a reason is a clause that completes a sentence, not a sentence."""
    return why.code.startswith("lesson.")


def query_text(query: Mapping[str, object], name: str) -> str | None:
    """Return the value of `query` under `name` as text, or None if it is missing. Never raises."""
    try:
        return any_text(query[name]) if name in query else None
    except Exception:
        return "an entry that cannot be read"


def any_text(value: object) -> str:
    """Format any value of a query or a field as text. Never raises."""
    try:
        if isinstance(value, tuple | list | np.ndarray):
            return ",".join(as_text(entry) for entry in np.ravel(value).tolist())
        return as_text(value)
    except Exception:
        return f"a {type(value).__name__}"


def as_text(value: object) -> str:
    """Format a field as in an address: floats with all digits, several values separated by commas.

    >>> as_text((0.1, 2.0, "same")), as_text(7)
    ('0.1,2,same', '7')
    """
    if isinstance(value, tuple):
        return ",".join(as_text(entry) for entry in value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
