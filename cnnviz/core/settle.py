"""What a lesson's fields are, from texts: each is read in the light of those before it, and replaced where it cannot be used.

The image and its channel say what shape x has, the network must fit that, stride and padding must fit the network,
filters, targets, stage and cell follow from it. Both ways to a lesson go through here: its constructor, which
refuses by raising, and the address, where what is refused is replaced and said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from cnnviz.core import fields
from cnnviz.core.cells import read_cell, write_cell
from cnnviz.core.filters import Bank, Filters, banks, each, read_filters, spread
from cnnviz.core.image_ids import label as label_of
from cnnviz.core.image_ids import parse_image_id
from cnnviz.core.kernels import KERNELS
from cnnviz.core.layers.conv import Conv
from cnnviz.core.network import DEFAULT, MOST, Network
from cnnviz.core.optimizers import OPTIMIZERS
from cnnviz.core.sliding import pad_widths
from cnnviz.core.work import MAX_UPDATES, check_updates, most_updates
from cnnviz.words import Message, Problem

FILTERS = ("f", *(f"f{number}" for number in range(2, MOST["conv"] + 1)))
"""The fields that hold filters: those of the first convolution, "f", and of the others by their parameter's name."""
FILTER_KEYS = (*FILTERS, "f1")
"""What filters may be called in an address; f1 is the parameter of the first convolution of several."""

_SIMPLE: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "img": ("test-0", fields.image),
    "ch": ("red", fields.one_of(fields.CHANNELS)),
    "scale": ("unit", fields.one_of(fields.SCALES)),
    "w": ("normal", fields.weights),
    "seed": (0, fields.whole_number(0, fields.MAX_SEED)),
    "lr": (0.01, fields.learning_rate),
    "stride": (1, fields.whole_number(1, fields.MAX_STRIDE)),
    "pad": ("valid", fields.padding),
    "rule": ("exact", fields.rule),
    "k": (0, fields.whole_number(0, MAX_UPDATES)),
    "opt": ("gd", fields.one_of(OPTIMIZERS)),
}
"""Fields that stand for themselves: what they are by default, and how they are read."""

Values = dict[str, Any]


class Refuse(Protocol):
    """Takes what cannot be used: its key and text, why, and what it is instead; `id` is a message of its own."""

    def __call__(self, key: str, text: str, why: Problem, value: object, id: str = ...) -> None: ...


def settle(asked: Mapping[str, str], instead: Mapping[str, Any] | None, refuse: Refuse, label: str | None = None) -> Values:
    """The value of each field of a lesson, from texts by key; what is not asked for is as by default.

    What cannot be used is as in `instead`, another lesson's fields, where that fits; `label` is what is on
    the image, where its id does not say so.
    """
    values: Values = {}
    settling = _Settling(asked, instead or {}, refuse, values)
    for key, (default, parse) in _SIMPLE.items():
        values[key] = settling.take(key, parse, default)
    values["net"] = settling.net()
    settling.geometry()
    network = settling.network = applied(values["net"], values["stride"], values["pad"])
    settling.filters(banks(network, settling.x_shape))
    settling.targets(network, label)
    settling.rule()
    settling.updates()
    values["stage"] = settling.take("stage", fields.one_of(network.stages), str(network.stages[-2]))
    settling.cell()
    return values


@lru_cache(maxsize=512)
def parsed(net: str) -> Network:
    """The network of a text, the same one for the same text."""
    return Network.parse(net)


@lru_cache(maxsize=512)
def fitting(net: str, stride: int, pad: str | int, x_shape: tuple[int, ...]) -> Network:
    """The network of a text with stride and padding; Problem where it does not fit the image or the limits."""
    network = applied(net, stride, pad)
    network.check(x_shape)
    return network


@lru_cache(maxsize=512)
def applied(net: str, stride: int, pad: str | int) -> Network:
    """The network of a text, with stride and padding in its first convolution where that says neither.

    >>> str(applied("relu-conv2x3-gap-mse", 2, "same"))
    'relu-conv2x3s2same-gap-mse'
    """
    network = parsed(net)
    place = open_conv(network)
    if place is None or (stride == 1 and pad in ("valid", 0)):
        return network
    conv = replace(network.layers[place], stride=stride, padding=0 if pad == "valid" else pad)  # type: ignore[call-arg]
    return Network((*network.layers[:place], conv, *network.layers[place + 1 :]), network.loss_kind)


