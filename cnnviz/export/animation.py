"""Animation of a setup as GIF or WebP: the image, a filter, its maps side by side, and the loss, from the start to
update k.

Every frame scales each map separately and prints the limits below it, as on the page. With fixed limits, falling gradients
would vanish, and a diverging run would leave its first frames blank.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import default_maps
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.export.animation_frames import KINDS, Curve, Panel, draw, encode
from cnnviz.export.colour_scales import value_ranges
from cnnviz.words import Problem, say

MAX_FRAMES = 120
"""Upper limit of the frames of an animation."""
MAX_BYTES = 2_000_000
"""Upper limit of the bytes of an animation."""
MAX_COLUMNS = 16
"""Upper limit of numbers on one line, if a vector is wrapped."""


@dataclass(frozen=True)
class MapSelection:
    """A map of the animation: its symbol, its label with the channel, its scale ("signed" or "activation"), and the
    channel's index in the array."""

    symbol: str
    name: str
    scale: str
    at: tuple[int, ...] = ()

    def extract(self, snapshot: Snapshot) -> np.ndarray:
        """Return the map (H,W) in a snapshot. A vector is wrapped into lines of about equal length."""
        home = next(home for home in (snapshot.params, snapshot.trace, snapshot.gradients) if self.symbol in home)
        array = home[self.symbol][self.at] if self.at else home[self.symbol]
        if array.ndim != 1:
            return array
        columns = array.size if array.size <= MAX_COLUMNS else math.isqrt(array.size - 1) + 1
        return np.append(array, np.zeros(-array.size % columns)).reshape(-1, columns)


def selected_maps(setup: Setup, x_shape: tuple[int, ...]) -> list[MapSelection]:
    """Return the maps of the animation, from left to right: a filter of the first convolution, its output, the
    activation, and the gradient (core/training/film.py). Filter and channel are those of the pinned cell, otherwise
    the first.

    >>> [shown.symbol for shown in selected_maps(Setup(), (32, 32))]
    ['f', 'z1', 'a1', 'dz1']
    >>> net = "conv4x3-relu-max2-dense10-softmax-ce"
    >>> [shown.name for shown in selected_maps(Setup(net=net, cell="a1:2,0,0"), (32, 32))]
    ['f[2,0]', 'z1[2]', 'a1[2]', 'dz1[2]']
    """
    program = setup.network.program(x_shape)
    filters = next((name for name in program.parameters if len(program.shapes[name]) == 4), None)
    names = (*([filters] if filters else []), *default_maps(setup.network))
    symbol, at = setup.pinned_cell or ("", ())
    channel = at[0] if {symbol, f"d{symbol}", symbol.removeprefix("d")} & {*names} and len(at) > 2 else 0
    selection, ranges = [], value_ranges(setup.network)
    for name in names:
        shape = program.shown[name if name in program.shown else name[1:]]
        index = (channel, 0)[: max(0, len(shape) - 2)]
        label = f"{name}[{','.join(map(str, index))}]" if index else name
        selection.append(MapSelection(name, label, "activation" if ranges.get(name) == "share" else "signed", index))
    return selection


def frame_updates(k: int, frames: int) -> list[int]:
    """Return at most `frames` evenly spaced updates from 0 to k, both included.

    >>> frame_updates(10, 4), frame_updates(2, 60), frame_updates(0, 60)
    ([0, 3, 7, 10], [0, 1, 2], [0])
    """
    return [round(i) for i in np.linspace(0, k, min(frames, k + 1)).tolist()]


def animation(
    setup: Setup,
    x: np.ndarray,
    frames: int = 60,
    kind: str = "gif",
    max_bytes: int = MAX_BYTES,
    progress: Callable[[int], None] = lambda update: None,
) -> bytes:
    """Return the animation of a setup on `x`, (H,W) or (C,H,W), from update 0 to `setup.k`. Call `progress` with each
    computed update.

    It has at most `frames` frames (2 … MAX_FRAMES), and fewer if the file would exceed `max_bytes`. Raise Problem for other
    counts and kinds, or if even two frames are too large.

    >>> animation(Setup(k=3), np.zeros((32, 32)))[:6]
    b'GIF89a'
    """
    if not 2 <= frames <= MAX_FRAMES:
        raise Problem("export.animation.wrong_frames", frames=frames, most=MAX_FRAMES)
    if kind not in KINDS:
        raise Problem("export.animation.wrong_kind", kind=repr(kind), kinds=KINDS)
    frame_contents, losses = [], list[float]()
    for k in frame_updates(setup.k, frames):
        snapshot = run_updates(setup, x, k).in_mode(setup.mode)
        frame_contents.append(_panels(setup, snapshot))
        losses.append(float(snapshot.losses[-1]))
        progress(k)
    images = []
    for index, (caption, panels) in enumerate(frame_contents):
        check_cancelled()
        images.append(draw(caption, [*panels, Curve("L", np.array(losses), index)]))
    while len(data := encode(images, kind)) > max_bytes:
        if len(images) <= 2:
            raise Problem("export.animation.too_large", bytes=len(data), most=max_bytes)
        images = [images[i] for i in frame_updates(len(images) - 1, max(2, len(images) // 2))]
    return data


def setup_picture(setup: Setup, x: np.ndarray) -> bytes:
    """Return the animation's last frame as PNG."""
    snapshot = run_updates(setup, x, setup.k).in_mode(setup.mode)
    caption, panels = _panels(setup, snapshot)
    return encode([draw(caption, [*panels, Curve("L", snapshot.losses, setup.k)])], "png")


def _panels(setup: Setup, snapshot: Snapshot) -> tuple[str, list[Panel]]:
    """Return a frame's caption, and its panels: the image and the maps."""
    x = snapshot.trace.x
    image = Panel("x", "pixel", x if np.ndim(x) == 2 else np.mean(x, axis=0))
    maps = [Panel(selection.name, selection.scale, selection.extract(snapshot)) for selection in selected_maps(setup, np.shape(x))]
    caption = say("export.animation.frame", k=len(snapshot.losses) - 1, loss=float(snapshot.losses[-1]))
    return caption, [image, *maps]
