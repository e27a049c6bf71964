"""Recording of many updates of a setup: every value of the curves, and frames of chosen maps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cnnviz.core.explain.saturation import hidden_share
from cnnviz.core.network.named_arrays import Gradients, Params, Trace, one_image
from cnnviz.core.network.network import Network
from cnnviz.core.runtime.read_only import ReadOnly
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.update_limits import check_updates, updates_per_turn
from cnnviz.core.training.updates import Point, Updates, apply_set_values

FEW = 16
"""Largest size of a frame that is kept as float64, since its numbers are printed."""

Curves = tuple[float, np.ndarray, np.ndarray, list[float], list[float], float, float]
"""The values of one update, in the order of Film's first fields."""


@dataclass(frozen=True, eq=False)
class Film(ReadOnly):
    """Curves over updates 0 … n, with n + 1 entries each, and frames of maps at `updates` (F,).

    - losses (n+1,); o (n+1,N), or (n+1,m,N) for several images;
    - kernel (n+1,C·K·K), one filter of the first convolution, or (n+1,0) without one;
    - norms (n+1,P) of the gradient of each of `parameters`;
    - promised (n+1,P), the decrease of the loss by the step of each parameter to first order, −∂θ·Δθ, or (n+1,0) for
      checkpoints, which are many steps apart;
    - saturated (n+1,) and silent (n+1,), shares of the hidden units, NaN if no layer can be so;
    - frames by symbol, (F,H',W') or (F,D), float32 for drawing, or float64 if they have at most FEW numbers.
    """

    losses: np.ndarray
    o: np.ndarray
    kernel: np.ndarray
    norms: np.ndarray
    promised: np.ndarray
    saturated: np.ndarray
    silent: np.ndarray
    updates: np.ndarray
    frames: Mapping[str, np.ndarray]
    parameters: tuple[str, ...]

    def __getattr__(self, name: str) -> np.ndarray:
        """Return a map's frames by symbol, as in film.z1."""
        frames = vars(self).get("frames", {})
        if name not in frames:
            raise AttributeError(f"this film has no {name!r}")
        return frames[name]


def film(
    setup: Setup, x: np.ndarray, n: int, most_frames: int, maps: tuple[str, ...] | None = None, channel: int = 0, filter: int = 0,
    hold: frozenset[str] = frozenset(), image: int = 0,
) -> Film:  # fmt: skip
    """Record `n` updates of `setup` on `x`, with at most `most_frames` evenly spaced frames, including the first and
    the last.

    The numbers are those of `run_updates`, bit for bit. `maps` are the symbols of maps or parameters that get frames,
    `default_maps` by default. Frames show `channel` of a map, and `image` of a batch. Parameters in `hold` are not updated.
    `filter` is the filter whose weights are recorded, the first if no such filter exists. Raise Problem if n exceeds
    the limit of the network.

    >>> film(Setup(), np.zeros((32, 32)), 4, most_frames=3).updates
    array([0, 2, 4])
    """
    updates = Updates(setup, np.asarray(x, dtype=np.float64))
    check_updates(n, updates.network, updates.x.shape, setup.opt)
    frame_updates = evenly_spaced(n, most_frames)
    return _record(_steps(updates, n, hold), frame_updates, maps or default_maps(updates.network), updates.network, channel, filter, image)


def checkpoint_film(setups: Sequence[Setup], x: np.ndarray, max_frames: int, maps: tuple[str, ...]) -> Film:
    """Record update 0 of each setup, all of one network, on `x`. Batch normalization and dropout are in eval mode.

    >>> checkpoint_film([Setup(seed=1), Setup(seed=2)], np.zeros((32, 32)), 2, ("w",)).losses.shape
    (2,)
    """
    start_points = (Updates(setup, np.asarray(x, dtype=np.float64)) for setup in setups)
    frame_updates = evenly_spaced(len(setups) - 1, max_frames)
    return _record(map(_eval_mode_step, start_points), frame_updates, maps, setups[0].network, 0, 0, 0)


def evenly_spaced(last: int, count: int) -> np.ndarray:
    """Return at most `count` of the numbers 0 … `last`, evenly spaced, including the first and the last.

    They are at least 1 apart before rounding, so there are no duplicates. (`np.unique` would import NumPy's masked arrays.)

    >>> evenly_spaced(9, 4)
    array([0, 3, 6, 9])
    """
    return np.linspace(0, last, min(last + 1, count)).round().astype(int)


_Taken = tuple[Updates, Point, Trace, Gradients, Point | None]
"""One recorded update. The last Point is None if its step is unknown."""


