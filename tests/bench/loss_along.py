"""How long the loss along one number takes, beside a single forward pass: 65 losses, each that of a pass of its own.

    python -m tests.bench.loss_along

What counts is the ratio of the medians, since both take turns in one process; 65 passes one by one would be 65.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from cnnviz import Setup, curve, load_image
from cnnviz.core.runtime.threads import one_blas_thread
from cnnviz.data.images import find_image

ROUNDS = 15
NETWORKS = {
    "the notebook's": Setup(),
    "LeNet": Setup(net="conv6x5b-relu-max2-conv16x5b-relu-max2-dense120-relu-dense84-relu-dense10-softmax-ce", img="digit7-3"),
    "Tiny VGG": Setup(net="conv10x3b-relu-conv10x3b-relu-max2-conv10x3b-relu-conv10x3b-relu-max2-dense10-softmax-ce", ch="rgb"),
}


def main() -> None:
    for name, setup in NETWORKS.items():
        one, *others = medians(contenders(setup)).items()
        print(f"{name}: one pass {one[1] * 1e3:.2f} ms; 65 losses along " + ", ".join(f"{along} {took / one[1]:.0f} ×" for along, took in others))


def contenders(setup: Setup) -> dict[str, Callable[[], object]]:
    """One pass, and curves along a pixel, the first parameter, the last weights and the rate."""
    x = load_image(find_image(setup.img).pixels, setup.ch)
    params, network, y = setup.first_params(), setup.network, np.array(setup.y)
    result: dict[str, Callable[[], object]] = {"one pass": lambda: network.loss(network.forward(params, x), y)}
    for symbol in ("x", next(iter(params)), [name for name in params if name[0] == "w"][-1]):
        at = ",".join("0" * (x.ndim if symbol == "x" else params[symbol].ndim))
        result[symbol] = lambda along=f"{symbol}:{at}": curve(setup, x, along, 1)
    return result | {"lr": lambda: curve(setup, x, "lr")}


def medians(contenders: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds a call: each runs in every round, so that a noisy snapshot meets all."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    with one_blas_thread():
        for _ in range(ROUNDS):
            for name, run in contenders.items():
                start = time.perf_counter()
                run()
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(of_name[1:]) for name, of_name in times.items()}


if __name__ == "__main__":
    main()
