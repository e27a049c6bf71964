"""The setup: a small immutable value that determines everything on the screen.

Converting a setup to a query string and back does not change it. Since anybody can type an address, `Setup.from_query`
accepts any query: it replaces each invalid value and returns a sentence about it.
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
from cnnviz.core.network.stored_params import is_stored_name
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
    integer_parser,
    is_clause,
    parse_learning_rate,
    query_text,
)
from cnnviz.core.setup.setup_network import batch_shape, build_network, shape_of
from cnnviz.core.setup.targets import names_of_outputs, write_targets
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
    "integer_parser",
    "parse_learning_rate",
]  # fmt: skip

_LEFT_OUT = {"net": DEFAULT, "set": (), "classes": (), "opt": "gd", "cell": "", "image": 0, "mode": "train"} | dict.fromkeys(FILTERS, ())
"""Fields that an address omits while they have these values, so that links to the teaching notebook's network never
change."""

_ORDER = ("img", "ch", "scale", "net", *FILTERS, "w", "seed", "set", "y", "classes", "lr", "opt", "stride", "pad", "rule", "k", "stage", "image", "mode", "cell")

_WRITTEN = dict.fromkeys(FILTERS, filters_text) | {"set": sets_text, "y": write_targets}
"""Formatters of the fields that need one."""
_ADDRESS: dict[str, Callable[[Any], str]] = {"set": write_sets, "y": write_targets}
_PIXELS = ("img", "ch", "scale")
"""Keys that determine the pixels. If one changes, pixels set by hand are dropped."""

SETUP_KEYS = frozenset(_ORDER) | {*FILTER_KEYS}
"""All keys of an address that belong to the setup."""


@dataclass(frozen=True)
class Setup:
    """Image, network, start and cursor. Fields are named as in the query string.

    `k` updates have been made, and the page shows `stage` of the next one. `f` holds the first convolution's filters
    (the numbers of one filter, or several filters; the rest is drawn), f2 … those of the others. None means the default for
    the network: its last backward stage, sobel-x, each image's class. `img` may name several images, separated by commas.
    `image` is the index of the one on screen, and `mode` is "train" or "eval". Equal setups show equal screens, and a setup
    is hashable.

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
        """Normalize all fields. Raise Problem, a ValueError, if one is invalid."""
        texts = {}
        for name, value in vars(self).items():
            if value is None or (isinstance(value, str | tuple | list) and not value and name in ("classes", "cell", "set", *FILTERS)):
                continue
            texts[name] = _WRITTEN.get(name, any_text)(value)
        vars(self).update(read_fields(texts, None, refuse))

    # ---- addresses

    def to_query(self) -> dict[str, str]:
        """Return the setup as a query with all keys that it needs, so that a link keeps its meaning when defaults
        change."""
        banks_by_field = {"f" if not index else bank.name: bank for index, bank in enumerate(banks(self.network, self.x_shape))}
        values = {name: getattr(self, name) for name in _ORDER}
        return {
            name: write_filters(value, banks_by_field[name]) if name in FILTERS else _ADDRESS.get(name, as_text)(value)
            for name, value in values.items()
            if not (name in _LEFT_OUT and value == _LEFT_OUT[name])
        }

    @classmethod
    def from_query(cls, query: Mapping[str, str], label: str | None = None) -> tuple[Setup, list[str]]:
        """Parse a setup. Also return a sentence for each value that was replaced.

        Never raises, whatever `query` holds, and ignores unknown keys. `label` is the image's class, if its id does not
        determine it.

        >>> setup, wrong = Setup.from_query({"lr": "fast"})
        >>> setup.lr, wrong
        (0.01, ["Learning rate: 'fast' is not a number. Using 0.01."])
        """
        setup, errors = cls.read(query, label=label)
        return setup, list(errors.values())

    @classmethod
    def read(cls, query: Mapping[str, str], instead: Setup | None = None, label: str | None = None) -> tuple[Setup, dict[str, str]]:
        """Parse a setup like `from_query`, with the sentences by key. Invalid values are replaced by those of
        `instead`."""
        setup, errors = cls.parse_query(query, instead, label)
        return setup, {key: str(error) for key, error in errors.items()}

    @classmethod
    def parse_query(
        cls, query: Mapping[str, str], fallback: Setup | None = None, label: str | None = None
    ) -> tuple[Setup, dict[str, Message]]:
        """Parse a setup like `read`, with messages that can be formatted in any language."""
        fallback = fallback or cls()
        if not isinstance(query, Mapping):
            return fallback, {"": message("lesson.no_lesson", text=quote(any_text(query)))}
        errors: dict[str, Message] = {}

        def report_problem(key: str, text: str, why: Problem, value: object, id: str = "") -> None:
            errors[key] = replacement_message(key, text, why, value, id)

        fields = {key: text for key in SETUP_KEYS if (text := query_text(query, key)) is not None}
        return cls._from_values(read_fields(fields, vars(fallback), report_problem, label)), errors

    def with_query(self, query: Mapping[str, str], label: str | None = None) -> tuple[Setup, dict[str, Message]]:
        """Return this setup with the values in `query`. With another network or image, the fields that depend on it
        get their defaults.

        >>> Setup(y=(0, 1)).with_query({"net": "conv4x3-relu-dense3-mse"})[0].y
        (1.0, 0.0, 0.0)
        """
        query_before = self.to_query()
        fields = {"net": self.net, **query_before} | {key: text for key in ("net", "img", *_PIXELS) if (text := query_text(query, key)) is not None}
        if fields["net"] != self.net:
            query_before = {key: text for key, text in query_before.items() if key not in {*FILTER_KEYS, "set", "y", "classes", "stride", "pad", "rule", "stage", "cell"}}
        elif any(fields[key] != query_before[key] for key in _PIXELS):
            query_before["set"] = write_sets(entry for entry in self.set if entry.symbol != "x")
        if fields["img"].count(",") != self.img.count(","):
            query_before = {key: text for key, text in query_before.items() if key not in ("y", "image")}
        return type(self).parse_query(query_before | dict(query), self, label)

    @classmethod
    def _from_values(cls, values: Mapping[str, object]) -> Self:
        """Create a setup from values that are already normalized."""
        self = object.__new__(cls)
        vars(self).update(values)
        return self

    # ---- derived values

    @property
    def network(self) -> Network:
        """The network. `stride` and `pad` apply to its first convolution if its text gives neither."""
        return build_network(self.net, self.stride, self.pad)

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer with the setup's learning rate."""
        return OPTIMIZERS[self.opt](self.lr)

    @property
    def x_shape(self) -> tuple[int, ...]:
        """Shape of one image, (H,W) or (3,H,W)."""
        return shape_of(self.img, self.ch)

    @property
    def images(self) -> tuple[str, ...]:
        """Ids of the images."""
        return tuple(self.img.split(","))

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """Shape of x: that of one image, or (m,C,H,W) for m images."""
        return batch_shape(self.img, self.x_shape)

    @property
    def output_names(self) -> tuple[str | Message, ...]:
        """Name of each output."""
        return names_of_outputs(self.classes, self.img, np.shape(self.y)[-1])

    @property
    def output_words(self) -> tuple[str | Message, ...]:
        """Name of each output for display, translated if possible."""
        return tuple(class_words(name) if isinstance(name, str) else name for name in self.output_names)

    @property
    def most_updates(self) -> int:
        """Maximum number of updates, which is lower if an update takes much work or memory."""
        return most_updates(self.network, self.batch_shape, self.opt)

    @property
    def pinned_cell(self) -> Cell | None:
        """The pinned cell, a symbol and its indices, or None."""
        return read_cell(self.cell, self.network.program(self.x_shape)) if self.cell else None

    @property
    def deviations(self) -> frozenset[str]:
        """Names of the rule's deviations from the exact step, as in cnnviz.core.notebook.notebook.DEVIATIONS. Empty
        for "exact"."""
        return RULES[self.rule] if self.rule in RULES else frozenset(self.rule.split(","))

    @cached_property
    def start(self) -> Setup:
        """The setup at update 0 and without the cursor: the part that the run of updates depends on."""
        return self._from_values(self._fields() | {"k": 0, "stage": "x", "cell": "", "image": 0, "mode": "train"})

    @property
    def snapshot_label(self) -> Message:
        """Description of the snapshot.

        >>> print(Setup().snapshot_label, Setup(k=1).snapshot_label, Setup(k=7).snapshot_label, sep=", ")
        before the first update, after 1 update, after 7 updates
        """
        return message("lesson.when.after", n=self.k) if self.k else message("lesson.when.start")

    @property
    def kernel(self) -> np.ndarray:
        """The first convolution's filters before the first update, as shown: (K,K) or (M,C,K,K), or shape (0,)
        without a convolution."""
        first_bank = next((bank.name for bank in banks(self.network, self.x_shape)), None)
        return self.first_params()[first_bank] if first_bank else np.zeros(0)

    def first_params(self, x_shape: tuple[int, ...] | None = None) -> Params:
        """Return the parameters before the first update, for images of shape `x_shape` (default: the setup's own).

        Raise NotStored, a Problem, if stored parameters that the setup names are missing or do not fit.

        >>> Setup().first_params()["f"]
        array([[-1.,  0.,  1.],
               [-2.,  0.,  2.],
               [-1.,  0.,  1.]])
        """
        filters = {"f": self.f, "f2": self.f2, "f3": self.f3, "f4": self.f4}
        params = first_params(self.network, x_shape or self.x_shape, self.w, self.seed, filters)
        return with_params(params, self.sets_at(0)) if self.set else params

    def with_one_image(self, image: int) -> Setup:
        """Return the same setup with only one of its images.

        >>> Setup(img="cat-0,dog-1", y=((1, 0), (0, 1))).with_one_image(1).to_query()["y"]
        '0,1'
        """
        if len(self.images) == 1:
            return self
        return self._from_values(self._fields() | {"img": self.images[image], "y": self.y[image], "image": 0})

    def sets_at(self, update: int) -> tuple[SetValue, ...]:
        """Return the values that are set by hand at this update."""
        return tuple(entry for entry in self.set if entry.update == update)

    @property
    def continuation(self) -> Setup:
        """The setup for a run that continues from update `k`. Values set at later updates keep their distance from
        `k`, and set pixels are kept.

        >>> Setup(set="x:0,0:1;b:0:1;b:1:2~5", k=3).continuation.to_query()["set"]
        'x:0,0:1;b:1:2~2'
        """
        sets = [entry._replace(update=max(0, entry.update - self.k)) for entry in self.set if entry.symbol == "x" or entry.update > self.k]
        return replace(self, set=tuple(sets), k=0)

    @property
    def without_sets(self) -> Setup:
        """The same setup without values set by hand."""
        return self.without_sets_after(-1)

    @property
    def last_set_update(self) -> int:
        """Last update at which a value is set by hand, or 0 if none is."""
        return self.set[-1].update if self.set else 0

    def without_sets_after(self, k: int) -> Setup:
        """Return the same setup without the values set after update `k`, which do not affect the updates up to `k`.

        >>> Setup(set="w:0,0:1;w:0,0:2~5").without_sets_after(4).to_query()["set"]
        'w:0,0:1'
        """
        sets = tuple(entry for entry in self.set if entry.update <= k)
        return self if sets == self.set else self._from_values(self._fields() | {"set": sets})

    def without_stored_params(self) -> Setup:
        """Return the same setup with defaults for all values that are only names of stored parameters."""
        query = {key: text for key, text in self.to_query().items() if not is_stored_name(text)}
        return type(self).read(query)[0]

    def _fields(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    def __getstate__(self) -> dict[str, object]:
        return self._fields()


def replacement_message(key: str, text: str, why: Problem, value: object, id: str = "") -> Message:
    """Return the message that a value is invalid and what replaces it. `id` selects a different message."""
    field = _field(key)
    full_text = write_filters(value) if key in FILTER_KEYS else write_targets(value) if key == "y" else as_text(value)  # type: ignore[arg-type]
    value_text = full_text if len(full_text) <= 80 else full_text[:79] + "…"
    if key == "classes" and not value:
        id = "lesson.left_out"
    id = id or ("lesson.replaced" if is_clause(why) else "lesson.instead")
    return message(id, field=field, text=quote(text), why=why.message, value=value_text or message("lesson.drawn"))


def _field(key: str) -> Message:
    return message("lesson.field.filters", name=key) if key in FILTER_KEYS and key != "f" else message(f"lesson.field.{key}")


def refuse(key: str, text: str, why: Problem, value: object, id: str = "") -> None:
    """Raise Problem for an invalid field."""
    if key == "rule" and id:
        raise why
    code = "lesson.cannot" if is_clause(why) else "lesson.cannot_since"
    raise Problem(code, field=_field(key), text=quote(text), why=why.message) from None
