"""View of one image out of several, in the shapes of a single image, and of a pass in eval mode.

Numbers of all images are labelled as such: a parameter's gradient is the mean of the per-image gradients, while the loss
beside an image is its own.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cnnviz.core.explain.normalisation_paths import gradient_paths
from cnnviz.core.network.layers.batch_norm import BatchNorm
from cnnviz.core.network.layers.dropout import Dropout, channel_sums, masked_sums
from cnnviz.core.network.program import Program
from cnnviz.core.training.snapshots import run_updates
from cnnviz.export.mathml import mathml
from cnnviz.pages.address import PageRequest
from cnnviz.pages.quantized_weights import SHADES
from cnnviz.wire.records import NetworkRecord, StageRecord
from cnnviz.words import Message, message

MAX_PER_IMAGE_GRADIENTS = 60_000
"""Limit of the numbers of one parameter's per-image gradients that are sent."""
THUMBNAIL, MOST_THUMBNAILS = 16, 200_000
"""Limits of the rows and columns of a thumbnail, and of the numbers of all thumbnails that are sent."""
MAX_NORMALIZATION_NUMBERS = 120_000
"""Limit of the numbers of a normalization's maps of all images that are sent."""
DROPOUT_DRAWS, MAX_DROPOUT_SIZE = 200, 5_000
"""Number of dropout masks drawn to show the spread of a sum, and the largest array for which they are drawn."""


def with_mode(request: PageRequest) -> PageRequest:
    """Return the request with the pass in its setup's mode."""
    if request.snapshot.trace.training == (request.setup.mode == "train"):
        return request
    snapshot = run_updates(request.setup, request.snapshot.image, request.setup.k)
    return replace(request, snapshot=snapshot.in_mode(request.setup.mode))


def select_image(request: PageRequest) -> PageRequest:
    """Return the request for the shown image alone; its arrays are slices of the pass over all images."""
    setup, snapshot = request.setup, request.snapshot
    if snapshot.trace.x.ndim < 4:
        return request
    i, y = setup.image, setup.y[setup.image]
    image_setup = setup.with_one_image(i)
    trace, gradients = snapshot.trace.image(i), snapshot.gradients.image(i)
    return replace(request, setup=image_setup, snapshot=replace(snapshot, trace=trace, gradients=gradients, image=trace.x, y=np.array(y)))


def batch_record(record: NetworkRecord, request: PageRequest, program: Program) -> NetworkRecord:
    """Return the record of one image of several. Sums over all images have no arithmetic, since one image does not
    determine them."""
    m = len(request.setup.images)
    start = _start(program)
    arithmetic = {name: text for name, text in record["arithmetic"].items() if name[1:] not in program.parameters}
    arithmetic[start] = f"({arithmetic[start]})/{m}"
    formulas = dict(record["formulas"])
    for name in (start, *(f"d{name}" for name in program.parameters)):
        target, expression = program.formulas[name].split(" = ", 1)
        formulas[name] = mathml(rf"{target} = ({expression}) / {m}" if name == start else rf"{target} = \sum_{{1 \ldots {m}}} {expression}")
    words = [message("ui.images.shown", n=n + 1, name=name) for n, name in enumerate(request.setup.images)]
    return {**record, "arithmetic": arithmetic, "formulas": formulas, "images": words}


def _start(program: Program) -> str:
    """Return the first gradient of the backward pass."""
    return next(line.target for line in program.backward_lines if line.layer is None and line.role in ("do", "dz"))


def batch_stages(stages: Sequence[StageRecord], program: Program, m: int) -> list[StageRecord]:
    """Return the stages of one of `m` images. A parameter's gradient is the mean of the per-image gradients."""
    records, start = list[StageRecord](), _start(program)
    for stage in stages:
        if stage["symbol"][1:] in program.parameters:
            stage = stage | {"title": message("stage.pulled.title")}
        elif stage["symbol"] == start:
            stage = stage | {"sentence": message("words.sentences", first=stage["sentence"], second=message("ui.images.divided", m=m))}
        records.append(stage)
    return records


def batch_arrays(request: PageRequest) -> dict[str, np.ndarray]:
    """Return the shown image's loss as L, the losses and x of all images, and the per-image gradients of small
    parameters."""
    setup, snapshot = request.setup, request.snapshot
    network, y = setup.network, np.array(setup.y)
    losses = network.losses(snapshot.trace, y)
    small_names = {name for name, param in snapshot.params.items() if param.size * len(losses) <= MAX_PER_IMAGE_GRADIENTS}
    per_image_gradients = network.per_image_gradients(snapshot.params, snapshot.trace, y)
    gradients = {f"pulls.d{name}": per_image_gradients[f"d{name}"] for name in snapshot.params if name in small_names}
    loss_arrays = {"L": losses[setup.image : setup.image + 1], "images.L": losses, "all.x": snapshot.trace.x}
    return gradients | loss_arrays | (_normalization_arrays(request) if setup.mode == "train" else {})


