"""Every array of one update by its symbol: as a file for NumPy, as lines of text, and one of them as a table."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.runtime.read_only import as_frozen
from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.snapshots import Snapshot

PIECE = 200_000
"""Bytes that are compressed in one go, a few milliseconds."""
SETUP = "lesson"
"""The name of the array in an .npz that is no array: the setup's query."""


def forward_names(network: Architecture) -> tuple[str, ...]:
    """The names in a forward pass, in reading order: each layer's parameters before its output, then y, L and all losses.

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
    """The names that its stages make in a backward pass, in their order, and ∂x.

    >>> from cnnviz.core.network.network import Network
    >>> backward_names(Network.parse("conv2x3-dense2-mse"))
    ('do', 'dw', 'db', 'dz1', 'df', 'dx')
    """
    return (*(name for stage in network.stages if stage.phase == "backward" for name in stage.makes), "dx")


def named_arrays(setup: Setup, snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Every array of this update by its symbol, in the shapes of the core."""
    network = setup.network
    home = {**snapshot.trace, **snapshot.params, "y": as_frozen(setup.y), "losses": snapshot.losses}
    arrays = {name: home[name] for name in forward_names(network) if name != "L"}
    return arrays | {name: snapshot.gradients[name] for name in backward_names(network)}


def arrays_npz(setup: Setup, snapshot: Snapshot) -> bytes:
    """All arrays of this update as an .npz file, float64 and without pickle: `np.load(file)["z1"]`.

    What training keeps beside the parameters is there, too, as before the update. L is the loss, and `lesson` the query of the setup that they belong to, as text.

    >>> from cnnviz.core.training.snapshots import run_updates
    >>> x = np.zeros((32, 32))
    >>> file = arrays_npz(Setup(k=2), run_updates(Setup(), x, 2))
    >>> np.load(io.BytesIO(file), allow_pickle=False)["losses"].shape
    (3,)
    >>> str(np.load(io.BytesIO(file))["lesson"])[:15]
    '?img=test-0&ch='
    """
    query = f"?{urlencode(setup.to_query(), safe=',;')}"
    whole = {**named_arrays(setup, snapshot), **snapshot.buffers, "L": snapshot.losses[-1], SETUP: np.array(query)}
    return npz(whole)


def npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """As np.savez_compressed does it, the same bytes for the same numbers, in pieces between which others have their turn."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            member, entry = io.BytesIO(), zipfile.ZipInfo(f"{name}.npy")
            np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)
            content = member.getbuffer()
            entry.compress_type, entry.file_size = zipfile.ZIP_DEFLATED, len(content)
            with archive.open(entry, "w") as part:
                for at in range(0, len(content), PIECE):
                    check_wanted()
                    part.write(content[at : at + PIECE])
    return file.getvalue()


def describe(name: str, value: np.ndarray, whole: int = 9) -> str:
    """One line: arrays of up to `whole` numbers whole, larger ones as least, most and mean, to the last digit.

    >>> describe("o", np.array([0.5, 0.25]))
    'o       (2,)      [0.5, 0.25]'
    >>> describe("z1", np.arange(16.0).reshape(4, 4))
    'z1      (4, 4)    min 0.0  max 15.0  mean 7.5'
    """
    value = np.asarray(value, dtype=float) + 0.0  # no -0.0
    text = str(value.tolist())
    if value.size > whole:
        text = f"min {float(value.min())!r}  max {float(value.max())!r}  mean {float(value.mean())!r}"
    return f"{name:<7} {value.shape!s:<9} {text}"


def most_whole(outputs: int) -> int:
    """Numbers up to which an array is printed whole: nine, a small kernel's, or as many as there are outputs."""
    return max(9, outputs)


def shown(array: np.ndarray) -> np.ndarray:
    """Maps of a single channel as (H,W), a single kernel as (K,K); all others as they are.

    >>> shown(np.zeros((1, 4, 4))).shape, shown(np.zeros((2, 1, 3, 3))).shape, shown(np.zeros((1, 5))).shape
    ((4, 4), (2, 1, 3, 3), (1, 5))
    """
    return array.reshape(array.shape[-2:]) if array.shape[:-2].count(1) == array.ndim - 2 else array


def stage_csv(setup: Setup, snapshot: Snapshot) -> str:
    """The array that the setup's stage makes; of the update, its first parameter afterwards.

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
    """An array of up to four axes, without those of a map's or a kernel's single channel (view/model/numbers/table.js).

    >>> print(map_csv("z", np.array([[0.1, 1e-05], [2.0, -3.0]])), end="")
    i,0,1
    0,0.1,1e-05
    1,2.0,-3.0
    >>> print(map_csv("b", np.array([0.5])), end="")
    i,b
    0,0.5
    """
    array = np.asarray(array, dtype=float)
    array = shown(array) if array.ndim > 2 else array
    columns: Sequence[str | int] = [name]
    letters, rows = ["i"][: array.ndim], array.reshape(-1, 1)
    if array.ndim > 1:
        letters, columns, rows = list("mci"[3 - array.ndim + 1 :]), range(array.shape[-1]), array.reshape(-1, array.shape[-1])
    places = np.ndindex(array.shape if array.ndim < 2 else array.shape[:-1])
    lines = [[*letters, *columns], *([*place, *map(repr, row)] for place, row in zip(places, rows.tolist(), strict=True))]
    return "".join(f"{','.join(map(str, line))}\n" for line in lines)
