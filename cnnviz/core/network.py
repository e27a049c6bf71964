"""A network as a value: a tuple of layers and a loss, written as one word. Everything else is derived from its layers.

    conv1x3-sigmoid-dense2-sigmoid-mse

    x (H,W) --conv f (K,K)--> z1 --σ--> a1 --flatten--> v (D,) --w (D,N), b (N,)--> z2 --σ--> o (N,)
    L = mean((o - y)²)

is the teaching notebook's, and the default; `forward`, `backward` and `init_params` are its own functions.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from cnnviz.core.layers import LAYERS
from cnnviz.core.layers.conv import Conv
from cnnviz.core.layers.dense import Dense
from cnnviz.core.layers.layer import Layer, Shape
from cnnviz.core.layers.sigmoid import Sigmoid
from cnnviz.core.losses import LOSSES, Loss, Merged
from cnnviz.core.ops import conv2d_shape, targets
from cnnviz.core.optimizers import gd
from cnnviz.core.program import Line, Program
from cnnviz.core.sliding import Padding
from cnnviz.core.stages import Stage, stages_of
from cnnviz.core.values import Gradients, Params, Trace
from cnnviz.words import Problem

WEIGHTS = ("zeros", "normal", "he")
"""How parameters may start."""

DEFAULT = "conv1x3-sigmoid-dense2-sigmoid-mse"

MOST_TEXT, MOST_PARAMETERS, MOST_MULTIPLICATIONS = 200, 600_000, 20_000_000
MOST = {"conv": 4, "dense": 3, "between": 12, "filters": 64, "outputs": 10}
"""Limits of a network: what can be drawn, and computed while somebody waits."""


def draw(shape: Shape, n: float, seed: int | tuple[int, int]) -> np.ndarray:
    """Numbers drawn from N(0, 1/n): where n products are summed, the sum starts near ±1.

    >>> draw((2, 2), 4, seed=0).round(2)
    array([[ 0.06, -0.07],
           [ 0.32,  0.05]])
    """
    return np.random.default_rng(seed).normal(size=shape) / np.sqrt(n)


@dataclass(frozen=True)
class Names:
    """The symbols of one layer: what it reads (`source`, and `input`, which is v where it flattens), its output, its parameters' number."""

    source: str
    output: str
    number: str = ""
    flattens: bool = False

    @property
    def input(self) -> str:
        """The symbol of what the layer is given."""
        return "v" if self.flattens else self.source

    def of(self, role: str) -> str:
        """The symbol of a role of this layer."""
        if role in ("x", "dx"):
            return role[:-1] + self.input
        if role in ("y", "dy"):
            return role[:-1] + self.output
        if role in ("f", "w", "b", "df", "dw", "db"):
            return role + (self._own(role[-1]))
        return f"{self.output}.{role}"

    def _own(self, letter: str) -> str:
        return self.number if letter in self.numbered else ""

    numbered: frozenset[str] = frozenset()
    """The parameters' letters that stand more than once in the network."""