def open_conv(network: Network) -> int | None:
    """The place of the first convolution, if its text says neither stride nor padding."""
    for place, layer in enumerate(network.layers):
        if isinstance(layer, Conv):
            return place if (layer.stride, layer.padding) == (1, 0) else None
    return None


def shape_of(img: str, ch: str) -> tuple[int, ...]:
    """The shape of x: (H,W), or (3,H,W) for all channels.

    >>> shape_of("digit7-3", "gray"), shape_of("test-0", "rgb")
    ((28, 28), (3, 32, 32))
    """
    side = 28 if parse_image_id(img).kind == "digit" else 32
    return (3, side, side) if ch == "rgb" else (side, side)


def named_outputs(classes: tuple[str, ...], img: str, n: int) -> tuple[str | Message, ...]:
    """What each output is called: by its class; cat and dog where nothing else is said of image and classes."""
    if not classes and img == _SIMPLE["img"][0] and n == 2:
        classes = ("cat", "dog")
    return (*classes, *(Message("lesson.output", {"n": place}) for place in range(len(classes), n)))


class _Settling:
    """The fields so far, `values`, to which each method adds its own."""

    network: Network

    def __init__(self, asked: Mapping[str, str], instead: Mapping[str, Any], refuse: Refuse, values: Values):
        self.asked, self.instead, self.refuse, self.values = asked, instead, refuse, values

    @property
    def x_shape(self) -> tuple[int, ...]:
        return shape_of(self.values["img"], self.values["ch"])

    def take(self, key: str, parse: Callable[[str], Any], default: Any) -> Any:
        """What is asked for under `key`, or `default`; what cannot be used is as it was, if that still can be."""
        text = self.asked.get(key)
        if text is None:
            return default
        try:
            return parse(text)
        except Problem as why:
            value = self._as_it_was(key, parse, default)
            self.refuse(key, text, why, value)
            return value

    def _as_it_was(self, key: str, parse: Callable[[str], Any], default: Any) -> Any:
        try:
            return parse(fields.any_text(self.instead[key]))
        except (KeyError, Problem):
            return default

    def net(self) -> str:
        def parse(text: str) -> str:
            return str(fitting(text, 1, "valid", self.x_shape))

        return self.take("net", parse, DEFAULT)

    def geometry(self) -> None:
        """Stride and padding count for the first convolution, if its text says neither, and if they fit."""
        values = self.values
        if open_conv(parsed(values["net"])) is None:
            values["pad"] = values["pad"] or "valid"
            for key in ("stride", "pad"):
                self._refuse_geometry(key, Problem("lesson.why.own_geometry", net=values["net"]))
        for key in ("stride", "pad"):
            try:
                fitting(values["net"], values["stride"], values["pad"], self.x_shape)
            except Problem as why:
                self._refuse_geometry(key, why)

    def _refuse_geometry(self, key: str, why: Problem) -> None:
        text, default = fields.any_text(self.values[key]), _SIMPLE[key][0]
        if self.values[key] != default:
            self.refuse(key, text, why, default)
            self.values[key] = default

    def filters(self, all_banks: tuple[Bank, ...]) -> None:
        """The filters of each convolution. Where none is given to the first, sobel-x is its filter 0."""
        for name in FILTERS:
            self.values[name] = ()
        for place, bank in enumerate(all_banks):
            default: Filters = KERNELS["sobel-x"] if not place and bank.k >= 3 else ()
            key = bank.name if place or bank.name in self.asked else "f"
            field = bank.name if place else "f"
            self.values[field] = self._filters(key, bank, default, self.instead.get(field, ()))
        self._refuse_other_filters([bank.name for bank in all_banks])

    def _filters(self, key: str, bank: Bank, default: Filters, was: Filters) -> Filters:
        text = self.asked.get(key)
        if text is None:
            return default
        try:
            return read_filters(text, bank)
        except Problem as why:
            value = was if _fits(was, bank) and was else default
            self.refuse(key, text, why, value)
            return value

    def _refuse_other_filters(self, known: list[str]) -> None:
        for key in FILTER_KEYS:
            if key in self.asked and key not in known and not (key == "f" and known):
                why = Problem("lesson.why.no_filters", known=known) if known else Problem("lesson.why.no_conv")
                self.refuse(key, self.asked[key], why, "", id="lesson.left_out")

    def targets(self, network: Network, label: str | None) -> None:
        """Names of the outputs, and what each should be: the image's class, if it is among them, else output 0."""
        values, n = self.values, network.program(self.x_shape).shapes["o"][0]
        values["classes"] = classes = self.take("classes", lambda text: _at_most(fields.classes(text), n), ())
        names = named_outputs(classes, values["img"], n)
        label = label or label_of(parse_image_id(values["img"]))
        default = _one_hot(names.index(label) if label in names else 0, n)
        text = self.asked.get("y")
        if text is None or text in names:
            values["y"] = default if text is None else _one_hot(names.index(text), n)
            return

        def parse(text: str) -> tuple[float, ...]:
            return _checked(_exactly(_numbers(text, n, classes), n), network)

        try:
            values["y"] = parse(text)
        except _WrongLength as why:
            self._refit(text, why, network, default)
        except Problem as why:
            values["y"] = self._as_it_was("y", parse, default)
            self.refuse("y", text, why, values["y"])

    def _refit(self, text: str, why: _WrongLength, network: Network, default: tuple[float, ...]) -> None:
        """Targets of the wrong length are cut, or filled with 0."""
        n = len(default)
        try:
            self.values["y"] = _checked((why.given + (0.0,) * n)[:n], network)
            self.refuse("y", text, why, self.values["y"], id="lesson.refitted")
        except _NotForLoss as other:
            self.values["y"] = default
            self.refuse("y", text, other, default)

    def rule(self) -> None:
        """A rule that is not exact is the notebook's: it needs its network, its optimizer, and every pixel."""
        values = self.values
        if values["rule"] == "exact":
            return
        if values["net"] != DEFAULT or values["opt"] != "gd" or values["ch"] == "rgb":
            why = Problem("lesson.rule.network", net=DEFAULT)
        elif values["stride"] != 1 or any(pad_widths(3, values["pad"])):
            why = Problem("lesson.rule.geometry", stride=values["stride"], padding=values["pad"])
        else:
            return
        self.refuse("rule", values["rule"], why, "exact", id="lesson.rule.replaced")
        values["rule"] = "exact"

    def updates(self) -> None:
        """No more updates than can be computed and kept."""
        k, of = self.values["k"], (self.network, self.x_shape, self.values["opt"])
        try:
            check_updates(k, *of)
        except Problem as why:
            self.values["k"] = min(self.instead.get("k", 0), most_updates(*of))
            self.refuse("k", str(k), why, self.values["k"])

    def cell(self) -> None:
        """The pinned cell, where there is one of that name."""
        text = self.asked.get("cell", "")
        self.values["cell"] = ""
        try:
            if text:
                self.values["cell"] = write_cell(read_cell(text, self.network.program(self.x_shape)))
        except Problem as why:
            self.refuse("cell", text, why, "", id="lesson.left_out")


