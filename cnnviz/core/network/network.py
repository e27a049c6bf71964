"""Networks: a tuple of layers and a loss, written as one word.

    conv1x3-sigmoid-dense2-sigmoid-mse

    x (H,W) --conv f (K,K)--> z1 --σ--> a1 --flatten--> v (D,) --w (D,N), b (N,)--> z2 --σ--> o (N,)
    L = mean((o - y)²)

is the teaching notebook's network, and the default. core/notebook/notebook_network.py has functions for it alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.layers.layer import Layer, Shape
from cnnviz.core.network.named_arrays import Gradients, Params, Trace
from cnnviz.core.network.network_text import MOST, parse_layers
from cnnviz.core.network.program import Program, get_program
from cnnviz.core.network.program_line import Op
from cnnviz.words import Problem

WEIGHTS = ("zeros", "normal", "he")
"""Names of the initializations."""

DEFAULT = "conv1x3-sigmoid-dense2-sigmoid-mse"
"""The teaching notebook's network, with which the page opens."""

MOST_PARAMETERS, MOST_MULTIPLICATIONS = 1_300_000, 24_000_000
"""Limits of one network, which bound the time of a response."""
MOST_OF_IMAGES, MOST_NUMBERS = 120_000_000, 1_000_000
"""Limits for several images together: multiplications, and numbers in all maps."""


def draw(shape: Shape, n: float, seed: int | tuple[int, int]) -> np.ndarray:
    """Draw from N(0, 1/n), so that a sum of n products has variance 1 for inputs of variance 1.

    >>> draw((2, 2), 4, seed=0).round(2)
    array([[ 0.06, -0.07],
           [ 0.32,  0.05]])
    """
    return np.random.default_rng(seed).normal(size=shape) / np.sqrt(n)


