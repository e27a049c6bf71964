"""Limits on the number of updates of a setup, by computation time and by memory."""

import math
from functools import lru_cache

from cnnviz.core.network.network import Network
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.words import Problem

MAX_UPDATES = 10_000
"""Maximum number of updates in a setup."""
MOST_WORK, MOST_WORK_OF_SEVERAL = 12_000_000_000, 40_000_000_000
"""Maximum number of multiplications of all updates on one image, and on several images, whose larger products are
faster. Both take about ten seconds."""
PASSES = 3
"""Cost of an update in forward passes: the backward pass has two products for each one of the forward pass."""
OVERHEAD, STATISTICS, RATE = 60e-6, 100e-6, 1e9
"""Cost of an update: seconds per update, extra seconds per layer with running statistics, and multiplications per
second."""
TURN, MOST_A_TURN = 1_000_000, 15
"""Multiplications and updates between two cancellation points, which take a millisecond or two."""
SPACING = 100
"""Number of updates between two cached states, which bounds the updates that a jump recomputes."""
STATE_BYTES = 64_000_000
"""Maximum bytes of cached states per setup."""


@lru_cache(maxsize=512)
def step_work(network: Network, x_shape: tuple[int, ...]) -> int:
    """Return the number of multiplications in one update.

    >>> step_work(Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse"), (32, 32))
    29700
    """
    return PASSES * network.program(x_shape).multiplications * (x_shape[0] if len(x_shape) == 4 else 1)


@lru_cache(maxsize=512)
def state_bytes(network: Network, x_shape: tuple[int, ...], opt: str) -> int:
    """Return the bytes of one state: all parameters and the optimizer's arrays."""
    count = sum(math.prod(parameter.shape) for parameter in network.program(x_shape).parameters.values())
    return 8 * count * (1 + len(OPTIMIZERS[opt].KEEPS))


def most_updates(network: Network, x_shape: tuple[int, ...], opt: str = "gd") -> int:
    """Return the maximum number of updates for a network on images of this shape.

    >>> most_updates(Network.parse("conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce"), (3, 32, 32))
    4131
    """
    return min(MAX_UPDATES, _limit_by_work(network, x_shape), _limit_by_bytes(network, x_shape, opt))


def estimated_seconds(network: Network, x_shape: tuple[int, ...], updates: int) -> float:
    """Estimate the seconds that the updates take on one core. For a small network most of it is call overhead.

    >>> round(estimated_seconds(Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse"), (32, 32), 10_000), 1)
    0.9
    """
    return updates * (OVERHEAD + STATISTICS * sum(bool(layer.kept) for layer in network.layers) + step_work(network, x_shape) / RATE)


def updates_per_turn(network: Network, x_shape: tuple[int, ...]) -> int:
    """Return the number of updates between two cancellation points, which take a millisecond or two.

    >>> updates_per_turn(Network.parse("conv1x3-sigmoid-dense2-sigmoid-mse"), (32, 32))
    15
    """
    return max(1, min(MOST_A_TURN, TURN // max(1, step_work(network, x_shape))))


def check_updates(k: int, network: Network, x_shape: tuple[int, ...], opt: str = "gd") -> None:
    """Raise Problem with the maximum if `k` updates take too much work or memory."""
    by_work, by_bytes = _limit_by_work(network, x_shape), _limit_by_bytes(network, x_shape, opt)
    if k <= min(by_work, by_bytes):
        return
    if by_work <= by_bytes:
        raise Problem("lesson.why.work", step=step_work(network, x_shape), most=by_work)
    raise Problem("lesson.why.bytes", megabytes=state_bytes(network, x_shape, opt) / 1e6, most=by_bytes)


def _limit_by_work(network: Network, x_shape: tuple[int, ...]) -> int:
    limit = MOST_WORK_OF_SEVERAL if len(x_shape) == 4 else MOST_WORK
    return limit // max(1, step_work(network, x_shape))


def _limit_by_bytes(network: Network, x_shape: tuple[int, ...], opt: str) -> int:
    return SPACING * (STATE_BYTES // max(1, state_bytes(network, x_shape, opt)))
