"""Estimate of the effect of round-off on the loss after a nudge, from a single pass."""

import numpy as np

from cnnviz.core.gradcheck.nudge_path import Path, end_symbol
from cnnviz.core.network.layers._normalization import Normalization
from cnnviz.core.network.named_arrays import Gradients
from cnnviz.core.network.program import Program
from cnnviz.core.network.program_line import Op, PassValues


class RoundOff:
    """Root of the sum of squares of eps · |∂s| · magnitude over everything that is recomputed after a nudge.

    The round-off of a sum of n products is about eps times the norm of the products, times log₂ n / 2 (an empirical
    factor; ½ for a single product). That of any other result is eps times the result. The round-off of a mean adds up over
    its group. A gradient may vanish only at θ, so each ∂s is paired with ∂s for ∂(end) = 1, weighted by the change of the end
    of the pass. In hundreds of random networks the true error stayed below the estimate, at most 0.97 of it.
    """

    def __init__(self, program: Program, values: PassValues, y: np.ndarray, slopes: tuple[Gradients, Gradients], eps: float):
        self.program, self.values, self.slopes, self.eps = program, values, slopes, eps
        end = np.abs(slopes[0][f"d{end_symbol(program)}"])
        self.own = np.array([[0.0], [float(end.sum() + 2 * np.abs(y).sum())]])  # round-off of the loss itself
        self._known: dict[str, tuple[np.ndarray, ...]] = {}
        self._of_lines: dict[tuple[str, bool], np.ndarray] = {}

    def loss_error(self, path: Path, effect: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """Return the possible error of L, (n,), for entries with these effects (n, …), which change the pass's output
        by `moved` (n,N)."""
        if path.target not in self._known:
            self._known[path.target] = self._errors(path)
        near, squares, far, scale = self._known[path.target]
        affected = (effect != 0).reshape(len(effect), -1).astype(effect.dtype)
        errors = np.sqrt(squares @ affected.T + far**2)  # (2, n)
        if near.size:
            errors = np.maximum(errors, np.stack([(affected * line_errors).max(axis=1) for line_errors in near]))
            errors = np.maximum(errors, far)
        of_loss, of_end = errors * scale + self.own
        return self.eps * (of_loss + norm(moved.reshape(len(moved), -1)) / 2 * of_end)

    def _errors(self, path: Path) -> tuple[np.ndarray, ...]:
        """Return the errors for both kinds of slopes: per cell where a nudge reaches single cells, (2, cells), and
        combined for all others, (2, 1).

        They are divided by `scale` (2, 1), the largest of each kind. The former are squared, and also returned unsquared if some
        squares underflow. For an entry that reaches only those, the largest one counts.
        """
        is_single_cell, near, error_blocks = True, 0, [np.zeros((2, 0))]
        if not path.own:  # a nudged pixel is also rounded
            near, error_blocks = 1, [self._of_slopes("x", np.abs(self.values["x"]))]
        for line in (*path.own, *path.lines):
            if line.role == "y":
                is_single_cell = is_single_cell and (line.target == path.target or self._is_elementwise(line))
                near += is_single_cell
                error_blocks.append(self._error(line, is_single_cell))
                if any(other.role == "mean" and other.layer == line.layer for other in path.lines):
                    error_blocks.append(self._mean_errors(line))
        errors, cells = np.concatenate(error_blocks, axis=1), self.values[path.target].size
        scale = np.maximum(errors.max(axis=1, keepdims=True), TINY)
        errors /= scale
        lines, far = errors[:, : near * cells].reshape(2, near, cells), norm(errors[:, near * cells :])[:, None]
        squares = (lines**2).sum(axis=1)
        has_underflow = ((squares < SQUARED**2) & lines.any(axis=1)).any() or ((far < SQUARED) & (far > 0)).any()
        return norm(np.swapaxes(lines, 1, 2)) if has_underflow else squares[:, :0], squares, far, scale

    def _error(self, line: Op, alone: bool) -> np.ndarray:
        """Return |∂s| · magnitude of a line's cells, (2, cells), for both kinds of slopes. `alone` means that each
        cell depends on only one nudged cell.

        The magnitude is at least TINY, since round-off does not shrink below it.
        """
        key = line.target, alone
        if key not in self._of_lines:
            size = np.abs(self.values[line.target]) if alone else self._magnitude(line)
            self._of_lines[key] = self._of_slopes(line.target, np.maximum(size, TINY))
        return self._of_lines[key]

    def _mean_errors(self, line: Op) -> np.ndarray:
        """Return the errors that the means of a normalization add, (2, groups)."""
        layer, values = self.program.network.layers[line.layer_index], self._values_by_role(line)
        assert isinstance(layer, Normalization)
        errors = [layer.mean_error(values, slopes[f"d{line.target}"].reshape(values["y"].shape)) for slopes in self.slopes]
        return np.stack([error.reshape(-1) for error in errors])

    def _values_by_role(self, line: Op) -> PassValues:
        names = self.program.network.names[line.layer_index]
        return {role: self.values[names.of(role)] for role in self.program.roles(line.layer_index)}

    def _of_slopes(self, symbol: str, size: np.ndarray) -> np.ndarray:
        """Return |∂s| · size of each cell, (2, cells), for both kinds of slopes."""
        return np.stack([np.abs(slopes[f"d{symbol}"]).reshape(-1) for slopes in self.slopes]) * size.reshape(-1)

    def _is_elementwise(self, line: Op) -> bool:
        """Return whether each cell depends only on the same cell of the input."""
        return dict(self.program.network.layers[line.layer_index].links()["y"]).get("x") == "same"

    def _magnitude(self, line: Op) -> np.ndarray:
        """Return the round-off of a line's result, divided by eps."""
        value, layer, names = np.abs(self.values[line.target]), self.program.network.layers[line.layer_index], self.program.network.names[line.layer_index]
        layer_magnitude = layer.magnitude(self._values_by_role(line))
        if layer_magnitude is not None:
            return layer_magnitude
        parameters = layer.parameters(self.program.inputs[line.layer_index])
        products = max((parameter.fan_in for parameter in parameters.values()), default=0)
        if not products:
            return value
        # Products of two sources are summed. A bias, which has no fan-in, is added once, and may cancel the sum.
        bias = names.of("b")
        sum_line = line.without_rounding
        source_arrays = {source: np.abs(self.values[source]) for source in sum_line.sources}
        scales = {source: max(float(array.max(initial=0)), TINY) for source, array in source_arrays.items()}
        squares = {source: np.zeros_like(array) if source == bias else (array / scales[source]) ** 2 for source, array in source_arrays.items()}
        scale = np.prod([scales[source] for source in source_arrays if source != bias])
        return value + max(1.0, np.log2(products)) / 2 * np.sqrt(sum_line.make(squares)) * scale


TINY = float(np.finfo(np.float64).tiny)
SQUARED = 1e-150
"""Relative size below which squares of numbers are no longer exact."""


@np.errstate(over="ignore")
def norm(numbers: np.ndarray) -> np.ndarray:
    """Return the Euclidean norm over the last axis, even if the squares underflow or overflow.

    >>> norm(np.array([[5e-200, 12e-200], [0.0, 7e200]])).tolist()
    [1.3e-199, 7e+200]
    """
    norms: np.ndarray = np.sqrt((numbers**2).sum(axis=-1))
    is_extreme = ~((norms > SQUARED) & (norms < 1 / SQUARED))
    if (extreme := numbers[is_extreme]).any():
        scale = np.maximum(np.abs(extreme).sum(axis=-1), TINY)
        norms[is_extreme] = np.sqrt(((extreme / scale[:, None]) ** 2).sum(axis=-1)) * scale
    return norms