class Network(Architecture):
    """A network and its passes. `parse` checks the order of layers and the limits. Equal texts give equal networks.

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
        """Parse a network. Raise Problem, a ValueError, with the word, its position and the valid options."""
        if not isinstance(text, str):
            raise Problem("network.no_text", example=DEFAULT)
        return cls(*parse_layers(text))

    def program(self, x_shape: Shape, many: bool = False, training: bool = True) -> Program:
        """Return the network's operations for images of this shape: (H,W) or (C,H,W), or (m,C,H,W) for several. Raise
        Problem if a layer does not fit.

        `training` selects training or eval mode. `many` selects operations that are faster for many independent images.
        """
        return get_program(self, x_shape, many, training)

    def check(self, x_shape: Shape) -> Program:
        """Return `program` after checking the limits. Raise Problem with the limit if one is exceeded."""
        program = self.program(x_shape)
        count = sum(math.prod(parameter.shape) for parameter in program.parameters.values())
        if count > MOST_PARAMETERS:
            name, largest = max(program.parameters.items(), key=lambda item: math.prod(item[1].shape))
            layer, index = self._layer_of(name)
            raise Problem(
                "network.parameters", n=count, most=MOST_PARAMETERS, layer=str(layer), place=index, own=math.prod(largest.shape)
            )
        if program.multiplications > MOST_MULTIPLICATIONS:
            costs = [layer.multiplications(shape) for layer, shape in zip(self.layers, program.inputs, strict=True)]
            index = costs.index(max(costs))
            raise Problem(
                "network.multiplications", n=program.multiplications, most=MOST_MULTIPLICATIONS,
                layer=str(self.layers[index]), place=index + 1, own=max(costs),
            )  # fmt: skip
        if program.shapes["o"][0] > MOST["outputs"]:
            raise Problem(
                "network.outputs", layer=str(self.layers[-1]), place=len(self.layers), n=program.shapes["o"][0], most=MOST["outputs"]
            )
        if len(x_shape) == 4:
            self._check_images(program, x_shape[0])
        return program

    def _check_images(self, program: Program, m: int) -> None:
        """Check the limits for all images together."""
        numbers = sum(math.prod(program.shapes[symbol]) for symbol in self.symbols)
        for code, per_image, limit in (("multiplications", program.multiplications, MOST_OF_IMAGES), ("numbers", numbers, MOST_NUMBERS)):
            if m * per_image > limit:
                raise Problem(f"network.images_{code}", n=per_image, m=m, most=limit, fit=limit // per_image)

    def _layer_of(self, parameter: str) -> tuple[Layer, int]:
        for index, (layer, names) in enumerate(zip(self.layers, self.names, strict=True)):
            if parameter in [names.of(letter) for letter in layer.parameter_letters]:
                return layer, index + 1
        raise KeyError(parameter)

    def init(
        self,
        x_shape: Shape,
        weights: str = "normal",
        seed: int = 0,
        f: np.ndarray | Mapping[str, np.ndarray] | None = None,
    ) -> Params:
        """Return the parameters before the first update, for images (H,W) or (C,H,W).

        `weights` "normal" draws N(0, 1/fan-in), "he" N(0, 2/fan-in), and "zeros" sets dense w to 0 and draws filters like
        "normal". Biases are 0. `f` sets the first conv's filters, or any parameters by name, which are then not drawn. Each
        parameter has its own generator. Raise Problem if a value does not fit.

        >>> Network.parse("conv4x3-dense2-mse").init((8, 8)).w.shape
        (144, 2)
        """
        if weights not in WEIGHTS:
            raise Problem("network.weights", weights=repr(weights), known=WEIGHTS)
        program = self.check(x_shape)
        user_params = self._given_params(f, program)
        lines = self.start_lines(program, weights, seed)
        return Params.of_new(
            {name: user_params[name] if name in user_params else line.run().reshape(program.shown[name]) for name, line in lines.items()}
        )

    def start_lines(self, program: Program, weights: str = "normal", seed: int = 0) -> dict[str, Op]:
        """Return for each parameter an operation without sources that initializes it."""
        last_dense = next((names.of("w") for layer, names in zip(self.layers[::-1], self.names[::-1], strict=True) if layer.kind == "dense"), "")
        lines = {}
        for index, (layer, names) in enumerate(zip(self.layers, self.names, strict=True)):
            for letter in layer.parameter_letters:
                name = names.of(letter)
                shape, n = program.parameters[name].shape, program.parameters[name].fan_in
                if not n or (weights == "zeros" and layer.kind == "dense"):
                    lines[name] = Op(name, np.ones if program.parameters[name].ones else np.zeros, (), {"shape": shape}, index, letter)
                else:
                    seeds = seed if name == last_dense else (seed, int(names.number))
                    settings = {"shape": shape, "n": n / 2 if weights == "he" else n, "seed": seeds}
                    lines[name] = Op(name, draw, (), settings, index, letter)
        return lines

    def _given_params(self, f: np.ndarray | Mapping[str, np.ndarray] | None, program: Program) -> dict[str, np.ndarray]:
        filter_name = next((names.of("f") for layer, names in zip(self.layers, self.names, strict=True) if "f" in layer.parameter_letters), None)
        if f is None:
            return {}
        arrays = dict(f) if isinstance(f, Mapping) else {"f": f}
        if filter_name and "f" in arrays and filter_name not in arrays:
            arrays[filter_name] = arrays.pop("f")
        values = {}
        for name, array in arrays.items():
            array = np.array(array, dtype=np.float64)
            if name not in program.parameters:
                raise Problem("network.unknown_parameter", name=name, known=self.parameters)
            if array.shape not in (program.shown[name], program.shapes[name]):
                raise Problem("network.shape", name=name, shape=array.shape, wanted=program.shown[name])
            values[name] = array.reshape(program.shown[name])
        return values

    def forward(self, params: Params, x: np.ndarray, training: bool = True, pass_inputs: Mapping[str, np.ndarray] | None = None) -> Trace:
        """Run a forward pass for the image `x`, (H,W) or (C,H,W), or several (m,C,H,W), and return all arrays by
        symbol.

        `training` selects training or eval mode. `pass_inputs` holds buffers and masks by name. Missing buffers have their initial
        values, and missing masks are drawn with seed 0.
        """
        x = np.asarray(x, dtype=np.float64)
        return self.program(x.shape, training=training).forward(params, x, pass_inputs=pass_inputs)

    def loss(self, trace: Trace | np.ndarray, y: np.ndarray) -> float:
        """Return the loss of a pass in a numerically stable form, or of outputs (N,) by the plain formula. For
        several images, return the mean."""
        return float(np.mean(self.losses(trace, y)))

    def losses(self, trace: Trace | np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the loss of each image of a pass, (m,). The shape is () for one image or for outputs (N,)."""
        if not isinstance(trace, Trace):
            o = np.asarray(trace, dtype=np.float64)
            return np.asarray(self.loss_kind.loss.function(o, self.targets(y, o.shape)))
        y = self.targets(y, trace.o.shape)
        line = self.program(trace.x.shape).losses_line
        return np.asarray(line.function(*[y if source == "y" else trace[source] for source in line.sources]))

    def backward(self, params: Params, trace: Trace, y: np.ndarray) -> Gradients:
        """Return ∂L/∂<name> for all symbols and parameters, named "d" + name. There is no "do" if the loss is merged.

        `y` is (N,), or one number for all outputs. For several images it is (m,N), and L is the mean of their losses. The mode is
        that of the trace.
        """
        return self.program(trace.x.shape, training=trace.training).backward(params, trace, self.targets(y, trace.o.shape))

    def per_image_gradients(self, params: Params, trace: Trace, y: np.ndarray) -> Mapping[str, np.ndarray]:
        """Return ∂Lᵢ/∂θ of each image's loss, named "d" + parameter, (m,…). Their mean is ∂L/∂θ.

        >>> network, x = Network.parse("conv2x3-bn-gap-mse"), np.random.default_rng(0).random((3, 1, 5, 5))
        >>> params = network.init((5, 5))
        >>> trace = network.forward(params, x)
        >>> own = network.per_image_gradients(params, trace, np.zeros((3, 2)))
        >>> own["ds"].shape, bool(np.allclose(own["df"].mean(axis=0), network.backward(params, trace, np.zeros((3, 2))).df))
        ((3, 2), True)
        """
        return self.program(trace.x.shape, training=trace.training).per_image_gradients(params, trace, self.targets(y, trace.o.shape))

    def buffers(self, x_shape: Shape) -> dict[str, np.ndarray]:
        """Return the buffers before the first update: "n1.running_mean", "n1.running_var"."""
        return self.program(x_shape).buffers_at_start

    def next_buffers(self, trace: Trace) -> dict[str, np.ndarray]:
        """Return the buffers after a pass. Only a training pass changes them."""
        return self.program(trace.x.shape, training=trace.training).next_buffers(trace)

    def masks(self, x_shape: Shape, seed: int, k: int) -> dict[str, np.ndarray]:
        """Draw the masks of update `k`, by name: "r1.mask". The masks of the first images do not depend on the number
        of images."""
        return self.program(x_shape).draw_shown(seed, k, x_shape[0] if len(x_shape) == 4 else None)
