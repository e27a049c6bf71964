"""Base of every kind of layer. A kind is one class in one file of this folder; nothing else lists it.

Arrays carry any leading axes and always a channel axis: maps are (…,C,H,W), rows (…,D). A layer names what it
handles by roles: "x" is its input, "y" its output, a parameter goes by its letter, "dx", "dy" and "df" are
gradients, and any other name is something that the forward pass keeps for the backward pass.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np

from cnnviz.words import Message, Problem

Shape = tuple[int, ...]
"""(C,H,W) of a map, (D,) of a row."""

Values = Mapping[str, np.ndarray]

Groups = Mapping[str, str | None]
"""The parts of a layer's text, by the field that each is for; None where the text leaves it out."""

Links = dict[str, tuple[tuple[str, str], ...]]
"""For each role that is computed, the roles that it is computed from, each with the pattern of cells (core/network/cell_links.py)."""


@dataclass(frozen=True)
class Call:
    """A line of a pass: the function, the roles that it is given, in order, and its settings by name."""

    function: Callable[..., np.ndarray]
    roles: tuple[str, ...]
    settings: Mapping[str, object] = field(default_factory=dict)

    def make(self, values: Values) -> np.ndarray:
        """Calls the function with the arrays by their roles, and its settings.

        >>> call(np.sum, "x", axis=0).make({"x": np.ones((3, 2))}).tolist()
        [3.0, 3.0]
        """
        return self.function(*[values[role] for role in self.roles], **self.settings)


