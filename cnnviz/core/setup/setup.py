"""The setup: one small immutable value that everything on the screen is a function of.

A setup goes through the page's query string and back unchanged. `Setup.from_query` takes anything
at all, since anybody can type an address: what it cannot use it replaces, and says so in a sentence.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import DEFAULT, Network
from cnnviz.core.network.optimizers import OPTIMIZERS, Optimizer
from cnnviz.core.network.stored_params import is_kept_name
from cnnviz.core.runtime.cached import cached_property
from cnnviz.core.setup.cells import Cell, read_cell
from cnnviz.core.setup.filters import Filters, banks, filters_text, write_filters
from cnnviz.core.setup.first_params import first_params
from cnnviz.core.setup.image_ids import class_words
from cnnviz.core.setup.read_setup import FILTER_KEYS, FILTERS, read_fields
from cnnviz.core.setup.set_values import SetValue, sets_text, with_params, write_sets
from cnnviz.core.setup.setup_fields import (
    CHANNELS,
    MAX_NUMBER,
    MAX_PADDING,
    MAX_SEED,
    MAX_STRIDE,
    RULES,
    SCALES,
    any_text,
    as_text,
    asked_text,
    learning_rate,
    whole_number,
)
from cnnviz.core.setup.setup_network import applied, batch_shape, shape_of
from cnnviz.core.setup.targets import named_outputs, write_targets
from cnnviz.core.setup.update_limits import MAX_UPDATES, most_updates
from cnnviz.words import Message, Problem, message, quote

__all__ = [
    "CHANNELS",
    "MAX_NUMBER",
    "MAX_PADDING",
    "MAX_SEED",
    "MAX_STRIDE",
    "MAX_UPDATES",
    "RULES",
    "SCALES",
    "SETUP_KEYS",
    "Setup",
    "as_text",
    "learning_rate",
    "whole_number",
]  # fmt: skip

_LEFT_OUT = {"net": DEFAULT, "set": (), "classes": (), "opt": "gd", "cell": "", "image": 0, "mode": "train"} | dict.fromkeys(FILTERS, ())
"""Fields that an address leaves out while they are so: links of the teaching notebook's network stay as they were."""

_ORDER = ("img", "ch", "scale", "net", *FILTERS, "w", "seed", "set", "y", "classes", "lr", "opt", "stride", "pad", "rule", "k", "stage", "image", "mode", "cell")

_WRITTEN = dict.fromkeys(FILTERS, filters_text) | {"set": sets_text, "y": write_targets}
"""Writers of the fields that an address has in a form of their own."""
_ADDRESS: dict[str, Callable[[Any], str]] = {"set": write_sets, "y": write_targets}
_PIXELS = ("img", "ch", "scale")
"""The keys that an image's pixels are read by: with another one those that are set by hand are others."""

SETUP_KEYS = frozenset(_ORDER) | {*FILTER_KEYS}
"""Every key of an address that belongs to the setup."""


