"""The architecture of a network: its layers, its loss and the symbols of its arrays."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.losses import Loss, Merged
from cnnviz.core.network.notebook_ops import targets
from cnnviz.core.network.stages import Stage, build_stages
from cnnviz.core.network.symbols import Names
from cnnviz.core.runtime.cached import cached_property


@dataclass(frozen=True)
class Architecture:
    """Layers and a loss. `str` gives its text, such as "conv1x3-sigmoid-dense2-sigmoid-mse"."""

    layers: tuple[Layer, ...]
    loss_kind: Loss

    def __str__(self) -> str:
        return "-".join([*map(str, self.layers), str(self.loss_kind)])

    @cached_property
    def names(self) -> tuple[Names, ...]:
        """The symbols of each layer. Each letter has its own numbering, in the order of the layers."""
        letters = Counter(letter for layer in self.layers for letter in layer.parameter_letters)
        numbered_letters = frozenset(letter for letter, count in letters.items() if count > 1)
        counts: Counter[str] = Counter()
        symbols, source, is_row = [], "x", False
        for index, layer in enumerate(self.layers):
            counts[layer.letter] += 1
            output = "o" if index == len(self.layers) - 1 else f"{layer.letter}{counts[layer.letter]}"
            flattens = layer.input_kind == "row" and not is_row
            symbols.append(Names(source, output, str(counts[layer.letter]), flattens, numbered_letters))
            source, is_row = output, is_row or layer.output_kind == "row"
        return tuple(symbols)

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Symbols of all arrays of a forward pass, in order, from "x" to "o"."""
        result = ["x"]
        for names in self.names:
            result += ["v", names.output] if names.flattens else [names.output]
        return tuple(result)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters, in order."""
        return tuple(
            names.of(letter) for layer, names in zip(self.layers, self.names, strict=True) for letter in layer.parameter_letters
        )

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of one update, in order. Each is a symbol with its messages."""
        return build_stages(self.layers, self.names, self.loss_kind.name, merged=self.merged is not None)

    @property
    def merged(self) -> Merged | None:
        """The loss merged with the last layer, or None if that is not possible."""
        return self.loss_kind.merged.get(self.layers[-1].kind)

    def depends_on(self, y: np.ndarray) -> np.ndarray:
        """Return a Boolean mask, with the shape of `y`, of the outputs that the loss depends on. With a merged softmax
        it depends on all or none."""
        mask = self.loss_kind.depends_on(y)
        return mask | mask.any(axis=-1, keepdims=True) if self.merged and dict(self.merged.links)["y"] == "all" else mask

    @property
    def outputs(self) -> int | None:
        """Number of outputs, or None if it depends on the image."""
        return next((layer.shape((0,))[0] for layer in reversed(self.layers) if layer.kind == "dense"), None)

    def targets(self, y: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Return `y` as an array of `shape` (N,). Raise Problem if the loss does not accept it."""
        y = targets(y, shape)
        self.loss_kind.check_targets(y)
        return y

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.layers, self.loss_kind))
