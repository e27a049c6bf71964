"""The setup as a film, GIF or WebP: image, a filter and its maps beside each other and the loss, from the start to update k.

Each map has limits of its own in every frame, printed below it, as on the page: a gradient falls by
orders of magnitude, and a run that diverges would leave its first frames blank.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cnnviz.core.network.network import Network
from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import maps_of
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.export.animation_frames import KINDS, Curve, Panel, draw, encode
from cnnviz.words import Problem, say

MAX_FRAMES = 120
"""The most frames of a film."""
MAX_BYTES = 2_000_000
"""The most bytes of a film."""
MOST_IN_A_LINE = 16
"""Numbers of a row that stand in one line."""


@dataclass(frozen=True)
class Shown:
    """A map of the film: its symbol, its name with the channel, "signed" or "activation", and the channel's place in the array."""

    symbol: str
    name: str
    scale: str
    at: tuple[int, ...] = ()

    def of(self, snapshot: Snapshot) -> np.ndarray:
        """The map (H,W) in an update; a row in lines of about equal length."""
        home = next(home for home in (snapshot.params, snapshot.trace, snapshot.gradients) if self.symbol in home)
        array = home[self.symbol][self.at] if self.at else home[self.symbol]
        if array.ndim != 1:
            return array
        columns = array.size if array.size <= MOST_IN_A_LINE else math.isqrt(array.size - 1) + 1
        return np.append(array, np.zeros(-array.size % columns)).reshape(-1, columns)


def shown_maps(setup: Setup, x_shape: tuple[int, ...]) -> list[Shown]:
    """The maps of the film, from left to right: a filter of the first convolution, what it gives, what becomes of that, and the
    gradient that comes back (core/training/film.py). It is the pinned cell's filter and channel, else the first.

    >>> [shown.symbol for shown in shown_maps(Setup(), (32, 32))]
    ['f', 'z1', 'a1', 'dz1']
    >>> net = "conv4x3-relu-max2-dense10-softmax-ce"
    >>> [shown.name for shown in shown_maps(Setup(net=net, cell="a1:2,0,0"), (32, 32))]
    ['f[2,0]', 'z1[2]', 'a1[2]', 'dz1[2]']
    """
    program = setup.network.program(x_shape)
    filters = next((name for name in program.parameters if len(program.shapes[name]) == 4), None)
    names = (*([filters] if filters else []), *maps_of(setup.network))
    symbol, at = setup.pinned or ("", ())
    channel = at[0] if {symbol, f"d{symbol}", symbol.removeprefix("d")} & {*names} and len(at) > 2 else 0
    chosen = []
    for name in names:
        shape = program.shown[name if name in program.shown else name[1:]]
        place = (channel, 0)[: max(0, len(shape) - 2)]
        label = f"{name}[{','.join(map(str, place))}]" if place else name
        chosen.append(Shown(name, label, _scale(setup.network, name), place))
    return chosen


def _scale(network: Network, symbol: str) -> str:
    """The colours of a symbol's values: of their own for what lies in 0 … 1."""
    found = "signed"
    for layer, names in zip(network.layers, network.names, strict=True):
        found = found if layer.scale == "same" else layer.scale
        if names.output == symbol:
            return "activation" if found == "share" else "signed"
    return "signed"


def frame_updates(k: int, frames: int) -> list[int]:
    """The updates that are shown: at most `frames`, evenly spread, the first 0 and the last k.

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
    """The film of `lesson` on `x`, (H,W) or (C,H,W), from update 0 to `lesson.k`; `progress` is told each update that is reached.

    At most `frames` frames (2 … MAX_FRAMES), and fewer where the file would take more than
    `max_bytes`. Raises Problem for other counts and kinds, and where even two frames are too large.

    >>> animation(Setup(k=3), np.zeros((32, 32)))[:6]
    b'GIF89a'
    """
    if not 2 <= frames <= MAX_FRAMES:
        raise Problem("export.animation.wrong_frames", frames=frames, most=MAX_FRAMES)
    if kind not in KINDS:
        raise Problem("export.animation.wrong_kind", kind=repr(kind), kinds=KINDS)
    shown, losses = [], list[float]()
    for k in frame_updates(setup.k, frames):
        snapshot = run_updates(setup, x, k).in_mode(setup.mode)
        shown.append(_shown(setup, snapshot))
        losses.append(float(snapshot.losses[-1]))
        progress(k)
    drawn = []
    for place, (caption, panels) in enumerate(shown):
        check_wanted()
        drawn.append(draw(caption, [*panels, Curve("L", np.array(losses), place)]))
    while len(data := encode(drawn, kind)) > max_bytes:
        if len(drawn) <= 2:
            raise Problem("export.animation.too_large", bytes=len(data), most=max_bytes)
        drawn = [drawn[i] for i in frame_updates(len(drawn) - 1, max(2, len(drawn) // 2))]
    return data


def setup_picture(setup: Setup, x: np.ndarray) -> bytes:
    """The film's last frame alone, as PNG."""
    snapshot = run_updates(setup, x, setup.k).in_mode(setup.mode)
    caption, panels = _shown(setup, snapshot)
    return encode([draw(caption, [*panels, Curve("L", snapshot.losses, setup.k)])], "png")


def _shown(setup: Setup, snapshot: Snapshot) -> tuple[str, list[Panel]]:
    """The words of a frame, and the image and the maps on it."""
    x = snapshot.trace.x
    image = Panel("x", "pixel", x if np.ndim(x) == 2 else np.mean(x, axis=0))
    maps = [Panel(chosen.name, chosen.scale, chosen.of(snapshot)) for chosen in shown_maps(setup, np.shape(x))]
    caption = say("export.animation.frame", k=len(snapshot.losses) - 1, loss=float(snapshot.losses[-1]))
    return caption, [image, *maps]
