"""The numbers of many setups, for a process that adds up as another processor would: OPENBLAS_CORETYPE names it.

    OPENBLAS_CORETYPE=Prescott python -m tests.core.other_processors FILE.npz
"""

import sys
from collections.abc import Iterator

import numpy as np

from cnnviz.core.runtime.threads import keep_one_blas_thread
from cnnviz.core.setup.image_ids import PATTERNS
from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.data.images import find_image, load_image

LARGE = 6_000
"""Entries from which an array is left out: what is decided in it is there, and what is made of it."""

KINKS = ("relu", "max")
FLAT = ("conv1x3-relu-dense2-sigmoid-mse", "conv2x3-max2-conv2x3-relu-dense2-softmax-ce", "conv1x3-avg2-relu-max3s2-dense2-tanh-mse")
"""Under an edge filter along the stripes of a pattern nothing is left but round-off."""


def setups() -> Iterator[tuple[str, Setup]]:
    """Every course's network on an image and on every pattern, and some with other filters and raw pixels, before and after an update."""
    images = [f"pattern-{name}" for name in PATTERNS]
    queries = [{**preset.query, "img": img} for preset in PRESETS for img in ("test-0", *images)]
    kinks = [preset for preset in PRESETS if any(kind in preset.net for kind in KINKS)]
    for n, preset in enumerate(kinks):
        queries.append({**preset.query, "img": images[n % len(images)], "f": f"random-{n}", "w": "he", "seed": str(n)})
        queries.append({**preset.query, "img": images[n % len(images)], "f": "sobel-y;laplacian", "scale": "raw"})
    queries += [{"net": net, "img": img, "f": "sobel-y", "scale": scale} for net in FLAT for img in images for scale in ("unit", "raw")]
    for query in queries:
        for k in "01":
            yield f"{query} {k}", Setup.from_query({**query, "k": k})[0]


def snapshot_of(setup: Setup) -> Snapshot:
    """The setup at its update."""
    return run_updates(setup, load_image(find_image(setup.img).pixels, setup.ch, setup.scale), setup.k)


def decisions(setup: Setup, snapshot: Snapshot) -> Iterator[np.ndarray]:
    """Where ReLU is open, and to which cells a max pool hands its gradient, eight a byte."""
    for layer, names in zip(setup.network.layers, setup.network.names, strict=True):
        if layer.kind == "relu":
            yield np.packbits(snapshot.trace[names.source] > 0)
        elif layer.kind == "max":
            yield np.packbits(snapshot.gradients[f"d{names.source}"] != 0)


def main(file: str) -> None:
    """Writes every array, by setup and symbol, and every decision."""
    keep_one_blas_thread()
    result: dict[str, np.ndarray] = {}
    for name, setup in setups():
        snapshot = snapshot_of(setup)
        arrays = {**snapshot.trace, **snapshot.params, **snapshot.gradients}
        result |= {f"{name} {symbol}": array for symbol, array in arrays.items() if array.size < LARGE}
        result |= {f"decided {name} {n}": array for n, array in enumerate(decisions(setup, snapshot))}
    np.savez(file, **{str(n): array for n, array in enumerate(result.values())}, names=np.array(list(result)))


if __name__ == "__main__":
    main(sys.argv[1])