def thumbnails(request: PageRequest, record: NetworkRecord) -> dict[str, np.ndarray]:
    """Return thumbnails of every map of all images as int8, (m,C,h,w). ±SHADES is the end of the scale that all
    images share.

    Each cell has the entry of largest magnitude of its block, so that nearly empty maps do not look empty.
    Return nothing if the thumbnails have more than MOST_THUMBNAILS numbers.
    """
    trace, gradients = request.snapshot.trace, request.snapshot.gradients
    arrays = {"y": np.array(request.setup.y), **trace, **{f"d{name}": gradients[f"d{name}"] for name in trace if f"d{name}" in gradients}}
    strips = dict[str, np.ndarray]()
    for name, each in record["maps"].items():
        if name in arrays and each["kind"] in ("map", "row"):
            x = arrays[name]
            x = _largest_of_blocks(x if x.ndim == 4 else x.reshape(len(x), 1, -1, 1))
            limit = max(float(np.abs(x).max()), *each["limits"]) or 1.0
            strips[f"strip.{name}"] = np.rint(SHADES * np.nan_to_num(x / limit, posinf=1, neginf=-1)).astype(np.int8)
    return strips if sum(each.size for each in strips.values()) <= MOST_THUMBNAILS else {}


def _largest_of_blocks(x: np.ndarray) -> np.ndarray:
    """Reduce blocks of rows and columns to their entry of largest magnitude, at most THUMBNAIL a side: (m,C,H,W) to
    (m,C,h,w)."""
    m, channels, *sides = x.shape
    blocks = [-(-side // THUMBNAIL) for side in sides]
    rows, columns = (-(-side // block) for side, block in zip(sides, blocks, strict=True))
    padded = np.zeros((m, channels, rows * blocks[0], columns * blocks[1]))
    padded[:, :, : sides[0], : sides[1]] = x
    split = padded.reshape(m, channels, rows, blocks[0], columns, blocks[1]).swapaxes(3, 4).reshape(m, channels, rows, columns, -1)
    return np.take_along_axis(split, np.abs(split).argmax(-1)[..., None], -1)[..., 0]


def _normalization_arrays(request: PageRequest) -> dict[str, np.ndarray]:
    """Return the arrays of each batch normalization for all images: its maps, and the three paths of the gradient."""
    snapshot, network = request.snapshot, request.setup.network
    program, arrays = network.program(snapshot.trace.x.shape), dict[str, np.ndarray]()
    paths = gradient_paths(program, snapshot.params, snapshot.trace, snapshot.gradients)
    for layer, names in zip(network.layers, network.names, strict=True):
        if not isinstance(layer, BatchNorm) or 7 * snapshot.trace[names.output].size > MAX_NORMALIZATION_NUMBERS:
            continue
        symbols = (names.source, names.output)
        arrays |= {f"all.{name}": snapshot.trace[name] for name in symbols}
        arrays |= {f"all.d{name}": snapshot.gradients[f"d{name}"] for name in symbols if f"d{name}" in snapshot.gradients}
        if path := paths.get(f"d{names.source}"):
            arrays |= {f"{field}.d{names.source}": getattr(path, field) for field in ("parts", "shares", "sizes")}
    return arrays


def dropout_sums(request: PageRequest) -> dict[str, np.ndarray]:
    """Return the shown image's sums after dropout: without a mask, with its own, and with new random ones; (2 + n,C).
   """
    setup, snapshot, arrays = request.setup, request.snapshot, dict[str, np.ndarray]()
    if setup.mode == "eval":
        return arrays
    for layer_number, (layer, names) in enumerate(zip(setup.network.layers, setup.network.names, strict=True), 1):
        x = snapshot.trace[names.input]
        if isinstance(layer, Dropout) and x.size <= MAX_DROPOUT_SIZE:
            x = x[None] if x.ndim == 2 else x
            masks = masked_sums(x, layer.draws(x.shape)["mask"], np.random.default_rng([setup.seed, setup.k, layer_number, 1]), DROPOUT_DRAWS)
            arrays[f"throws.{names.output}"] = np.concatenate([channel_sums(x)[None], channel_sums(snapshot.trace[names.output].reshape(x.shape))[None], masks])
    return arrays


def loss_note(request: PageRequest) -> Message:
    """Return the sentence that names the image whose loss is shown as L, and the mean loss."""
    setup = request.setup
    return message("ui.images.loss", n=setup.image + 1, m=len(setup.images), mean=float(request.snapshot.losses[-1]))
