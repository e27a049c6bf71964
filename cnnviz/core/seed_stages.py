"""The ordered stages of one update, and which cells each cell is computed from: all as data.

A stage is a cursor over a complete trace. The page walks through `STAGES`, prints their words and
formulas, and follows `LINKS` to light up the cells behind the one that is pointed at.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cnnviz.core.ops import Padding, pad_widths


@dataclass(frozen=True)
class Stage:
    """One step of the lesson: the array it makes, and how it is said in words and in symbols.

    `inputs` are the arrays that it reads.
    """

    symbol: str
    label: str
    phase: str
    title: str
    sentence: str
    formula: str
    inputs: tuple[str, ...]


STAGES: tuple[Stage, ...] = (
    Stage(
        "x", "x", "forward", "The image is a grid of numbers",
        "Each pixel of the chosen channel is one number, 0 to 255 as stored. Divided by 255 it is small enough for σ.",
        "x = pixel / 255", (),
    ),
    Stage(
        "z1", "z₁", "forward", "The kernel slides over the image",
        "At each place the kernel's weights multiply the pixels under them, and the products are added up.",
        "z₁ = x ∗ f", ("x", "f"),
    ),
    Stage(
        "a1", "a₁", "forward", "The sigmoid squeezes each sum into 0 … 1",
        "Far from zero the curve is flat: a unit out there is saturated and hardly answers to a change.",
        "a₁ = σ(z₁) = 1 / (1 + e⁻ᶻ¹)", ("z1",),
    ),
    Stage(
        "v", "v", "forward", "The map is laid out in one row",
        "Nothing is computed: row after row of a₁ becomes one long vector, for the fully connected layer.",
        "v = flatten(a₁)", ("a1",),
    ),
    Stage(
        "z2", "z₂", "forward", "Each output weighs every unit",
        "An output multiplies each unit by its own weight and adds everything up, with a bias.",
        "z₂ = v · w + b", ("v", "w", "b"),
    ),
    Stage(
        "o", "o", "forward", "The sigmoid again: the network's answer",
        "Each output is now a number between 0 and 1 that can be held against its target.",
        "o = σ(z₂)", ("z2",),
    ),
    Stage(
        "L", "L", "loss", "How wrong is it? One number",
        "The loss is the mean of the squared distances between outputs and targets. Everything that follows asks how it moves.",
        "L = mean (o − y)²", ("o", "y"),
    ),
    Stage(
        "do", "∂o", "backward", "How the loss moves with each output",
        "The derivative of the square: twice the distance to the target, shared by the outputs.",
        "∂o = 2 (o − y) / N", ("o", "y"),
    ),
    Stage(
        "dz2", "∂z₂", "backward", "Back through the output's sigmoid",
        "The gradient is multiplied by the slope of the curve where the output stands. On a flat part little gets through.",
        "∂z₂ = ∂o · o (1 − o)", ("do", "o"),
    ),
    Stage(
        "dw", "∂w", "backward", "The gradient of the weights and the bias",
        "A weight's share is what it multiplied times the gradient that arrived at its output. The bias multiplied 1.",
        "∂w = vᵀ · ∂z₂     ∂b = ∂z₂", ("v", "dz2"),
    ),
    Stage(
        "da1", "∂a₁", "backward", "Each unit hears from both outputs",
        "A unit fed every output through a weight, so the gradients come back through the same weights and add up.",
        "∂a₁ = ∂z₂ · wᵀ", ("w", "dz2"),
    ),
    Stage(
        "dz1", "∂z₁", "backward", "Back through the units' sigmoid",
        "Each unit passes on what arrived times the slope where it stands, at most a quarter. A saturated unit passes nothing.",
        "∂z₁ = ∂a₁ · a₁ (1 − a₁)", ("da1", "a1"),
    ),
    Stage(
        "df", "∂f", "backward", "How the loss moves when one kernel weight moves",
        "A kernel weight touched every pixel of the outlined window. Each pixel's share is its value times the gradient that arrived at z₁ there; their sum is the gradient.",
        "∂f[u,v] = Σᵢⱼ x[i+u, j+v] · ∂z₁[i,j]", ("x", "dz1"),
    ),
    Stage(
        "update", "update", "update", "Every parameter takes a small step downhill",
        "Kernel, weights and bias each move against their gradient, all from the values that the gradients were computed with.",
        "θ ← θ − η · ∂θ   for f, w and b", ("f", "df", "w", "dw", "b", "db"),
    ),
)  # fmt: skip

PARTS: tuple[Stage, ...] = (
    Stage(
        "f", "f", "forward", "A kernel weight, shared by every place",
        "This one weight multiplies each pixel in the outlined window, once for each unit of z₁.",
        "z₁ = x ∗ f", (),
    ),
    Stage(
        "w", "w", "forward", "A weight of the fully connected layer",
        "Each output has its own weight for each unit, laid out here as the units are.",
        "z₂ = v · w + b", (),
    ),
    Stage("b", "b", "forward", "The bias", "A number that each output adds, whatever the image is.", "z₂ = v · w + b", ()),
    Stage("y", "y", "loss", "The target", "What the output should have been.", "L = mean (o − y)²", ()),
    Stage(
        "db", "∂b", "backward", "The gradient of the bias",
        "The bias is added as it is, so its gradient is what arrived at z₂.",
        "∂b = ∂z₂", ("dz2",),
    ),
    Stage(
        "dx", "∂x", "backward", "How the loss moves with each pixel",
        "A pixel was under the kernel at several places; from each it gets back the gradient times the weight that touched it. No update needs it: the image does not learn.",
        "∂x[r,c] = Σ ∂z₁[i,j] · f[r−i, c−j]", ("f", "dz1"),
    ),
)  # fmt: skip
"""What can be pointed at besides the stages: parameters, targets, and the gradients beside the path."""

SHARE = "x[i+u, j+v]"
"""The pixel that a kernel weight (u,v) meets at the place (i,j), as formulas have it."""


def formula_here(formula: str, stride: int = 1, padding: Padding = 0, scale: str = "unit") -> str:
    """A formula of STAGES or PARTS with a lesson's stride, padding and pixels in it.

    >>> formula_here(SHARE), formula_here(SHARE, stride=2, padding="same"), formula_here(SHARE, padding="full")
    ('x[i+u, j+v]', 'x[2i+u−1, 2j+v−1]', 'x[i+u−2, j+v−2]')
    >>> formula_here("x = pixel / 255", scale="raw")
    'x = pixel, as stored'
    """
    before = pad_widths(3, padding)[0]
    s, more, less = ("" if stride == 1 else str(stride)), *((f"+{before}", f"−{before}") if before else ("", ""))
    if scale == "raw":
        formula = formula.replace(" / 255", ", as stored")
    formula = re.sub(r"\b([ij])\+(\w)\b", rf"{s}\1+\2{less}", formula)
    return re.sub(r"\b([rc])−([ij])\b", rf"\1{more}−{s}\2", formula)


LINKS: dict[str, tuple[tuple[str, str], ...]] = {
    "z1": (("x", "window"), ("f", "all")),
    "a1": (("z1", "same"),),
    "v": (("a1", "same"),),
    "z2": (("v", "all"), ("w", "output"), ("b", "output")),
    "o": (("z2", "output"),),
    "do": (("o", "output"), ("y", "output")),
    "dz2": (("do", "output"), ("o", "output")),
    "dw": (("v", "same"), ("dz2", "output")),
    "db": (("dz2", "output"),),
    "da1": (("w", "unit"), ("dz2", "all")),
    "dz1": (("da1", "same"), ("a1", "same")),
    "df": (("x", "touched"), ("dz1", "all"), ("f", "same")),
    "dx": (("f", "passing"), ("dz1", "covering")),
    "update": (("f", "same"), ("df", "same")),
    "f": (("x", "touched"),),
    "w": (("v", "same"), ("z2", "output")),
}
"""What a cell of each array is computed from, as (array, kind). Cells are (i, j), and (i, j, n) in
w and dw, whose rows are laid out like a1; (n, 0) in arrays with an entry an output. `sources` says
what each kind means. A cell of update is one of the new kernel. f and w are not computed from anything: theirs are the cells that they touch; and
df names, besides its sources, the weight that it is the gradient of."""


@dataclass(frozen=True)
class Geometry:
    """The shapes that the links of one lesson depend on."""

    x_shape: tuple[int, int]
    z1_shape: tuple[int, int]
    k: int = 3
    n_outputs: int = 2
    stride: int = 1
    padding: Padding = 0

    def shape(self, symbol: str) -> tuple[int, ...]:
        """The shape in which `symbol` is laid out on the screen."""
        if symbol in ("x", "dx"):
            return self.x_shape
        if symbol in ("f", "df", "update"):
            return (self.k, self.k)
        if symbol in ("z1", "a1", "v", "da1", "dz1"):
            return self.z1_shape
        return (*self.z1_shape, self.n_outputs) if symbol in ("w", "dw") else (self.n_outputs, 1)


def sources(symbol: str, cell: tuple[int, ...], geometry: Geometry) -> dict[str, set[tuple[int, ...]]]:
    """The cells that `cell` of array `symbol` is computed from, by array; padding is not a cell.

    >>> geometry = Geometry((32, 32), (30, 30))
    >>> sources("dz1", (4, 5), geometry)
    {'da1': {(4, 5)}, 'a1': {(4, 5)}}
    >>> len(sources("z1", (0, 0), geometry)["x"]), len(sources("df", (0, 0), geometry)["x"])
    (9, 900)
    """
    return {
        array: {c for c in _cells(geometry.shape(array)) if _reads(kind, cell, c, geometry)}
        for array, kind in LINKS.get(symbol, ())
    }


def _cells(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return itertools.product(*(range(n) for n in shape))


def _reads(kind: str, cell: tuple[int, ...], source: tuple[int, ...], geometry: Geometry) -> bool:
    stride, before, k = geometry.stride, pad_widths(geometry.k, geometry.padding)[0], geometry.k
    output = cell[-1] if len(cell) == 3 else cell[0]
    match kind:
        case "all":
            return True
        case "same":
            return cell[:2] == source[:2]
        case "unit":  # every weight of one unit
            return cell[:2] == source[:2]
        case "output":  # everything of one output
            return (source[-1] if len(source) == 3 else source[0]) == output
        case "window":  # the k×k pixels under the kernel at this place
            return all(0 <= s + before - stride * c < k for c, s in zip(cell, source, strict=True))
        case "touched":  # every pixel that was under this weight at some place
            return _meet(pixel=source, weight=cell, geometry=geometry)
        case "passing":  # every weight that was over this pixel at some place
            return _meet(pixel=cell, weight=source, geometry=geometry)
        case "covering":  # every place where this pixel was under the kernel
            return all(0 <= c + before - stride * s < k for c, s in zip(cell, source, strict=True))
    raise ValueError(f"sources: no kind {kind!r}")


def _meet(pixel: tuple[int, ...], weight: tuple[int, ...], geometry: Geometry) -> bool:
    """Whether this kernel weight lies over this pixel at some place of the kernel."""
    before, stride = pad_widths(geometry.k, geometry.padding)[0], geometry.stride
    offsets = [p + before - w for p, w in zip(pixel, weight, strict=True)]
    return all(o % stride == 0 and 0 <= o // stride < n for o, n in zip(offsets, geometry.z1_shape, strict=True))
