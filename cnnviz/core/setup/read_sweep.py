"""Sweeps: `sweep=seed:0..239` in an address, parsed into one value per run and its setup.

    seed:0..239  start:1..240     seeds; "start" also draws the first kernel
    lr:0.001..1  lr:0.01;0.1;1    learning rates: thirteen on a log scale, or a list
    f:sobel-x;blur                filters of the first convolution, one per run
    img:test-0;test-3             images
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cnnviz.core.setup.filters import banks, read_filters
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import MAX_SEED, as_text, integer_parser, parse_images, parse_learning_rate
from cnnviz.core.setup.setup_network import shape_of
from cnnviz.words import Message, Problem, message, quote

MOST_RUNS = 1000
"""Maximum number of runs in a sweep."""
RATES = 13
"""Number of learning rates in a range."""

Refused = list[tuple[str, Problem]]


@dataclass(frozen=True)
class ParsedSweep:
    """A parsed sweep: the key in which the runs differ, each run's value as in the address, and messages about
    omitted values."""

    key: str
    values: tuple[str, ...]
    messages: tuple[Message, ...] = ()

    def setup(self, base: Setup, value: str, label: str | None = None) -> Setup:
        """Return the setup of the run with that value. `label` is the image's class, if its id does not determine it.

        >>> ParsedSweep("start", ("7",)).setup(Setup(), "7").seed
        7
        """
        if self.key == "img":
            return _with_image(base, value, label)
        change = {"seed": value} | ({"f": f"random-{value}"} if _draws_kernel(base) else {}) if self.key == "start" else {self.key: value}
        return base.with_query(change)[0]

    @property
    def numbers(self) -> np.ndarray:
        """The values as an array of numbers, or of strings for filters and images."""
        return np.array([float(value) if self.key == "lr" else int(value) if self.key in _SEEDS else value for value in self.values])


def read_sweep(text: str, setup: Setup) -> ParsedSweep:
    """Parse a sweep, keeping the first MOST_RUNS values. Raise Problem if none is valid.

    >>> read_sweep("seed:3..5", Setup()).values, read_sweep("lr:0.01..1", Setup()).values[:3]
    (('3', '4', '5'), ('0.01', '0.0147', '0.0215'))
    >>> [message.id for message in read_sweep("f:blur;blurr", Setup()).messages]
    ['lesson.sweep.left_out_all']
    """
    key, _, rest = text.partition(":")
    try:
        if len(setup.images) > 1:
            raise Problem("lesson.sweep.images")
        if key not in _READ:
            raise Problem("lesson.sweep.key", keys=tuple(_READ))
        values, refusals = _READ[key](rest, setup)
        distinct = tuple(dict.fromkeys(values))
        if not distinct:
            raise refusals[0][1] if refusals else Problem("lesson.sweep.nothing")
    except Problem as why:
        raise Problem("lesson.sweep.left_out_all", reasons=message("lesson.sweep.one", text=quote(text), why=why.message)) from None
    messages = [_left_out_message(refusals)] if refusals else []
    if len(distinct) > MOST_RUNS:
        messages.append(message("lesson.sweep.most", n=len(distinct), most=MOST_RUNS))
    return ParsedSweep(key, distinct[:MOST_RUNS], tuple(messages))


def _left_out_message(refusals: Refused) -> Message:
    reasons = [message("lesson.sweep.one", text=quote(text), why=problem.message) for text, problem in refusals[:3]]
    remaining = len(refusals) - len(reasons)
    return message("lesson.sweep.left_out", reasons=reasons, n=remaining) if remaining else message("lesson.sweep.left_out_all", reasons=reasons)


ParsedValues = tuple[Sequence[str], Refused]


def _seeds(text: str, setup: Setup) -> ParsedValues:
    seed = integer_parser(0, MAX_SEED)
    first, dots, last = text.partition("..")
    if not dots:
        return _read_each(text, lambda item: str(seed(item)))
    start, stop = seed(first.strip()), seed(last.strip())
    if stop < start:
        raise Problem("lesson.sweep.order")
    return [str(number) for number in range(start, min(stop, start + MOST_RUNS) + 1)], []


def _rates(text: str, setup: Setup) -> ParsedValues:
    first, dots, last = text.partition("..")
    if not dots:
        return _read_each(text, lambda item: as_text(parse_learning_rate(item)))
    start, stop = parse_learning_rate(first), parse_learning_rate(last)
    if not 0 < start < stop:
        raise Problem("lesson.sweep.rates")
    return [as_text(float(f"{rate:.3g}")) for rate in np.geomspace(start, stop, RATES)], []


def _filters(text: str, setup: Setup) -> ParsedValues:
    bank = next(iter(banks(setup.network, setup.x_shape)), None)
    if bank is None:
        raise Problem("lesson.why.no_conv")

    def parse_filter(text: str) -> str:
        read_filters(text, bank)
        return text

    return _read_each(text, parse_filter)


def _images(text: str, setup: Setup) -> ParsedValues:
    def parse_image(text: str) -> str:
        id = parse_images(text)
        if "," in id:
            raise Problem("lesson.why.image")
        if shape_of(id, setup.ch) != setup.x_shape:
            raise Problem("lesson.sweep.size", shape=shape_of(id, setup.ch), wanted=setup.x_shape)
        return id

    return _read_each(text, parse_image)


def _read_each(text: str, read: Callable[[str], str]) -> ParsedValues:
    values, refusals = [], []
    for value_text in filter(None, (part.strip() for part in text.split(";"))):
        try:
            values.append(read(value_text))
        except Problem as why:
            refusals.append((value_text, why))
    return values, refusals


_SEEDS = ("seed", "start")
_READ: dict[str, Callable[[str, Setup], ParsedValues]] = {"seed": _seeds, "start": _seeds, "lr": _rates, "f": _filters, "img": _images}


def _draws_kernel(setup: Setup) -> bool:
    """Return whether the first convolution has 3×3 kernels, which can be drawn from a seed."""
    bank = next(iter(banks(setup.network, setup.x_shape)), None)
    return bank is not None and bank.k == 3


def _with_image(base: Setup, value: str, label: str | None) -> Setup:
    """Return the setup with another image. Targets change with the image if they were its default targets."""
    query = base.to_query()
    del query["y"]
    follows_image = Setup.parse_query(query)[0].y == base.y
    setup = base.with_query({"img": value})[0]
    if not follows_image:
        return setup
    changed_query = setup.to_query()
    del changed_query["y"]
    return Setup.parse_query(changed_query, setup, label)[0]
