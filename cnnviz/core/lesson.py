"""The lesson: one small immutable value that everything on the screen is a function of.

A lesson goes through the page's query string and back unchanged. `Lesson.from_query` takes anything
at all, since anybody can type an address: what it cannot use it replaces, and says so in a sentence.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from cnnviz.core.image_ids import parse_image_id
from cnnviz.core.kernels import KERNELS, random_kernel
from cnnviz.core.network import WEIGHTS
from cnnviz.core.notebook import DEVIATIONS, OBJECT_ORIENTED, PROCEDURAL
from cnnviz.core.ops import PADDINGS, pad_widths
from cnnviz.core.stages import STAGES

CHANNELS = ("red", "green", "blue", "gray", "rgb")
SCALES = ("unit", "raw")
RULES: dict[str, frozenset[str]] = {
    "exact": frozenset(),
    "procedural": PROCEDURAL,
    "object-oriented": OBJECT_ORIENTED,
}
"""Named rules: the exact step, and the deviations of the notebook's two versions."""
MAX_UPDATES = 10_000
MAX_SEED = 999_999_999
MAX_STRIDE = 8
MAX_PADDING = 4
MAX_NUMBER = 1e6
"""Bounds of what a lesson can hold: all maps stay drawable and no sum can overflow."""


@dataclass(frozen=True)
class Lesson:
    """Image, start and cursor. Fields are named as in the query string; `f` is row by row.

    `k` updates have been made, and `stage` of the next one is shown. Equal lessons are equal
    screens, and a lesson can be the key of a cache.

    >>> Lesson(k=3).to_query()["k"]
    '3'
    >>> Lesson.from_query({"k": "3"}) == (Lesson(k=3), [])
    True
    """

    img: str = "test-0"
    ch: str = "red"
    scale: str = "unit"
    f: tuple[float, ...] = KERNELS["sobel-x"]
    w: str = "normal"
    seed: int = 0
    y: tuple[float, ...] = (1.0, 0.0)
    lr: float = 0.01
    stride: int = 1
    pad: str | int = "valid"
    rule: str = "exact"
    k: int = 0
    stage: str = "df"

    def to_query(self) -> dict[str, str]:
        """The lesson as text, every key written out: a link outlives a change of the defaults."""
        return {field.name: as_text(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[Lesson, list[str]]:
        """The lesson that `query` asks for, and a sentence for each thing in it that was replaced.

        Never raises, whatever `query` holds; keys it does not know are none of its business.

        >>> lesson, wrong = Lesson.from_query({"lr": "fast"})
        >>> lesson.lr, wrong
        (0.01, ["Learning rate: 'fast' is not a number. It stays 0.01."])
        """
        lesson, wrong = cls.read(query)
        return lesson, list(wrong.values())

    @classmethod
    def read(cls, query: Mapping[str, str], instead: Lesson | None = None) -> tuple[Lesson, dict[str, str]]:
        """As `from_query`, with the sentences by key, and with `instead`'s values for what cannot be used."""
        instead = instead or cls()
        if not isinstance(query, Mapping):
            return instead, {"": f"The address holds {_quote(_text(query))}, which is no lesson. It stays as it was."}
        values, wrong = {}, {}
        for name, (label, parse) in _PARSERS.items():
            text = _asked(query, name)
            if text is None:
                continue
            try:
                values[name] = parse(text)
            except ValueError as error:
                values[name] = getattr(instead, name)
                wrong[name] = f"{label}: {_quote(text)} {error}. It stays {as_text(values[name])}."
        try:
            return cls(**values), wrong
        except ValueError as error:  # each value is fine by itself; only the rule can clash with others
            wrong["rule"] = f"{error}. The rule is exact here."
            return cls(**values | {"rule": "exact"}), wrong

    def __post_init__(self):
        """Brings every field into its one form; ValueError names the field that cannot be used."""
        for name, (label, parse) in _PARSERS.items():
            text = _text(getattr(self, name))
            try:
                object.__setattr__(self, name, parse(text))
            except ValueError as error:
                raise ValueError(f"Lesson: {label} {_quote(text)} {error}") from None
        if self.deviations and (self.stride != 1 or any(pad_widths(3, self.pad))):
            raise ValueError(
                f"Rule: the notebook's loops visit every pixel, and run out of range with stride {self.stride} "
                f"and padding {self.pad}; they need stride 1 and padding valid"
            )

    @property
    def start(self) -> Lesson:
        """The same lesson before its first update, cursor aside: what a trajectory depends on."""
        return dataclasses.replace(self, k=0, stage="x")

    @property
    def when(self) -> str:
        """Which moment this is, in words.

        >>> Lesson().when, Lesson(k=1).when, Lesson(k=7).when
        ('before the first update', 'after 1 update', 'after 7 updates')
        """
        if not self.k:
            return "before the first update"
        return f"after {self.k} update{'s' if self.k > 1 else ''}"

    @property
    def deviations(self) -> frozenset[str]:
        """Where the rule leaves the exact step: names of cnnviz.core.notebook.DEVIATIONS, none for "exact"."""
        return RULES[self.rule] if self.rule in RULES else frozenset(self.rule.split(","))

    @property
    def kernel(self) -> np.ndarray:
        """The starting kernel as an array (3,3)."""
        return np.array(self.f).reshape(3, 3)


def _one_of(options: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in options:
            raise ValueError(f"is none of {', '.join(options)}")
        return text

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A parser of text that stands for a whole number within these bounds; ValueError where it does not.

    >>> whole_number(1, 9)("7")
    7
    """

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise ValueError(f"is not a whole number from {least} to {most}")
        return int(text)

    return parse


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(number):
        raise ValueError("is not a finite number")
    if abs(number) > MAX_NUMBER:
        raise ValueError(f"is too large (at most {MAX_NUMBER:,.0f})")
    return number + 0.0  # -0.0 would be another address for the same lesson


def learning_rate(text: str) -> float:
    """A learning rate from text; ValueError where it cannot be one.

    >>> learning_rate("0.5")
    0.5
    """
    number = _number(text)
    if number < 0:
        raise ValueError("is negative, which would climb the loss")
    return number


def _numbers(count: int) -> Callable[[str], tuple[float, ...]]:
    def parse(text: str) -> tuple[float, ...]:
        parts = [part for part in re.split(r"[,;\s]+", text.strip("[]() ")) if part]
        if len(parts) != count:
            raise ValueError(f"is not {count} numbers separated by commas")
        for part in parts:
            try:
                _number(part)
            except ValueError as error:
                raise ValueError(f"cannot be used: {_quote(part)} {error}") from None
        return tuple(_number(part) for part in parts)

    return parse


def _kernel(text: str) -> tuple[float, ...]:
    draw = re.fullmatch(r"random-(\d{1,9})", text, re.ASCII)
    if draw:
        return random_kernel(int(draw[1]))
    if text in KERNELS:
        return KERNELS[text]
    try:
        return _numbers(9)(text)
    except ValueError as error:
        named = f"is none of {', '.join(KERNELS)}, and " if re.fullmatch(r"[a-z-]+", text) else ""
        raise ValueError(f"{named}{error}") from None


def _weights(text: str) -> str:
    """How w and b start: zeros, drawn, or by the name under which cnnviz.core.held holds them."""
    return text if re.fullmatch(r"held-[0-9a-f]{16}", text) else _one_of(WEIGHTS)(text)


def _rule(text: str) -> str:
    """A named rule, or deviations separated by commas, brought into one order; a known set gets its name."""
    if text in RULES:
        return text
    names = set(re.split(r"[,;+\s]+", text))
    if not names <= set(DEVIATIONS):
        raise ValueError(f"is none of {', '.join(RULES)}, nor a list of {', '.join(DEVIATIONS)}")
    named = next((name for name, deviations in RULES.items() if deviations == names), None)
    return named or ",".join(name for name in DEVIATIONS if name in names)


def _padding(text: str) -> str | int:
    if text in PADDINGS:
        return text
    try:
        return whole_number(0, MAX_PADDING)(text)
    except ValueError as error:
        raise ValueError(f"is none of {', '.join(PADDINGS)} and {error}") from None


def _image(text: str) -> str:
    try:
        return str(parse_image_id(text))
    except ValueError:
        raise ValueError("names no image (test-0 … test-9999, train-0 … train-49999, pattern-edges …)") from None


def _asked(query: Mapping, name: str) -> str | None:
    """What `query` holds under `name`, as text, or None if nothing; never raises."""
    try:
        return _text(query[name]) if name in query else None
    except Exception:
        return "an entry that cannot be read"


def _text(value) -> str:
    """Whatever stands in a query or a field, as text; never raises."""
    try:
        if isinstance(value, (tuple, list, np.ndarray)):
            return ",".join(as_text(entry) for entry in np.ravel(value).tolist())
        return as_text(value)
    except Exception:
        return f"a {type(value).__name__}"


def as_text(value) -> str:
    """A field as the address has it: floats to the last digit, several numbers with commas between them.

    >>> as_text((0.1, 2.0, "same")), as_text(7)
    ('0.1,2,same', '7')
    """
    if isinstance(value, tuple):
        return ",".join(as_text(entry) for entry in value)
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _quote(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


_PARSERS: dict[str, tuple[str, Callable[[str], object]]] = {
    "img": ("Image", _image),
    "ch": ("Channel", _one_of(CHANNELS[:-1])),  # the one kernel sees one channel
    "scale": ("Pixels", _one_of(SCALES)),
    "f": ("Kernel", _kernel),
    "w": ("Starting weights", _weights),
    "seed": ("Seed", whole_number(0, MAX_SEED)),
    "y": ("Targets", _numbers(2)),
    "lr": ("Learning rate", learning_rate),
    "stride": ("Stride", whole_number(1, MAX_STRIDE)),
    "pad": ("Padding", _padding),
    "rule": ("Rule", _rule),
    "k": ("Update", whole_number(0, MAX_UPDATES)),
    "stage": ("Stage", _one_of(tuple(stage.symbol for stage in STAGES))),
}
