"""All arrays of one update by symbol: as an .npz file, as lines of text, and one array as a CSV table."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.runtime.read_only import as_frozen
from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot

PIECE = 200_000
"""Number of bytes compressed at a time, which takes a few milliseconds."""
SETUP = "lesson"
"""Name of the .npz entry with the setup's query."""


def forward_names(network: Architecture) -> tuple[str, ...]:
    """Return the symbols of a forward pass in reading order: each layer's parameters before its output, then y, L and
    all losses.

    >>> from cnnviz.core.network.network import Network
    >>> forward_names(Network.parse("conv2x3-dense2-mse"))
    ('x', 'f', 'z1', 'v', 'w', 'b', 'o', 'y', 'L', 'losses')
    """
    return (*_forward(network), "y", "L", "losses")


def _forward(network: Architecture) -> Iterator[str]:
    for stage in network.stages:
        if stage.phase == "forward":
            yield from (name for name in stage.inputs if name in network.parameters)
            yield from stage.makes


def backward_names(network: Architecture) -> tuple[str, ...]:
    """Return the symbols of a backward pass in the order of its stages, then dx.

    >>> from cnnviz.core.network.network import Network
    >>> backward_names(Network.parse("conv2x3-dense2-mse"))
    ('do', 'dw', 'db', 'dz1', 'df', 'dx')
    """
    return (*(name for stage in network.stages if stage.phase == "backward" for name in stage.makes), "dx")


def named_arrays(setup: Setup, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Return all arrays of this update by symbol, in the core's shapes."""
    network = setup.network
    arrays_by_name = {**snapshot.trace, **snapshot.params, "y": as_frozen(setup.y), "losses": snapshot.losses}
    arrays = {name: arrays_by_name[name] for name in forward_names(network) if name != "L"}
    return arrays | {name: snapshot.gradients[name] for name in backward_names(network)}


def arrays_npz(setup: Setup, snapshot: Snapshot) -> bytes:
    """Return all arrays of this update as an .npz file, float64 and without pickle: `np.load(file)["z1"]`.

    Running statistics are included as before the update. L is the loss, and `lesson` the setup's query as text.

    >>> from cnnviz.core.training.snapshots import run_updates
    >>> x = np.zeros((32, 32))
    >>> file = arrays_npz(Setup(k=2), run_updates(Setup(), x, 2))
    >>> np.load(io.BytesIO(file), allow_pickle=False)["losses"].shape
    (3,)
    >>> str(np.load(io.BytesIO(file))["lesson"])[:15]
    '?img=test-0&ch='
    """
    query = f"?{urlencode(setup.to_query(), safe=',;')}"
    entries = {**named_arrays(setup, snapshot), **snapshot.buffers, "L": snapshot.losses[-1], SETUP: np.array(query)}
    return npz(entries)


def npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Write an .npz file as np.savez_compressed does, with the same bytes for the same numbers. Compresses in pieces,
    with a cancellation point between them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            member, entry = io.BytesIO(), zipfile.ZipInfo(f"{name}.npy")
            np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
            content = member.getbuffer()
            entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, len(content)
            with archive.open(entry, "w") as part:
                for offset in range(0, len(content), PIECE):
                    check_cancelled()
                    part.write(content[offset : offset + PIECE])
    return file.getvalue()


def describe(name: str, value: np.ndarray, max_printed: int = 9) -> str:
    """Return one line for an array: all numbers if there are at most `max_printed`, otherwise minimum, maximum and mean, in
    full precision.

    >>> describe("o", np.array([0.5, 0.25]))
    'o       (2,)      [0.5, 0.25]'
    >>> describe("z1", np.arange(16.0).reshape(4, 4))
    'z1      (4, 4)    min 0.0  max 15.0  mean 7.5'
    """
    value = np.asarray(value, dtype=float) + 0.0  # removes -0.0
    text = str(value.tolist())
    if value.size > max_printed:
        text = f"min {float(value.min())!r}  max {float(value.max())!r}  mean {float(value.mean())!r}"
    return f"{name:<7} {value.shape!s:<9} {text}"


def print_limit(outputs: int) -> int:
    """Return the largest size of an array that is printed in full: nine for a 3×3 kernel, or the number of outputs if larger."""
    return max(9, outputs)


def squeeze_channels(array: np.ndarray) -> np.ndarray:
    """Drop the axes of a single channel: maps to (H,W), kernels to (K,K). Other arrays stay unchanged.

    >>> squeeze_channels(np.zeros((1, 4, 4))).shape, squeeze_channels(np.zeros((2, 1, 3, 3))).shape, squeeze_channels(np.zeros((1, 5))).shape
    ((4, 4), (2, 1, 3, 3), (1, 5))
    """
    return array.reshape(array.shape[-2:]) if array.shape[:-2].count(1) == array.ndim - 2 else array


def stage_csv(setup: Setup, snapshot: Snapshot) -> str:
    """Return the array of the setup's stage as CSV; for the stage update, its first parameter afterwards.

    >>> from cnnviz.core.training.snapshots import run_updates
    >>> stage_csv(Setup(stage="L"), run_updates(Setup(), np.zeros((32, 32)), 0)).split()[0]
    'L'
    """
    if setup.stage == "update":
        name = setup.network.parameters[0]
        return map_csv(name, snapshot.after[name])
    arrays = named_arrays(setup, snapshot) | {"L": snapshot.losses[-1]}
    return map_csv(setup.stage, arrays[setup.stage])


def map_csv(name: str, array: np.ndarray) -> str:
    """Return an array of up to four axes as CSV, without axes of a single channel (view/model/numbers/table.js).

    >>> print(map_csv("z", np.array([[0.1, 1e-05], [2.0, -3.0]])), end="")
    i,0,1
    0,0.1,1e-05
    1,2.0,-3.0
    >>> print(map_csv("b", np.array([0.5])), end="")
    i,b
    0,0.5
    """
    array = np.asarray(array, dtype=float)
    array = squeeze_channels(array) if array.ndim > 2 else array
    columns: Sequence[str | int] = [name]
    letters, rows = ["i"][: array.ndim], array.reshape(-1, 1)
    if array.ndim > 1:
        letters, columns, rows = list("mci"[3 - array.ndim + 1 :]), range(array.shape[-1]), array.reshape(-1, array.shape[-1])
    indices = np.ndindex(array.shape if array.ndim < 2 else array.shape[:-1])
    lines = [[*letters, *columns], *([*index, *map(repr, row)] for index, row in zip(indices, rows.tolist(), strict=True))]
    return "".join(f"{','.join(map(str, line))}\n" for line in lines)