@dataclass(frozen=True)
class Setup:
    """Image, network, start and cursor. Fields are named as in the query string.

    `k` updates have been made, and `stage` of the next one is shown. `f` are the first convolution's filters
    (one filter's numbers, or several; the rest is drawn), f2 … those of the others. What is None is as the
    network has it: its last backward stage, sobel-x, each image's class. `img` may name several images, with commas
    between their ids; `image` is the one that is shown, and `mode` whether as in training or as after it. Equal setups are equal screens, and a
    setup can be the key of a cache.

    >>> Setup(k=3).to_query()["k"]
    '3'
    >>> Setup.from_query({"k": "3"}) == (Setup(k=3), [])
    True
    >>> Setup(net="conv4x3-relu-max2-dense10-softmax-ce", img="digit7-3", classes="7,1").y[:2]
    (1.0, 0.0)
    """

    img: str = "test-0"
    ch: str = "red"
    scale: str = "unit"
    f: Filters = None  # type: ignore[assignment]
    w: str = "normal"
    seed: int = 0
    y: tuple[Any, ...] = None  # type: ignore[assignment]
    lr: float = 0.01
    stride: int = 1
    pad: str | int = "valid"
    rule: str = "exact"
    k: int = 0
    stage: str = None  # type: ignore[assignment]
    net: str = DEFAULT
    f2: Filters = ()
    f3: Filters = ()
    f4: Filters = ()
    classes: tuple[str, ...] = ()
    opt: str = "gd"
    cell: str = ""
    set: tuple[SetValue, ...] = ()
    image: int = 0
    mode: str = "train"

    def __post_init__(self) -> None:
        """Brings every field into its one form; ValueError names the field that cannot be used."""
        texts = {}
        for name, value in vars(self).items():
            if value is None or (isinstance(value, str | tuple | list) and not value and name in ("classes", "cell", "set", *FILTERS)):
                continue
            texts[name] = _WRITTEN.get(name, any_text)(value)
        vars(self).update(read_fields(texts, None, refuse))

    # ---- the address

    def to_query(self) -> dict[str, str]:
        """The setup as text, every key that it needs written out: a link outlives a change of the defaults."""
        own = {"f" if not place else bank.name: bank for place, bank in enumerate(banks(self.network, self.x_shape))}
        values = {name: getattr(self, name) for name in _ORDER}
        return {
            name: write_filters(value, own[name]) if name in FILTERS else _ADDRESS.get(name, as_text)(value)
            for name, value in values.items()
            if not (name in _LEFT_OUT and value == _LEFT_OUT[name])
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str], label: str | None = None) -> tuple[Setup, list[str]]:
        """The setup that `query` asks for, and a sentence for each thing in it that was replaced.

        Never raises, whatever `query` holds; keys it does not know are none of its business. `label` is what
        is on the image, where its id does not tell.

        >>> setup, wrong = Setup.from_query({"lr": "fast"})
        >>> setup.lr, wrong
        (0.01, ["Learning rate: 'fast' is not a number. Using 0.01."])
        """
        setup, wrong = cls.read(query, label=label)
        return setup, list(wrong.values())

    @classmethod
    def read(cls, query: Mapping[str, str], instead: Setup | None = None, label: str | None = None) -> tuple[Setup, dict[str, str]]:
        """As `from_query`, with the sentences by key, and with `instead`'s values for what cannot be used."""
        setup, wrong = cls.understand(query, instead, label)
        return setup, {key: str(said) for key, said in wrong.items()}

    @classmethod
    def understand(
        cls, query: Mapping[str, str], instead: Setup | None = None, label: str | None = None
    ) -> tuple[Setup, dict[str, Message]]:
        """As `read`, with messages, which can be said in any language."""
        instead = instead or cls()
        if not isinstance(query, Mapping):
            return instead, {"": message("lesson.no_lesson", text=quote(any_text(query)))}
        wrong: dict[str, Message] = {}

        def say(key: str, text: str, why: Problem, value: object, id: str = "") -> None:
            wrong[key] = replaced(key, text, why, value, id)

        asked = {key: text for key in SETUP_KEYS if (text := asked_text(query, key)) is not None}
        return cls._of(read_fields(asked, vars(instead), say, label)), wrong

    def changed(self, query: Mapping[str, str], label: str | None = None) -> tuple[Setup, dict[str, Message]]:
        """This setup with what `query` asks for; what belongs to a network or an image of its own is as by default there.

        >>> Setup(y=(0, 1)).changed({"net": "conv4x3-relu-dense3-mse"})[0].y
        (1.0, 0.0, 0.0)
        """
        ours = self.to_query()
        asked = {"net": self.net, **ours} | {key: text for key in ("net", "img", *_PIXELS) if (text := asked_text(query, key)) is not None}
        if asked["net"] != self.net:
            ours = {key: text for key, text in ours.items() if key not in {*FILTER_KEYS, "set", "y", "classes", "stride", "pad", "rule", "stage", "cell"}}
        elif any(asked[key] != ours[key] for key in _PIXELS):
            ours["set"] = write_sets(one for one in self.set if one.symbol != "x")
        if asked["img"].count(",") != self.img.count(","):
            ours = {key: text for key, text in ours.items() if key not in ("y", "image")}
        return type(self).understand(ours | dict(query), self, label)

    @classmethod
    def _of(cls, values: Mapping[str, object]) -> Self:
        """A setup of values that are in their one form already."""
        self = object.__new__(cls)
        vars(self).update(values)
        return self

    # ---- what follows from it

    @property
    def network(self) -> Network:
        """The network, with stride and padding in its first convolution where its text says neither."""
        return applied(self.net, self.stride, self.pad)

    @property
    def optimizer(self) -> Optimizer:
        """The rule by which a step follows from the gradients."""
        return OPTIMIZERS[self.opt](self.lr)

    @property
    def x_shape(self) -> tuple[int, ...]:
        """The shape of an image, (H,W) or (3,H,W)."""
        return shape_of(self.img, self.ch)

    @property
    def images(self) -> tuple[str, ...]:
        """The ids of its images."""
        return tuple(self.img.split(","))

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape of x: an image's, or of several (m,C,H,W)."""
        return batch_shape(self.img, self.x_shape)

    @property
    def output_names(self) -> tuple[str | Message, ...]:
        """The name of each output."""
        return named_outputs(self.classes, self.img, np.shape(self.y)[-1])

    @property
    def output_words(self) -> tuple[str | Message, ...]:
        """The same in the words of readers."""
        return tuple(class_words(name) if isinstance(name, str) else name for name in self.output_names)

    @property
    def most_updates(self) -> int:
        """The number of updates that can be made: less where a step is much work, or much is kept."""
        return most_updates(self.network, self.batch_shape, self.opt)

    @property
    def pinned(self) -> Cell | None:
        """The cell that is pinned, its symbol and its indices."""
        return read_cell(self.cell, self.network.program(self.x_shape)) if self.cell else None

    @property
    def deviations(self) -> frozenset[str]:
        """The places where the rule leaves the exact step: names of cnnviz.core.notebook.notebook.DEVIATIONS, none for "exact"."""
        return RULES[self.rule] if self.rule in RULES else frozenset(self.rule.split(","))

    @cached_property
    def start(self) -> Setup:
        """The same setup before its first update, cursor aside: what a trajectory depends on."""
        return self._of(self._fields() | {"k": 0, "stage": "x", "cell": "", "image": 0, "mode": "train"})

    @property
    def when(self) -> Message:
        """The snapshot in words.

        >>> print(Setup().when, Setup(k=1).when, Setup(k=7).when, sep=", ")
        before the first update, after 1 update, after 7 updates
        """
        return message("lesson.when.after", n=self.k) if self.k else message("lesson.when.start")

    @property
    def kernel(self) -> np.ndarray:
        """The first convolution's filters at the start, as they are shown: (K,K) or (M,C,K,K); (0,) where there is none."""
        first = next((bank.name for bank in banks(self.network, self.x_shape)), None)
        return self.first_params()[first] if first else np.zeros(0)

    def first_params(self, x_shape: tuple[int, ...] | None = None) -> Params:
        """The parameters before the first update, for images of this setup's shape or another.

        Raises NotKept, a Problem, where what the setup names is gone or does not fit.

        >>> Setup().first_params()["f"]
        array([[-1.,  0.,  1.],
               [-2.,  0.,  2.],
               [-1.,  0.,  1.]])
        """
        own = {"f": self.f, "f2": self.f2, "f3": self.f3, "f4": self.f4}
        drawn = first_params(self.network, x_shape or self.x_shape, self.w, self.seed, own)
        return with_params(drawn, self.set_at(0)) if self.set else drawn

    def alone(self, image: int) -> Setup:
        """The same setup on one of its images.

        >>> Setup(img="cat-0,dog-1", y=((1, 0), (0, 1))).alone(1).to_query()["y"]
        '0,1'
        """
        if len(self.images) == 1:
            return self
        return self._of(self._fields() | {"img": self.images[image], "y": self.y[image], "image": 0})

    def set_at(self, update: int) -> tuple[SetValue, ...]:
        """The values that are set by hand as this update is reached."""
        return tuple(one for one in self.set if one.update == update)

    @property
    def gone_on(self) -> Setup:
        """The setup of another start that goes on from update `k`: values that are set later are set so much earlier, and pixels stay.

        >>> Setup(set="x:0,0:1;b:0:1;b:1:2~5", k=3).gone_on.to_query()["set"]
        'x:0,0:1;b:1:2~2'
        """
        sets = [one._replace(update=max(0, one.update - self.k)) for one in self.set if one.symbol == "x" or one.update > self.k]
        return replace(self, set=tuple(sets), k=0)

    @property
    def unset(self) -> Setup:
        """The same setup without what is set by hand."""
        return self.until(-1)

    @property
    def last_set(self) -> int:
        """The last update at which a value is set by hand, 0 where none is."""
        return self.set[-1].update if self.set else 0

    def until(self, k: int) -> Setup:
        """The same setup without what is set by hand after update `k`, which changes nothing up to there.

        >>> Setup(set="w:0,0:1;w:0,0:2~5").until(4).to_query()["set"]
        'w:0,0:1'
        """
        sets = tuple(one for one in self.set if one.update <= k)
        return self if sets == self.set else self._of(self._fields() | {"set": sets})

    def without_kept(self) -> Setup:
        """The same setup where nothing is kept: what only a name stood for is as by default."""
        query = {key: text for key, text in self.to_query().items() if not is_kept_name(text)}
        return type(self).read(query)[0]

    def _fields(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def __getstate__(self) -> dict[str, object]:
        return self._fields()


def replaced(key: str, text: str, why: Problem, value: object, id: str = "") -> Message:
    """The sentence on what could not be used, and what it is instead; `id` where it has an end of its own."""
    clause = _is_clause(why)
    field = _field(key)
    whole = write_filters(value) if key in FILTER_KEYS else write_targets(value) if key == "y" else as_text(value)  # type: ignore[arg-type]
    written = whole if len(whole) <= 80 else whole[:79] + "…"
    if key == "classes" and not value:
        id = "lesson.left_out"
    return message(id or ("lesson.replaced" if clause else "lesson.instead"), field=field, text=quote(text), why=why.message, value=written or message("lesson.drawn"))


def _is_clause(why: Problem) -> bool:
    """Tells whether a reason is the end of a sentence; all others are sentences of their own."""
    return why.code.startswith("lesson.")


def _field(key: str) -> Message:
    return message("lesson.field.filters", name=key) if key in FILTER_KEYS and key != "f" else message(f"lesson.field.{key}")


def refuse(key: str, text: str, why: Problem, value: object, id: str = "") -> None:
    """Refuses what a setup cannot hold."""
    if key == "rule" and id:
        raise why
    code = "lesson.cannot" if _is_clause(why) else "lesson.cannot_since"
    raise Problem(code, field=_field(key), text=quote(text), why=why.message) from None
