"""Pictures of the parameters that learn in a training: the first filters, and the weights where they lie as a map does."""

from collections.abc import Sequence

import numpy as np

from cnnviz.core.program import Program
from cnnviz.core.training import Progress
from cnnviz.core.training_history import Epoch
from cnnviz.pages.train.film.learning import as_bytes
from cnnviz.pages.train.training.trainer import Job
from cnnviz.words import Message, message

MOST_FILTERS, MOST_OUTPUTS, MOST_SIDE = 6, 4, 64
"""Filters, outputs whose weights lie as a map does, and the side of such a map."""


def tiles(job: Job, epochs: Sequence[Epoch]) -> tuple[list[dict[str, object]], dict[str, np.ndarray]]:
    """A picture for each filter and each output's weights, and as bytes (2,F,rows,columns,C) how they are at each epoch's end, and how far they have moved."""
    settings, data, channel = job
    frames = [epoch.report for epoch in epochs]
    program = settings.network.program(data.train.pixels(channel).shape[1:])
    records: list[dict[str, object]] = []
    arrays: dict[str, np.ndarray] = {}
    for label, values in [*_filters(frames), *_weights(program, frames, data.words)]:
        name = f"tile{len(records)}"
        moved = values - values[:1]
        arrays[name] = np.stack([as_bytes(part, float(np.abs(np.nan_to_num(part)).max())) for part in (values, moved)])
        records.append({"label": label, "array": name, "rgb": values.shape[-1] == 3})
    return records, arrays


def _filters(frames: Sequence[Progress]) -> list[tuple[str, np.ndarray]]:
    """The first filters, (F,K,K,C): in colour where they look at three channels, else their first channel."""
    if not frames[0].kernel.size:
        return []
    side = frames[0].kernel.shape[-1]
    kernels = np.stack([np.asarray(one.kernel, np.float64) for one in frames])
    kernels = kernels.reshape(len(frames), 1 if kernels.ndim == 3 else kernels.shape[1], -1, side, side)
    colours = kernels.shape[2] if kernels.shape[2] == 3 else 1
    count = min(kernels.shape[1], MOST_FILTERS)
    return [("f" if kernels.shape[1] == 1 else f"f[{m}]", np.moveaxis(kernels[:, m, :colours], 1, -1)) for m in range(count)]


def _weights(program: Program, frames: Sequence[Progress], names: tuple[str | Message, ...]) -> list[tuple[Message, np.ndarray]]:
    """The weights of the first outputs, (F,rows,columns,1), where these look at a map of one channel at once."""
    last = next((name for name in reversed(program.parameters) if name[0] == "w"), "")
    shape = program.laid_out.get(last, ())
    if len(shape) != 4 or shape[0] != 1 or max(shape[1:3]) > MOST_SIDE or shape[3] != len(names):
        return []
    layers = np.stack([np.asarray(one.params[last], np.float64).reshape(shape)[0] for one in frames])
    return [(message("ui.train.training.report.weights", name=name), layers[..., n : n + 1]) for n, name in enumerate(names[:MOST_OUTPUTS])]