class _WrongLength(Problem):
    """As many numbers as there are no outputs; `given` are those."""

    given: tuple[float, ...]


class _NotForLoss(Problem):
    """Targets that the loss cannot take."""


def _numbers(text: str, n: int, classes: tuple[str, ...]) -> tuple[float, ...]:
    parts = fields.pieces(text)
    try:
        if parts and len(parts) != n:
            return tuple(map(fields.number, parts))
        if parts:
            return fields.numbers(parts)
    except Problem:
        if len(parts) == n:
            raise
    raise Problem("lesson.why.targets" if classes else "lesson.why.many", n=n, classes=classes)


def _exactly(y: tuple[float, ...], n: int) -> tuple[float, ...]:
    if len(y) != n:
        why = _WrongLength("lesson.why.length", n=len(y), outputs=n)
        why.given = y
        raise why
    return y


def _checked(y: tuple[float, ...], network: Network) -> tuple[float, ...]:
    try:
        network.loss_kind.check_targets(np.array(y))
    except Problem as why:
        raise _NotForLoss(why.code, **why.values) from None
    return y


def _at_most(names: tuple[str, ...], n: int) -> tuple[str, ...]:
    if len(names) > n:
        raise Problem("lesson.why.many_classes", n=len(names), outputs=n)
    return names


def _one_hot(place: int, n: int) -> tuple[float, ...]:
    return tuple(float(output == place) for output in range(n))


def _fits(filters: Filters, bank: Bank) -> bool:
    """Whether filters that another lesson has can be this convolution's."""
    if isinstance(filters, str):
        return True
    try:
        for one in each(filters):
            spread(one, bank)
    except ValueError:
        return False
    return len(each(filters)) <= bank.filters
