"""The Architecture tab: the notebook's network with this setup's numbers, its letters, its matrix, and its loss as a
landscape."""

import numpy as np

from cnnviz.core.network.notebook_ops import conv2d, mse, sigmoid
from cnnviz.core.notebook.notebook_output import SECOND_DRAWN
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot, walk
from cnnviz.data.images import find_image
from cnnviz.words import Message, message

STEPS = 5
"""Smallest number of updates drawn as steps on the landscape."""
MOST_STEPS = 60
SIDE = 56
"""Number of cells per side of the landscape."""


def arrays(setup: Setup, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Return the arrays drawn as maps: image, both kernels and their maps, activations, weights, and the landscape."""
    trace, params = snapshot.trace, snapshot.params
    second = second_kernel(snapshot)
    low, high = _range(_path(setup, snapshot))
    axis = np.linspace(low, high, SIDE)
    grid = np.stack(np.meshgrid(axis, axis[::-1]), axis=-1)  # z2[0] to the right, z2[1] upward
    result = {
        "x": trace.x, "f": params.f, "second": second, "z1": trace.z1, "a1": trace.a1, "w": params.w,
        "second_z1": conv2d(trace.x, second, trace.stride, trace.padding),
        # negated, so that large losses are blue
        "landscape": -((sigmoid(grid) - np.array(setup.y)) ** 2).mean(axis=-1),
    }  # fmt: skip
    return {f"arch.{name}": array for name, array in result.items()}


def second_kernel(snapshot: Snapshot) -> np.ndarray:
    """Return the kernel that the notebook draws second, scaled to the size of the first for comparison."""
    kernel = np.array(SECOND_DRAWN, np.float64)
    size = np.abs(snapshot.params.f).max()
    return kernel * (size / kernel.max()) if size else kernel


def architecture(setup: Setup, snapshot: Snapshot) -> dict[str, object]:
    """Return the parts besides the maps: nodes, the matrix, letters with their sizes, and the path on the landscape."""
    trace, params = snapshot.trace, snapshot.params
    path = _path(setup, snapshot)
    low, high = _range(path)
    strongest = int(np.abs(params.w).max(axis=1).argmax())
    units = len(trace.v)
    nodes = sorted({0, 1 % units, strongest, units - 1})
    return {
        "here": description(setup),
        "nodes": [{"at": i, "v": float(trace.v[i]), "w": params.w[i].tolist()} for i in nodes],
        "strong": strongest,
        "units": units,
        "b": params.b.tolist(),
        "sums": trace.z2.tolist(),
        "products": (trace.v @ params.w).tolist(),
        "outputs": trace.o.tolist(),
        "names": setup.output_words,
        "targets": list(setup.y),
        "limits": {"z1": _ends(trace.z1), "a1": _ends(trace.a1), "x": _ends(trace.x)},
        "letters": [{"letter": letter, "words": message(f"ui.notebook.architecture.letters.{name}"), "size": size} for letter, name, size in _letters(snapshot)],
        "why": message("ui.notebook.architecture.size", rows=trace.x.shape[0], k=len(params.f), padding=_padding_zeros(snapshot), stride=trace.stride, out=trace.z1.shape[0]),
        "asides": [message(f"ui.notebook.architecture.asides.{name}") for name in ("product", "probabilities", "transposed", "chain", "random")],
        "landscape": {"ends": [low, high], "path": path.tolist(), "words": _landscape_words(setup, path)},
    }


def description(setup: Setup) -> Message:
    """Return the image, the channel, the range of pixels and the update that the page shows."""
    channel, pixels = message(f"web.channels.{setup.ch}"), message(f"ui.pixels.{setup.scale}")
    return message("ui.notebook.architecture.here", image=find_image(setup.img).message, channel=channel, pixels=pixels, k=setup.k)


def _letters(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    rows, columns = snapshot.trace.z1.shape
    units, outputs = snapshot.params.w.shape
    return [
        ("X", "image", "×".join(map(str, snapshot.trace.x.shape))),
        ("f", "kernel", "×".join(map(str, snapshot.params.f.shape))),
        ("n, m", "map", f"{rows}, {columns}"),
        ("F", "units", str(units)),
        ("N", "outputs", str(outputs)),
        ("b", "bias", str(outputs)),
        ("W", "weights", f"{outputs}×{units + 1}"),
    ]


def _padding_zeros(snapshot: Snapshot) -> int:
    """Return the number of zeros that the padding adds along a side, on both ends together."""
    rows, out_rows = snapshot.trace.x.shape[0], snapshot.trace.z1.shape[0]
    count: int = (out_rows - 1) * snapshot.trace.stride + len(snapshot.params.f) - rows
    return max(0, count)


def _path(setup: Setup, snapshot: Snapshot) -> np.ndarray:
    """Return both pre-activations and the loss after 0, 1, … updates, (n+1,3): the steps on the landscape."""
    n = min(max(STEPS, setup.k), MOST_STEPS)
    steps = [(*trace.z2, mse(trace.o, np.array(setup.y))) for _, trace, _ in walk(setup, snapshot.image, n)]
    return np.array(steps, np.float64)


def _range(path: np.ndarray) -> tuple[float, float]:
    """Return the ends of both axes of a square that contains the path and the origin, with a margin."""
    limit = max(2.5, 1.25 * float(np.abs(np.nan_to_num(path[:, :2])).max()))
    return -limit, limit


def _ends(array: np.ndarray) -> list[float]:
    return [float(array.min()), float(array.max())]


def _landscape_words(setup: Setup, path: np.ndarray) -> list[Message]:
    n, first_loss, last_loss = len(path) - 1, float(path[0, 2]), float(path[-1, 2])
    trend = "stays" if last_loss == first_loss else "moves"
    parameters = setup.network.program(setup.x_shape).parameters
    count = sum(int(np.prod(parameter.shape)) for parameter in parameters.values())
    return [message("ui.notebook.architecture.landscape", count=count), message(f"ui.notebook.architecture.{trend}", n=n, first=first_loss, last=last_loss)]