def _steps(updates: Updates, n: int, hold: frozenset[str]) -> Iterator[_Taken]:
    point = updates.first
    chunk_size = updates_per_turn(updates.network, updates.x.shape)
    for k in range(n + 1):
        if k % chunk_size == 0:
            check_cancelled()
        trace, gradients, next_point = updates.step(point)
        next_point = _keep_parameters(next_point, point, hold) if hold else next_point
        yield updates, point, trace, gradients, next_point
        point = apply_set_values(updates.setup, k + 1, next_point)


def _eval_mode_step(updates: Updates) -> _Taken:
    """Return the start of a setup; the pass is in eval mode if that differs."""
    check_cancelled()
    point, program = updates.first, updates.program
    if not program.buffers and not program.draws:
        return updates, point, *updates.step(point)[:2], None
    with np.errstate(all="ignore"):
        trace = updates.network.forward(point.params, point.x, training=False, pass_inputs=point.buffers)
        return updates, point, trace, updates.network.backward(point.params, trace, updates.y), None


def _record(
    steps: Iterable[_Taken], frame_updates: np.ndarray, maps: tuple[str, ...], network: Network, channel: int, filter: int, image: int
) -> Film:  # fmt: skip
    frame_set = set(frame_updates.tolist())
    curves: list[Curves] = []
    frames: dict[str, list[np.ndarray]] = {name: [] for name in maps}
    for k, (updates, point, trace, gradients, next_point) in enumerate(steps):
        curves.append(_curves(updates, point, trace, gradients, next_point, filter))
        if k in frame_set:
            for name, recorded_frames in frames.items():
                recorded_frames.append(_as_frame(_channel(_array(name, trace, gradients, point.params, image), channel)))
    losses, o, kernel, norms, promised, saturated, silent = (np.array(values) for values in zip(*curves, strict=True))
    frame_arrays = {name: np.array(recorded_frames) for name, recorded_frames in frames.items()}
    return Film(losses, o, kernel, norms, promised, saturated, silent, frame_updates, frame_arrays, network.parameters)


def default_maps(network: Network) -> tuple[str, ...]:
    """Return the default maps of a film: the first z, the next layer's output, and the gradient of the loss with
    respect to the former.

    >>> default_maps(Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse")), default_maps(Network.parse("dense3-mse"))
    (('z1', 'a1', 'dz1'), ('o', 'do'))
    """
    first_layer = next(layer_index for layer_index, layer in enumerate(network.layers) if layer.letter == "z")
    names = [names.output for names in network.names[first_layer : first_layer + 2]]
    return (*names, f"d{names[0]}")


def _curves(updates: Updates, point: Point, trace: Trace, gradients: Gradients, after: Point | None, filter: int) -> Curves:
    """Return the values that one update adds to the curves."""
    filters = updates.filters(updates.used_params(point))
    kernel = filters[filter if filter < len(filters) else 0] if filters.ndim == 4 else filters
    saturated_share, silent = hidden_share(updates.network, trace, "saturated"), hidden_share(updates.network, trace, "silent")
    norms = [_norm(gradients[f"d{name}"]) for name in updates.network.parameters]
    promised_decreases = [_promised_decrease(gradients[f"d{name}"], point.params[name], after.params[name]) for name in updates.network.parameters] if after else []
    return updates.loss(trace), trace.o, kernel.reshape(-1), norms, promised_decreases, saturated_share, silent


def _array(name: str, trace: Trace, gradients: Gradients, params: Params, image: int) -> np.ndarray:
    """Return an array by its symbol. For a batch, return the slice of one image."""
    array = next(values[name] for values in (trace, gradients, params) if name in values)
    of_images = trace.x.ndim == 4 and name not in params and name[1:] not in params
    return one_image(array, image) if of_images else array


def _keep_parameters(after: Point, before: Point, hold: frozenset[str]) -> Point:
    """Return the point after a step, with the parameters in `hold` reset to their values before it."""
    return replace(after, params=after.params.replace(**{name: before.params[name] for name in hold}))


def _channel(array: np.ndarray, channel: int) -> np.ndarray:
    """Return one channel of a map. Arrays without channels are returned unchanged."""
    return array if array.ndim != 3 else array[channel if channel < len(array) else 0]


@np.errstate(over="ignore")  # in a diverging run, values too large for float32 become infinite
def _as_frame(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64 if array.size <= FEW else np.float32)


@np.errstate(all="ignore")
def _norm(array: np.ndarray) -> float:
    flat = array.reshape(-1)
    return float(np.sqrt(flat @ flat))


@np.errstate(all="ignore")
def _promised_decrease(gradient: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
    """Return the decrease of the loss that a parameter's step promises to first order."""
    return float(gradient.reshape(-1) @ (before - after).reshape(-1))
