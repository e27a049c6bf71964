"""How fast the gradient check is, beside the plain one: two forward passes for every entry, one by one.

    python -m tests.bench.gradcheck

The plain check nudges SAMPLE entries of all parameters, evenly spread, and its time counts for all of them. Both take
turns in one process, in time of this process alone, and what counts is the ratio of their medians: the smaller, the better.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from cnnviz.core.gradcheck import check_gradients
from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.network import Network
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import run_updates
from cnnviz.data.images import load_image

TINY_VGG = "conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce"
SETUPS = {
    "the default lesson": {},
    "raw pixels": {"scale": "raw"},
    "conv4x3-relu-max2-dense10-softmax-ce": {"net": "conv4x3-relu-max2-dense10-softmax-ce"},
    "Tiny VGG in colour": {"net": TINY_VGG, "ch": "rgb"},
}
SAMPLE = 50
"""Entries of the plain check."""
STEP = 1e-5
ROUNDS = 15
SECONDS = 0.05
"""How long each takes its turn in a round, or a single call where that takes longer."""


def main() -> None:
    for name, query in SETUPS.items():
        setup, _ = Setup.from_query(query)
        params, y = run_updates(setup, x := load_image(setup.img, setup.ch, setup.scale), 0).params, np.array(setup.y)
        count = sum(array.size for array in params.values())

        def check(network: Network = setup.network, params: Params = params, x: np.ndarray = x, y: np.ndarray = y) -> object:
            return check_gradients(params, x, y, network=network)

        ours, plain = medians(check, plain_check(setup.network, params, x, y))
        plain *= count / SAMPLE
        print(f"{name}, {count:,} entries: {1000 * ours:.2f} ms, {1000 * ours / plain:.2f} thousandths of the plain check")


def plain_check(network: Network, params: Params, x: np.ndarray, y: np.ndarray) -> Callable[[], object]:
    """A check of SAMPLE entries by two passes each."""
    entries = [(name, n) for name, array in params.items() for n in range(array.size)]
    spread = [entries[n] for n in np.linspace(0, len(entries) - 1, SAMPLE).astype(int)]

    def loss(name: str, n: int, by: float) -> float:
        array = params[name].copy()
        array.reshape(-1)[n] += by
        return float(network.loss(network.forward(params.replace(**{name: array}), x), y))

    return lambda: [(loss(name, n, STEP) - loss(name, n, -STEP)) / (2 * STEP) for name, n in spread]


def medians(*contenders: Callable[[], object]) -> list[float]:
    """Seconds of this process a call: each contender runs in every round, so that a noisy snapshot meets all."""
    calls = [max(1, round(SECONDS / seconds(contender, 1))) for contender in contenders for _ in [contender()]]
    rounds = [[seconds(contender, n) for contender, n in zip(contenders, calls, strict=True)] for _ in range(ROUNDS)]
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def seconds(contender: Callable[[], object], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        contender()
    return (time.process_time() - start) / calls


if __name__ == "__main__":
    main()