@dataclass(frozen=True)
class Network:
    """Layers and a loss. `parse` checks order and limits; equal texts are equal networks.

    >>> network = Network.parse("conv4x3-relu-max2-dense10-softmax-ce")
    >>> network.symbols
    ('x', 'z1', 'a1', 'p1', 'v', 'z2', 'o')
    >>> params = network.init((32, 32))
    >>> trace = network.forward(params, np.ones((32, 32)))
    >>> {name: array.shape for name, array in network.backward(params, trace, np.eye(10)[3]).items()}["df"]
    (4, 1, 3, 3)
    """

    layers: tuple[Layer, ...]
    loss_kind: Loss

    @classmethod
    def parse(cls, text: str) -> Network:
        """The network that `text` stands for; Problem, a ValueError, names the word, its place and what fits."""
        return _parse(text)

    def __str__(self) -> str:
        return "-".join([*map(str, self.layers), str(self.loss_kind)])

    # ---- symbols

    @cached_property
    def names(self) -> tuple[Names, ...]:
        """The symbols of each layer: each letter counts for itself, in the order of the text."""
        letters = Counter(letter for layer in self.layers for letter in _parameter_letters(layer))
        numbered = frozenset(letter for letter, count in letters.items() if count > 1)
        counts: Counter[str] = Counter()
        found, source, row = [], "x", False
        for place, layer in enumerate(self.layers):
            counts[layer.letter] += 1
            output = "o" if place == len(self.layers) - 1 else f"{layer.letter}{counts[layer.letter]}"
            flattens = layer.takes == "row" and not row
            found.append(Names(source, output, str(counts[layer.letter]), flattens, numbered))
            source, row = output, row or layer.gives == "row"
        return tuple(found)

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbol of every array of a forward pass, in order, from "x" to "o"."""
        found = ["x"]
        for names in self.names:
            found += ["v", names.output] if names.flattens else [names.output]
        return tuple(found)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The name of every parameter, in order."""
        return tuple(
            names.of(letter) for layer, names in zip(self.layers, self.names, strict=True) for letter in _parameter_letters(layer)
        )

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of one update, in order; each is its symbol, with what it says of itself."""
        return stages_of(self)

    @property
    def merged(self) -> Merged | None:
        """The loss together with the last layer, where they merge."""
        return self.loss_kind.merged.get(self.layers[-1].kind)

    @property
    def outputs(self) -> int | None:
        """How many outputs there are, where that does not depend on the image."""
        return next((layer.shape((0,))[0] for layer in reversed(self.layers) if layer.kind == "dense"), None)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.layers, self.loss_kind))

    # ---- one image

    def program(self, x_shape: Shape, many: bool = False) -> Program:
        """The network's lines for images of this shape, (H,W) or (C,H,W); Problem where a layer does not fit."""
        return _program(self, with_channels(x_shape), many)

    def check(self, x_shape: Shape) -> Program:
        """As `program`, within the limits on parameters, multiplications and outputs; Problem says what fits."""
        program = self.program(x_shape)
        count = sum(math.prod(parameter.shape) for parameter in program.parameters.values())
        if count > MOST_PARAMETERS:
            name, largest = max(program.parameters.items(), key=lambda item: math.prod(item[1].shape))
            layer, place = self._owner(name)
            raise Problem(
                "network.parameters", n=count, most=MOST_PARAMETERS, layer=str(layer), place=place, own=math.prod(largest.shape)
            )
        if program.multiplications > MOST_MULTIPLICATIONS:
            costs = [layer.multiplications(shape) for layer, shape in zip(self.layers, program.inputs, strict=True)]
            place = costs.index(max(costs))
            raise Problem(
                "network.multiplications", n=program.multiplications, most=MOST_MULTIPLICATIONS,
                layer=str(self.layers[place]), place=place + 1, own=max(costs),
            )  # fmt: skip
        if program.shapes["o"][0] > MOST["outputs"]:
            raise Problem(
                "network.outputs", layer=str(self.layers[-1]), place=len(self.layers), n=program.shapes["o"][0], most=MOST["outputs"]
            )
        return program

    def _owner(self, parameter: str) -> tuple[Layer, int]:
        for place, (layer, names) in enumerate(zip(self.layers, self.names, strict=True)):
            if parameter in [names.of(letter) for letter in _parameter_letters(layer)]:
                return layer, place + 1
        raise KeyError(parameter)

    def init(
        self,
        x_shape: Shape,
        weights: str = "normal",
        seed: int = 0,
        f: np.ndarray | Mapping[str, np.ndarray] | None = None,
    ) -> Params:
        """The parameters before the first update, for images (H,W) or (C,H,W).

        `weights` "normal" draws N(0, 1/fan-in), "he" N(0, 2/fan-in), "zeros" sets dense w to 0 and draws filters
        as "normal" does; biases are 0. Filters that are given are not drawn: the first conv's as an array, or any
        parameters by name. Each parameter has its own generator. Raises Problem where something does not fit.

        >>> Network.parse("conv4x3-dense2-mse").init((8, 8)).w.shape
        (144, 2)
        """
        if weights not in WEIGHTS:
            raise Problem("network.weights", weights=repr(weights), known=WEIGHTS)
        program = self.check(x_shape)
        given = self._given(f, program)
        lines = self.start_lines(program, weights, seed)
        return Params.made(
            {name: given[name] if name in given else line.run().reshape(program.shown[name]) for name, line in lines.items()}
        )

    def start_lines(self, program: Program, weights: str = "normal", seed: int = 0) -> dict[str, Line]:
        """How each parameter starts where nothing is given, as a line that reads no other array."""
        last = next((names.of("w") for layer, names in zip(self.layers[::-1], self.names[::-1], strict=True) if layer.kind == "dense"), "")
        found = {}
        for place, (layer, names) in enumerate(zip(self.layers, self.names, strict=True)):
            for letter in _parameter_letters(layer):
                name = names.of(letter)
                shape, n = program.parameters[name].shape, program.parameters[name].fan_in
                if not n or (weights == "zeros" and layer.kind == "dense"):
                    found[name] = Line(name, np.zeros, (), {"shape": shape}, place, letter)
                else:
                    own = seed if name == last else (seed, int(names.number))
                    settings = {"shape": shape, "n": n / 2 if weights == "he" else n, "seed": own}
                    found[name] = Line(name, draw, (), settings, place, letter)
        return found

    def _given(self, f: np.ndarray | Mapping[str, np.ndarray] | None, program: Program) -> dict[str, np.ndarray]:
        first = next((names.of("f") for layer, names in zip(self.layers, self.names, strict=True) if "f" in _parameter_letters(layer)), None)
        if f is None:
            return {}
        given = dict(f) if isinstance(f, Mapping) else {"f": f}
        if first and "f" in given and first not in given:
            given[first] = given.pop("f")
        found = {}
        for name, array in given.items():
            array = np.array(array, dtype=np.float64)
            if name not in program.parameters:
                raise Problem("network.unknown_parameter", name=name, known=self.parameters)
            if array.shape not in (program.shown[name], program.shapes[name]):
                raise Problem("network.shape", name=name, shape=array.shape, wanted=program.shown[name])
            found[name] = array.reshape(program.shown[name])
        return found

    def forward(self, params: Params, x: np.ndarray) -> Trace:
        """Every value from the image `x` (C,H,W), or (H,W) for one channel, to the outputs, by symbol."""
        x = np.asarray(x, dtype=np.float64)
        return self.program(x.shape).forward(params, x)

    def loss(self, trace: Trace | np.ndarray, y: np.ndarray) -> float:
        """L of a pass, exact at any magnitude; of bare outputs (N,), by the plain formula."""
        if not isinstance(trace, Trace):
            o = np.asarray(trace, dtype=np.float64)
            return float(self.loss_kind.loss.function(o, self.targets(y, o.shape)))
        y = self.targets(y, trace.o.shape)
        line = self.program(trace.x.shape).loss_line
        return float(line.function(*[y if source == "y" else trace[source] for source in line.sources]))

    def backward(self, params: Params, trace: Trace, y: np.ndarray) -> Gradients:
        """∂L/∂<name> for every symbol and parameter, under "d" and its name; without "do" where the loss merges.

        `y` (N,), or one number for all outputs.
        """
        return self.program(trace.x.shape).backward(params, trace, self.targets(y, trace.o.shape))

    def targets(self, y: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """`y` as an array of `shape` (N,) that this loss can take; Problem where it is none."""
        y = targets(y, shape)
        self.loss_kind.check_targets(y)
        return y


def with_channels(shape: Shape) -> Shape:
    """(H,W) as (1,H,W)."""
    return (1, *shape) if len(shape) == 2 else tuple(shape)


@lru_cache(maxsize=512)
def _program(network: Network, x_shape: Shape, many: bool) -> Program:
    if len(x_shape) != 3 or min(x_shape) < 1:
        raise Problem("network.image", shape=x_shape)
    return Program(network, x_shape, many)


def _parameter_letters(layer: Layer) -> tuple[str, ...]:
    return tuple(role[1:] for role in layer.links() if role[0] == "d" and role not in ("dx", "dy"))


# ---- text


def _parse(text: str) -> Network:
    if not isinstance(text, str):
        raise Problem("network.no_text", example=DEFAULT)
    if len(text) > MOST_TEXT:
        raise Problem("network.length", n=len(text), most=MOST_TEXT)
    *words, last = text.strip().split("-")
    if last not in LOSSES:
        raise Problem("network.no_loss", word=_short(last), known=tuple(LOSSES))
    layers = tuple(_layer(word, place, words) for place, word in enumerate(words, start=1))
    _check_order(layers, LOSSES[last])
    _check_counts(layers)
    return Network(layers, LOSSES[last])


def _layer(word: str, place: int, words: list[str]) -> Layer:
    try:
        for kind in LAYERS.values():
            if word.isascii() and (layer := kind.parse(word)):  # other scripts have digits too
                return layer
    except Problem as problem:
        raise Problem("network.at", word=_short(word), place=place, why=problem) from None
    near = re.match("[a-z]*", word)
    code = "network.form" if near and near[0] in LAYERS else "network.word"
    raise Problem(code, word=_short(word), place=place, known=tuple(LAYERS), losses=tuple(LOSSES))


def _check_order(layers: tuple[Layer, ...], loss: Loss) -> None:
    row = False
    for place, layer in enumerate(layers, start=1):
        if row and layer.takes == "map":
            raise Problem("network.after_row", layer=str(layer), place=place)
        if not row and layer.takes == "row" and layer.kind != "dense":
            raise Problem("network.needs_row", layer=str(layer), place=place)
        row = row or layer.gives == "row"
    if not any("f" in _parameter_letters(layer) or "w" in _parameter_letters(layer) for layer in layers):
        raise Problem("network.nothing_learns")
    if not row:
        raise Problem("network.no_row_in_text", loss=str(loss), last=str(layers[-1]), place=len(layers))
    if loss.after and layers[-1].kind not in loss.after:
        raise Problem("network.loss_after", loss=str(loss), after=loss.after, last=str(layers[-1]), place=len(layers))


def _check_counts(layers: tuple[Layer, ...]) -> None:
    counts: Counter[str] = Counter()
    dense = []
    for place, layer in enumerate(layers, start=1):
        letters = _parameter_letters(layer)
        name = "conv" if "f" in letters else "dense" if "w" in letters else "between"
        counts[name] += 1
        if name == "conv":
            counts["filters"] += layer.shape((1, 99, 99))[0]
        if name == "dense":
            dense.append(layer)
        for counted in (name, "filters"):
            if counts[counted] > MOST[counted]:
                raise Problem(
                    f"network.too_many.{counted}", layer=str(layer), place=place, n=counts[counted], most=MOST[counted]
                )
    last = dense[-1] if dense else None
    if last and last.shape((1,))[0] > MOST["outputs"]:
        place = max(n for n, layer in enumerate(layers, start=1) if layer is last)
        raise Problem("network.outputs", layer=str(last), place=place, n=last.shape((1,))[0], most=MOST["outputs"])


def _short(word: str) -> str:
    return repr(word if len(word) <= 24 else word[:23] + "…")


# ---- the teaching notebook's network


def init_params(
    f: np.ndarray,
    x_shape: tuple[int, int],
    n_outputs: int = 2,
    stride: int = 1,
    padding: Padding = 0,
    weights: str = "zeros",
    seed: int = 0,
) -> Params:
    """The parameters before the first update: this kernel, and w and b that fit it.

    `weights` "zeros" as in the notebook, "normal": w ~ N(0, 1/D) from `seed` (LeCun's scale, so that z2
    starts near ±1), or "he": N(0, 2/D); b zero. Raises ValueError if the kernel does not fit `x_shape` (H,W).

    >>> init_params(np.ones((3, 3)), (32, 32)).w.shape
    (900, 2)
    """
    if n_outputs < 1:
        raise ValueError(f"init_params: n_outputs is {n_outputs!r}; the network needs at least 1")
    rows, columns = conv2d_shape(x_shape, np.shape(f), stride, padding)
    d = rows * columns
    if weights not in WEIGHTS:
        raise ValueError(f"init_params: weights {weights!r} is none of {', '.join(WEIGHTS)}")
    if weights == "zeros":
        w = np.zeros((d, n_outputs))
    else:
        w = np.random.default_rng(seed).normal(size=(d, n_outputs)) / np.sqrt(d / 2 if weights == "he" else d)
    return Params(np.asarray(f), w, np.zeros(n_outputs))


def forward(params: Params, x: np.ndarray, stride: int = 1, padding: Padding = 0) -> Trace:
    """Every value from the image `x` (H,W) to the outputs `o` (N,), of the teaching notebook's network.

    Raises ValueError if w does not have a row for each of the H'·W' units.

    >>> x = np.zeros((4, 4))
    >>> forward(init_params(np.ones((3, 3)), x.shape), x).o
    array([0.5, 0.5])
    """
    trace = seed_program(params, np.shape(x), stride, padding).forward(params, x)
    if stride != 1 or padding != 0:  # else they are the class's own
        vars(trace).update(stride=stride, padding=padding)
    return trace


def backward(params: Params, trace: Trace, y: np.ndarray) -> Gradients:
    """The exact derivative of mse with respect to every name: `forward`, reversed.

    `y` (N,), or one number for all outputs. `dx` is worked out when first asked for.

    >>> x = np.zeros((4, 4))
    >>> params = init_params(np.ones((3, 3)), x.shape)
    >>> backward(params, forward(params, x), np.array([1, 0])).db
    array([-0.125,  0.125])
    """
    program = seed_program(params, trace.x.shape, trace.stride, trace.padding)
    return program.backward(params, trace, targets(y, trace.o.shape))


def seed_program(params: Params, x_shape: tuple[int, ...], stride: int = 1, padding: Padding = 0) -> Program:
    """The teaching notebook's network for these parameters and images (H,W); ValueError where they do not fit."""
    return _seed_program(x_shape, params.f.shape, params.w.shape, params.b.shape, stride, padding)


@lru_cache(maxsize=256, typed=True)
def _seed_program(x_shape: Shape, f: Shape, w: Shape, b: Shape, stride: int, padding: Padding) -> Program:
    """Checked once for all parameters of these shapes."""
    units = math.prod(conv2d_shape(x_shape, f, stride, padding))
    if len(w) != 2 or w[0] != units or not w[1]:
        raise ValueError(f"forward: w has shape {w}; {units} units need ({units}, N), N at least 1")
    if b != w[1:]:
        raise ValueError(f"forward: b has shape {b}; w {w} needs {w[1:]}")
    layers = (Conv(1, f[0], False, stride, padding), Sigmoid(), Dense(w[1]), Sigmoid())
    return Program(Network(layers, LOSSES["mse"]), (1, *x_shape))


def update(params: Params, gradients: Gradients, learning_rate: float) -> Params:
    """One step of gradient descent, θ ← θ - η·dθ, for every parameter. New values; nothing is mutated.

    >>> x = np.zeros((4, 4))
    >>> params = init_params(np.ones((3, 3)), x.shape)
    >>> update(params, backward(params, forward(params, x), np.array([1, 0])), 0.8).b
    array([ 0.1, -0.1])
    """
    return gd(learning_rate).step(params, gradients, None)[0]