def call(function: Callable[..., np.ndarray], roles: str, **settings: object) -> Call:
    """`call(weigh, "windows f", rows=30)` is the line weigh(windows, f, rows=30)."""
    return Call(function, tuple(roles.split()), settings)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a layer for one shape of input: its shape, and how many products a unit sums with it.

    What has no fan-in (0) is not drawn: it starts at 0, or at 1 where it is of `ones`.
    """

    shape: Shape
    fan_in: int = 0
    ones: bool = False


@dataclass(frozen=True)
class Buffer:
    """Numbers that training keeps beside the parameters: their shape, where they start, and the line of their next value.

    That line is given the roles of the forward pass, and the buffer by its own role.
    """

    shape: Shape
    start: float
    next: Call


Draw = partial[np.ndarray]
"""Draws what a pass in training needs, given a generator and a shape, which has the axis of images in front."""


@dataclass(frozen=True)
class Run:
    """The way in which a pass is run.

    `images`: over several images, whose axis is the one before an array's own; axes before that are independent copies.
    Without it all leading axes are copies. `many`: lines that are faster for many copies. `training`, or with what
    training has left: its buffers, and nothing drawn.
    """

    images: bool = False
    many: bool = False
    training: bool = True


ONE = Run()
"""One image, in training."""


@dataclass(frozen=True)
class Layer:
    """One layer of a network: a small immutable value that its text is made of.

    A kind gives at least `kind`, `text`, `letter`, `calls` and `links`.
    """

    kind: ClassVar[str]
    text: ClassVar[re.Pattern[str]]
    """Its pattern in a network's text; the groups are the fields' values."""
    letter: ClassVar[str]
    """The letter of its output: z, a or p."""
    takes: ClassVar[str] = "any"
    """"any", "map" (an image or what a conv or pool gives), or "row" (what a dense layer or gap gives)."""
    gives: ClassVar[str] = "same"
    """"same" as it takes, "map" or "row"."""
    scale: ClassVar[str] = "signed"
    """The values of its output, for their colours: "signed", "positive" (never below 0), "share" (in 0 … 1), or "same" as it takes."""

    has_kinks: ClassVar[bool] = False
    """Tells whether it decides by comparing numbers, as ReLU and max pooling do: there its slope jumps."""

    hands_on: ClassVar[bool] = False
    """Tells whether a number that is added to a whole channel is added to all of its output, too."""

    function: ClassVar[str] = ""
    """Its name as a function, "σ", whose slope is σ′; its kind unless it is said."""

    axes: ClassVar[Mapping[str, Mapping[str, tuple[int, ...]]]] = {}
    """In what order "keras" and "pytorch" have the axes of a parameter, by its letter, where they differ from ours."""

    def words(self, role: str) -> str:
        """The section of the messages that say what happens at a role.

        >>> from cnnviz.core.network.layers import LAYERS
        >>> LAYERS["dense"](2).words("dx"), LAYERS["gn"](1).words("dx")
        ('layer.dense.dx', 'layer.normalisation.dx')
        """
        return f"layer.{self.kind}.{role}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The layer that `text` stands for, or None if it is not of this kind; Problem where a number does not fit."""
        match = cls.text.fullmatch(text)
        return cls.from_groups(match.groupdict()) if match else None

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        """The layer with these values in its text."""
        return cls()

    def __str__(self) -> str:
        return self.kind

    def shape(self, x: Shape) -> Shape:
        """The output's shape for an input of shape `x`; Problem where it does not fit."""
        return x

    def parameters(self, x: Shape) -> dict[str, Parameter]:
        """Each parameter's shape by its letter, in the order in which they are named."""
        return {}

    def multiplications(self, x: Shape) -> int:
        """Products in a forward pass of one image."""
        return 0

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        """A line for each role: what is kept, "y", then "dx" and each parameter's gradient.

        `run` says how: of many images, or after training, other lines may be right, or faster.
        """
        raise NotImplementedError

    kept: ClassVar[tuple[str, ...]] = ()
    """The roles whose arrays a trace shows beside the symbols; buffers and what is drawn are shown too."""

    in_eval_mode: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Formula and arithmetic of the roles that are made otherwise after training."""

    across: ClassVar[tuple[str, ...]] = ()
    """The roles that in training are means over all images, or, of a parameter's gradient, sums: before these no line after them can begin."""

    def buffers(self, x: Shape) -> dict[str, Buffer]:
        """The numbers that training keeps, by role."""
        return {}

    def draws(self, x: Shape) -> dict[str, Draw]:
        """The numbers that each pass in training draws anew, by role."""
        return {}

    def for_one(self, x: Shape) -> dict[str, Callable[..., np.ndarray]]:
        """Functions that stand in for some of these lines in the pass of one image, float64: what follows from its shape is worked out once.

        They give the same bits in less time.
        """
        return {}

    def links(self) -> Links:
        """The cells that each computed role comes from."""
        raise NotImplementedError

    @property
    def parameter_letters(self) -> tuple[str, ...]:
        """The letters of its parameters, in the order in which they are named."""
        return tuple(role[1:] for role in self.links() if role[0] == "d" and role not in ("dx", "dy"))

    def takes_away(self, channels: int) -> bool:
        """Tells whether it subtracts the mean of each of so many channels, and with it any bias."""
        return False

    def geometry(self) -> dict[str, int]:
        """k, stride, zeros before and dilation, where a window slides."""
        return {}

    def formulas(self, x: Shape) -> dict[str, str]:
        """LaTeX for each computed role, with roles in single braces: r"{y} = \\sigma({x})"; LaTeX's own are doubled."""
        raise NotImplementedError

    def arithmetic(self) -> dict[str, str]:
        """For each computed role, how the number of one cell comes about from the roles that it is linked to.

        "sum(x*f)+b": products, summed over the linked cells; max and mean go over them likewise; "{mean}" is what is kept under
        that role. The page fills in numbers.
        """
        return {}

    def between(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Numbers on the way from x to y that its picture shows, by their name; none where the cells say it all."""
        return {}

    def effects(self, parameter: str, entries: np.ndarray, values: Values) -> np.ndarray:
        """∂y/∂θ for the entries of a parameter, by their flat index (n,): (n, *y's shape).

        A layer is linear in each of its parameters, so y ± ε·effect is exact.
        """
        raise NotImplementedError

    def magnitude(self, values: Values) -> np.ndarray | None:
        """The size of the numbers from which y is made, cell by cell: it rounds off by so much. None where y itself says it."""
        return None

    def terms_of_dx(self, *sources: np.ndarray, **settings: Any) -> np.ndarray | None:
        """Σ |terms| of each entry of dx, given what its line is given; None where the line itself says it of sizes alone."""
        return None

    def saturated(self, y: np.ndarray) -> np.ndarray | None:
        """The cells of the output that pass almost no gradient, where that can come about; it passes away only slowly."""
        return None

    def silent(self, y: np.ndarray) -> np.ndarray | None:
        """The cells of the output that pass no gradient at all, where that can come about: an image that wakes them may do."""
        return None

    def choice(self, x: Shape) -> Call | None:
        """Its decisions by comparing numbers, as an array of truths; None where it has no kinks."""
        return None

    def tied(self, x: np.ndarray, y: np.ndarray, tie: float) -> np.ndarray | None:
        """At which cells of x a difference of less than `tie` decides; NaN decides nothing. None where it has no kinks."""
        return None

    def undecided(self, dx: np.ndarray, doubt: float, errors: tuple[np.ndarray, np.ndarray], *sources: np.ndarray) -> np.ndarray | None:
        """At which cells another program's `dx` is as right as ours, since numbers that are closer than `doubt` decide there.

        `errors` are how far round-off may put off dx, and what comes back; `sources` are the arrays that dx is made from, in its line's order. None where nothing is decided.
        """
        return None

    def movable(self, doubt: float, *sources: np.ndarray) -> np.ndarray | None:
        """The size of what another program may give each cell of dx, or take from it, in favour of a cell that is as good; arguments as above."""
        return None

    def keras(self, x: Shape) -> tuple[str, ...]:
        """The same layer as it is written in Keras, where maps are (H,W,C): a call of keras.layers, or several in a row."""
        raise NotImplementedError

    def refused_by_pytorch(self, x: Shape, images: int) -> bool:
        """Whether PyTorch refuses this layer's pass in training, on so many images."""
        return False

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        """The same layer as it is written in PyTorch: a call of torch.nn, or several in a row."""
        raise NotImplementedError

    def tensorflow(self, tf: Any, x: Any, *_: Any, **parameters: Any) -> Any:
        """The same layer in TensorFlow, which is handed over: x (B,H,W,C) or (B,D), parameters in our shapes."""
        raise NotImplementedError


def number(kind: str, what: str, text: str | None, default: int, most: int, least: int = 1) -> int:
    """A number of a layer's text within its limits; Problem says which and what fits."""
    if text is None:
        return default
    value = int(text) if len(text) < 7 else most + 1
    if not least <= value <= most:
        raise Problem("network.limit", kind=kind, what=Message(f"network.what.{what}"), value=text, least=least, most=most)
    return value
