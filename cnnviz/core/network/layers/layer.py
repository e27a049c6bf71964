"""Base class of all layers. Each kind is a class in its own file of this folder, which is found automatically.

Arrays have any leading axes and always a channel axis: maps are (…,C,H,W), rows (…,D). A layer refers to arrays by role:
"x" is its input, "y" its output, a letter is a parameter, and "dx", "dy" and "df" are gradients. All other roles are
intermediate arrays that the forward pass keeps for the backward pass.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar, Self

import numpy as np

from cnnviz.words import Message, Problem

Shape = tuple[int, ...]
"""Shape of a map (C,H,W) or of a row (D,)."""

Values = Mapping[str, np.ndarray]

Groups = Mapping[str, str | None]
"""The groups of a layer's text by field name; None if the text omits the field."""

Links = dict[str, tuple[tuple[str, str], ...]]
"""Source roles of each computed role, each with its pattern of cells (core/network/cell_links.py)."""


@dataclass(frozen=True)
class Call:
    """An operation of a pass: the function, the roles of its arguments in order, and its keyword settings."""

    function: Callable[..., np.ndarray]
    roles: tuple[str, ...]
    settings: Mapping[str, object] = field(default_factory=dict)

    def make(self, values: Values) -> np.ndarray:
        """Call the function with the arrays of its roles, and its settings.

        >>> call(np.sum, "x", axis=0).make({"x": np.ones((3, 2))}).tolist()
        [3.0, 3.0]
        """
        return self.function(*[values[role] for role in self.roles], **self.settings)


def call(function: Callable[..., np.ndarray], roles: str, **settings: object) -> Call:
    """Return a Call: `call(weigh, "windows f", rows=30)` stands for weigh(windows, f, rows=30)."""
    return Call(function, tuple(roles.split()), settings)


@dataclass(frozen=True)
class Parameter:
    """A layer's parameter for one input shape: its shape and fan-in (the number of products summed per unit). A
    parameter with fan-in 0 is not drawn but starts at 0, or at 1 if `ones` is true.
    """

    shape: Shape
    fan_in: int = 0
    ones: bool = False


@dataclass(frozen=True)
class Buffer:
    """An array that training updates without gradients, such as a running mean: its shape, its initial value, and the
    operation for its next value.

    The operation may read all roles of the forward pass, and the buffer by its own role.
    """

    shape: Shape
    start: float
    next: Call


Draw = partial[np.ndarray]
"""Function that draws random numbers for a training pass, from a generator and a shape whose first axis is the image
axis."""


@dataclass(frozen=True)
class Run:
    """Options of a pass. With `images` the pass runs over several images, whose axis precedes an array's own axes. Axes
    before that, or all leading axes without `images`, are independent copies. `many` selects operations that are faster
    for many copies. `training` selects training mode, as opposed to eval mode with fixed buffers and no random draws.
    """

    images: bool = False
    many: bool = False
    training: bool = True


ONE = Run()
"""One image, in training mode."""


