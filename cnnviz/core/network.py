"""A network as a value: a tuple of layers and a loss, written as one word. Everything else is derived from its layers.

    conv1x3-sigmoid-dense2-sigmoid-mse

    x (H,W) --conv f (K,K)--> z1 --σ--> a1 --flatten--> v (D,) --w (D,N), b (N,)--> z2 --σ--> o (N,)
    L = mean((o - y)²)

is the teaching notebook's, and the default; core/seed_network.py has its own functions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cnnviz.core.architecture import Architecture
from cnnviz.core.layers.layer import Layer, Shape
from cnnviz.core.network_text import MOST, read
from cnnviz.core.program import Line, Program, program_of
from cnnviz.core.values import Gradients, Params, Trace
from cnnviz.words import Problem

WEIGHTS = ("zeros", "normal", "he")
"""How parameters may start."""

DEFAULT = "conv1x3-sigmoid-dense2-sigmoid-mse"
"""The network that the page opens with, the teaching notebook's."""

MOST_PARAMETERS, MOST_MULTIPLICATIONS = 600_000, 20_000_000
"""What can be computed while somebody waits."""


def draw(shape: Shape, n: float, seed: int | tuple[int, int]) -> np.ndarray:
    """Numbers drawn from N(0, 1/n): where n products are summed, the sum starts near ±1.

    >>> draw((2, 2), 4, seed=0).round(2)
    array([[ 0.06, -0.07],
           [ 0.32,  0.05]])
    """
    return np.random.default_rng(seed).normal(size=shape) / np.sqrt(n)


class Network(Architecture):
    """Layers and a loss, and the passes of one image through them. `parse` checks order and limits; equal texts are equal networks.

    >>> network = Network.parse("conv4x3-relu-max2-dense10-softmax-ce")
    >>> network.symbols
    ('x', 'z1', 'a1', 'p1', 'v', 'z2', 'o')
    >>> params = network.init((32, 32))
    >>> trace = network.forward(params, np.ones((32, 32)))
    >>> {name: array.shape for name, array in network.backward(params, trace, np.eye(10)[3]).items()}["df"]
    (4, 1, 3, 3)
    """

    @classmethod
    def parse(cls, text: str) -> Network:
        """The network that `text` stands for; Problem, a ValueError, names the word, its place and what fits."""
        if not isinstance(text, str):
            raise Problem("network.no_text", example=DEFAULT)
        return cls(*read(text))

    def program(self, x_shape: Shape, many: bool = False) -> Program:
        """The network's lines for images of this shape, (H,W) or (C,H,W); Problem where a layer does not fit."""
        return program_of(self, x_shape, many)

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
            if parameter in [names.of(letter) for letter in layer.parameter_letters]:
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
            for letter in layer.parameter_letters:
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
        first = next((names.of("f") for layer, names in zip(self.layers, self.names, strict=True) if "f" in layer.parameter_letters), None)
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
