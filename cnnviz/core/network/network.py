"""A network as a value: a tuple of layers and a loss, written as one word. Everything else is derived from its layers.

    conv1x3-sigmoid-dense2-sigmoid-mse

    x (H,W) --conv f (K,K)--> z1 --σ--> a1 --flatten--> v (D,) --w (D,N), b (N,)--> z2 --σ--> o (N,)
    L = mean((o - y)²)

is the teaching notebook's, and the default; core/notebook/notebook_network.py has its own functions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.layers.layer import Layer, Shape
from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.network_text import MOST, read
from cnnviz.core.network.program import Program, program_of
from cnnviz.core.network.program_line import Op
from cnnviz.words import Problem

WEIGHTS = ("zeros", "normal", "he")
"""The ways in which parameters may start."""

DEFAULT = "conv1x3-sigmoid-dense2-sigmoid-mse"
"""The network that the page opens with, the teaching notebook's."""

MOST_PARAMETERS, MOST_MULTIPLICATIONS = 1_300_000, 24_000_000
"""The most that can be computed while somebody waits."""
MOST_OF_IMAGES, MOST_NUMBERS = 120_000_000, 1_000_000
"""Multiplications and numbers in the maps of all images together, where there are several."""


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

    def program(self, x_shape: Shape, many: bool = False, training: bool = True) -> Program:
        """The network's lines for an image of this shape, (H,W) or (C,H,W), or for several, (m,C,H,W); Problem where a layer does not fit.

        `training`, or as after it. `many`: lines that are faster for many images, each for itself.
        """
        return program_of(self, x_shape, many, training)

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
        if len(x_shape) == 4:
            self._check_images(program, x_shape[0])
        return program

    def _check_images(self, program: Program, m: int) -> None:
        """Limits on what all images take together."""
        numbers = sum(math.prod(program.shapes[symbol]) for symbol in self.symbols)
        for code, own, most in (("multiplications", program.multiplications, MOST_OF_IMAGES), ("numbers", numbers, MOST_NUMBERS)):
            if m * own > most:
                raise Problem(f"network.images_{code}", n=own, m=m, most=most, fit=most // own)

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

    def start_lines(self, program: Program, weights: str = "normal", seed: int = 0) -> dict[str, Op]:
        """The start of each parameter where nothing is given, as a line that reads no other array."""
        last = next((names.of("w") for layer, names in zip(self.layers[::-1], self.names[::-1], strict=True) if layer.kind == "dense"), "")
        found = {}
        for place, (layer, names) in enumerate(zip(self.layers, self.names, strict=True)):
            for letter in layer.parameter_letters:
                name = names.of(letter)
                shape, n = program.parameters[name].shape, program.parameters[name].fan_in
                if not n or (weights == "zeros" and layer.kind == "dense"):
                    found[name] = Op(name, np.ones if program.parameters[name].ones else np.zeros, (), {"shape": shape}, place, letter)
                else:
                    own = seed if name == last else (seed, int(names.number))
                    settings = {"shape": shape, "n": n / 2 if weights == "he" else n, "seed": own}
                    found[name] = Op(name, draw, (), settings, place, letter)
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

    def forward(self, params: Params, x: np.ndarray, training: bool = True, given: Mapping[str, np.ndarray] | None = None) -> Trace:
        """Every value from the image `x` (C,H,W), or (H,W) for one channel, to the outputs, by symbol; of several images (m,C,H,W).

        `training`, or as after it. `given` are buffers and masks by name; what is missing is as before update 0, masks of seed 0.
        """
        x = np.asarray(x, dtype=np.float64)
        return self.program(x.shape, training=training).forward(params, x, given=given)

    def loss(self, trace: Trace | np.ndarray, y: np.ndarray) -> float:
        """L of a pass, exact at any magnitude; of bare outputs (N,), by the plain formula. Of several images the mean."""
        return float(np.mean(self.losses(trace, y)))

    def losses(self, trace: Trace | np.ndarray, y: np.ndarray) -> np.ndarray:
        """The loss of each image of a pass, (m,); of one image (), as of bare outputs (N,)."""
        if not isinstance(trace, Trace):
            o = np.asarray(trace, dtype=np.float64)
            return np.asarray(self.loss_kind.loss.function(o, self.targets(y, o.shape)))
        y = self.targets(y, trace.o.shape)
        line = self.program(trace.x.shape).losses_line
        return np.asarray(line.function(*[y if source == "y" else trace[source] for source in line.sources]))

    def backward(self, params: Params, trace: Trace, y: np.ndarray) -> Gradients:
        """∂L/∂<name> for every symbol and parameter, under "d" and its name; without "do" where the loss merges.

        `y` (N,), or one number for all outputs; of several images (m,N), and L is their mean. In the mode of the trace.
        """
        return self.program(trace.x.shape, training=trace.training).backward(params, trace, self.targets(y, trace.o.shape))

    def per_image_gradients(self, params: Params, trace: Trace, y: np.ndarray) -> Mapping[str, np.ndarray]:
        """∂Lᵢ/∂θ of each image's own loss by "d" and parameter, (m,…); their mean is ∂L/∂θ.

        >>> network, x = Network.parse("conv2x3-bn-gap-mse"), np.random.default_rng(0).random((3, 1, 5, 5))
        >>> params = network.init((5, 5))
        >>> trace = network.forward(params, x)
        >>> own = network.per_image_gradients(params, trace, np.zeros((3, 2)))
        >>> own["ds"].shape, bool(np.allclose(own["df"].mean(axis=0), network.backward(params, trace, np.zeros((3, 2))).df))
        ((3, 2), True)
        """
        return self.program(trace.x.shape, training=trace.training).per_image_gradients(params, trace, self.targets(y, trace.o.shape))

    def buffers(self, x_shape: Shape) -> dict[str, np.ndarray]:
        """The numbers that training keeps beside the parameters, before the first update: "n1.running_mean", "n1.running_var"."""
        return self.program(x_shape).buffers_at_start

    def next_buffers(self, trace: Trace) -> dict[str, np.ndarray]:
        """The same after a pass in training; as they are after another."""
        return self.program(trace.x.shape, training=trace.training).next_buffers(trace)

    def masks(self, x_shape: Shape, seed: int, k: int) -> dict[str, np.ndarray]:
        """The draws of update `k`: "r1.mask", as r1 has its numbers; of several images those of the first do not depend on how many."""
        return self.program(x_shape).drawn(seed, k, x_shape[0] if len(x_shape) == 4 else None)