@dataclass(frozen=True)
class Layer:
    """One layer of a network, as an immutable value that is parsed from one word of the network's text.

    A subclass defines at least `kind`, `text`, `letter`, `calls` and `links`.
    """

    kind: ClassVar[str]
    text: ClassVar[re.Pattern[str]]
    """Pattern of the layer in a network's text. Its groups are named after the fields."""
    letter: ClassVar[str]
    """Letter of the output's symbol: z, a, p, n or r."""
    input_kind: ClassVar[str] = "any"
    """Kind of input: "any", "map" (an image, or the output of a conv or pool), or "row" (the output of a dense layer
    or gap)."""
    output_kind: ClassVar[str] = "same"
    """Kind of output: "map", "row", or "same" as the input."""
    scale: ClassVar[str] = "signed"
    """Range of the output, for its colours: "signed", "positive" (never below 0), "share" (in 0 … 1), or "same" as
    the input."""

    has_kinks: ClassVar[bool] = False
    """Whether the layer selects by comparing numbers, as ReLU and max pooling do, so that its derivative jumps."""

    passes_shifts: ClassVar[bool] = False
    """Whether adding a constant to a channel of the input adds it to the whole channel of the output."""

    function: ClassVar[str] = ""
    """Name of the function for display, such as "σ" (with derivative σ′). If empty, `kind` is used."""

    axes: ClassVar[Mapping[str, Mapping[str, tuple[int, ...]]]] = {}
    """Axis order of parameters in "keras" and "pytorch", by letter, if it differs from ours."""

    def words(self, role: str) -> str:
        """Return the message section that describes a role.

        >>> from cnnviz.core.network.layers import LAYERS
        >>> LAYERS["dense"](2).words("dx"), LAYERS["gn"](1).words("dx")
        ('layer.dense.dx', 'layer.normalisation.dx')
        """
        return f"layer.{self.kind}.{role}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Parse a layer. Return None if the text is not of this kind. Raise Problem if a number is out of range."""
        match = cls.text.fullmatch(text)
        return cls.from_groups(match.groupdict()) if match else None

    @classmethod
    def from_groups(cls, groups: Groups) -> Self:
        """Create a layer from the groups of its text."""
        return cls()

    def __str__(self) -> str:
        return self.kind

    def shape(self, x: Shape) -> Shape:
        """Return the output shape for an input of shape `x`. Raise Problem if the layer does not fit."""
        return x

    def parameters(self, x: Shape) -> dict[str, Parameter]:
        """Return the parameters by letter, in the order of their names."""
        return {}

    def multiplications(self, x: Shape) -> int:
        """Return the number of multiplications in a forward pass of one image."""
        return 0

    def calls(self, x: Shape, run: Run = ONE) -> dict[str, Call]:
        """Return the operation of each role: intermediate arrays, "y", then "dx" and each parameter's gradient.

        They may depend on `run`: other operations may be needed in eval mode, or be faster for many images.
        """
        raise NotImplementedError

    kept: ClassVar[tuple[str, ...]] = ()
    """Roles whose arrays a trace shows in addition to the symbols. Buffers and random draws are always shown."""

    in_eval_mode: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Formula and arithmetic of the roles that differ in eval mode."""

    roles_across_images: ClassVar[tuple[str, ...]] = ()
    """Roles that combine all images in training: means, or sums for the gradient of a parameter. Later operations need
    all images."""

    def buffers(self, x: Shape) -> dict[str, Buffer]:
        """Return the buffers by role."""
        return {}

    def draws(self, x: Shape) -> dict[str, Draw]:
        """Return the functions that draw the random numbers of each training pass, by role."""
        return {}

    def single_image_functions(self, x: Shape) -> dict[str, Callable[..., np.ndarray]]:
        """Return faster functions for some operations on one float64 image, with values that depend only on the shape
        computed once.

        Results are bit-identical.
        """
        return {}

    def links(self) -> Links:
        """Return the cells that each computed role depends on."""
        raise NotImplementedError

    @property
    def parameter_letters(self) -> tuple[str, ...]:
        """Letters of the parameters, in the order of their names."""
        return tuple(role[1:] for role in self.links() if role[0] == "d" and role not in ("dx", "dy"))

    def subtracts_mean(self, channels: int) -> bool:
        """Return whether the layer subtracts the mean of each of `channels` channels, so that a bias before it has no
        effect."""
        return False

    def geometry(self) -> dict[str, int]:
        """Return k, stride, zeros before and dilation of the sliding window. Empty for layers without one."""
        return {}

    def formulas(self, x: Shape) -> dict[str, str]:
        """Return LaTeX for each computed role, with roles in single braces and LaTeX braces doubled: r"{y} =
        \\\\sigma({x})"."""
        raise NotImplementedError

    def arithmetic(self) -> dict[str, str]:
        """Return, for each computed role, the arithmetic of one cell in terms of the linked roles.

        "sum(x*f)+b" sums products over the linked cells, and so do max and mean; "{mean}" is the array of that role. The page
        inserts numbers.
        """
        return {}

    def intermediates(self, x: np.ndarray) -> dict[str, np.ndarray]:
        """Return intermediate values between x and y that the diagram shows, by name."""
        return {}

    def effects(self, parameter: str, entries: np.ndarray, values: Values) -> np.ndarray:
        """Return ∂y/∂θ for entries of a parameter, given by flat index (n,): (n, *y.shape).

        A layer is linear in each of its parameters, so y ± ε·effect is exact.
        """
        raise NotImplementedError

    def magnitude(self, values: Values) -> np.ndarray | None:
        """Return the sum of the absolute terms of each cell of y, which bounds its round-off. None if that is |y|."""
        return None

    def terms_of_dx(self, *sources: np.ndarray, **settings: Any) -> np.ndarray | None:
        """Return Σ |terms| for each entry of dx, from the operation's sources. Return None if the operation itself
        gives this sum for absolute values."""
        return None

    def saturated(self, y: np.ndarray) -> np.ndarray | None:
        """Return a mask of the output cells that pass almost no gradient, or None if that cannot happen. Such cells
        recover slowly."""
        return None

    def silent(self, y: np.ndarray) -> np.ndarray | None:
        """Return a mask of the output cells that pass no gradient at all, or None if that cannot happen. Other images
        may activate them."""
        return None

    def decisions(self, x: Shape) -> Call | None:
        """Return the operation that computes the layer's selections as Booleans, or None if it has no kinks."""
        return None

    def tie_mask(self, x: np.ndarray, y: np.ndarray, tie: float) -> np.ndarray | None:
        """Return a mask of the cells of x whose selection depends on a difference below `tie`, excluding NaN. None if
        the layer has no kinks.
       """
        return None

    def undecided(self, dx: np.ndarray, error_bound: float, errors: tuple[np.ndarray, np.ndarray], *sources: np.ndarray) -> np.ndarray | None:
        """Return a mask of the cells at which `dx` of another program is also right, because a selection there depends
        on a difference below `error_bound`.

        `errors` are the round-off errors of dx and of dy, and `sources` the arrays from which dx is computed, in the order of its
        operation. None if the layer has no kinks.
        """
        return None

    def movable_gradient(self, error_bound: float, *sources: np.ndarray) -> np.ndarray | None:
        """Return the part of each cell of dx that another program may assign to another cell of equal value. Arguments
        as in `undecided`."""
        return None

    def keras(self, x: Shape) -> tuple[str, ...]:
        """Return the layer in Keras, where maps are (H,W,C), as one or more calls of keras.layers."""
        raise NotImplementedError

    def refused_by_pytorch(self, x: Shape, images: int) -> bool:
        """Return whether PyTorch refuses the layer's training pass on `images` images."""
        return False

    def pytorch(self, x: Shape) -> tuple[str, ...]:
        """Return the layer in PyTorch as one or more calls of torch.nn."""
        raise NotImplementedError

    def tensorflow(self, tf: Any, x: Any, *_: Any, **parameters: Any) -> Any:
        """Apply the layer in TensorFlow (`tf`) to x (B,H,W,C) or (B,D), with parameters in our shapes."""
        raise NotImplementedError


def parse_number(kind: str, what: str, text: str | None, default: int, most: int, least: int = 1) -> int:
    """Parse a number in a layer's text. Raise Problem with the limits if it is out of range."""
    if text is None:
        return default
    value = int(text) if len(text) < 7 else most + 1
    if not least <= value <= most:
        raise Problem("network.limit", kind=kind, what=Message(f"network.what.{what}"), value=text, least=least, most=most)
    return value
