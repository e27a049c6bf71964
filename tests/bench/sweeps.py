"""How long many starts take beside one run alone: 240 runs of 200 updates, made together.

    python -m tests.bench.sweeps

What counts is the ratio to a single run of as many updates, since both take turns in one process; 240 runs one by one would be 240.
Seconds of a processor are printed beside it, and for the notebook's network those of 1,000 runs.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from cnnviz import Setup, load_image, run_updates, sweep
from cnnviz.core.training.snapshots import forget

RUNS, UPDATES, ROUNDS = 240, 200, 3
NETWORKS = {
    "the notebook's": Setup(k=UPDATES),
    "one filter and ReLU": Setup(net="conv1x3-relu-dense2-sigmoid-mse", k=UPDATES),
    "four filters, ten classes": Setup(net="conv4x3-relu-max2-dense10-softmax-ce", k=UPDATES),
}


def main() -> None:
    x = load_image("test-0")
    sweep(Setup(k=1), x, "seed:0..99")  # what is loaded once is loaded
    for name, setup in NETWORKS.items():
        alone, together = best(partial(one, setup, x)), best(partial(sweep, setup, x, f"start:1..{RUNS}"))
        print(f"{name}: one run {alone:.3f} s; {RUNS} runs {together:.2f} s, {together / alone:.0f} ×")
    print(f"the notebook's, 1,000 runs: {best(lambda: sweep(Setup(k=UPDATES), x, 'seed:0..999')):.2f} s")


def one(setup: Setup, x: np.ndarray) -> object:
    forget()
    return run_updates(setup, x, UPDATES)


def best(run: Callable[[], object]) -> float:
    """Seconds of a processor, the least of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


if __name__ == "__main__":
    main()
