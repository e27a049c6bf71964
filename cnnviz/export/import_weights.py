"""A start from a file of any origin: saved here (JSON, .npz), a trained network of PyTorch's or Keras', or kernels in any array.

Nothing in a file is executed or unpickled. Layouts are recognised by their shapes, and what was taken is said.
"""

import dataclasses
import io
import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.program import Program
from cnnviz.core.setup.filters import Bank, banks, filters_text
from cnnviz.core.setup.setup import MAX_NUMBER, Setup
from cnnviz.core.training.archives import archive_of
from cnnviz.export.arrays import SETUP
from cnnviz.export.parameters import MAX_VALUE, read_parameters, read_setup, starting_from
from cnnviz.words import Message, Problem, message, say

MOST_BYTES = 60_000_000
"""The most bytes of a file's arrays, unpacked: all of a large setup's, or a trained network's of other layers."""
MOST_NAMED = 8
"""Arrays of a file that a sentence lists."""

_FROM_PYTORCH = 'numpy.savez("mine.npz", **{name: value.numpy() for name, value in model.state_dict().items()})'
_FROM_KERAS = 'numpy.savez("mine.npz", *model.get_weights())'

_NUMBERS = "fiu"
"""Kinds of arrays that hold numbers."""

Arrays = Mapping[str, np.ndarray]


def is_arrays(content: bytes) -> bool:
    """Tells whether this is an .npz or .npy, by how it begins."""
    return content.startswith((b"PK", b"\x93NUMPY"))


def read_start(content: bytes, setup: Setup) -> tuple[Setup, list[Message | str]]:
    """The setup that starts from what a file holds, with k = 0, and sentences on what was taken.

    A file that was saved here brings its own setup; of all others `lesson` gets the weights, or its first filters.
    Raises Problem, a sentence for the learner, whatever `content` is.

    >>> file = io.BytesIO()
    >>> np.save(file, np.eye(3))
    >>> start, said = read_start(file.getvalue(), Setup())
    >>> start.f[:4], str(said[0])
    ((1.0, 0.0, 0.0, 0.0), 'The first filter is the array (3, 3).')
    """
    if not is_arrays(content):
        own, notes = read_setup(content)
        start = read_parameters(content, program=own.network.program(own.x_shape))
        return starting_from(own.gone_on, start), notes
    arrays = arrays_of(content)
    found = whole(arrays, setup)
    return (starting_from(found[0], found[1]), found[2]) if found else _kernels(arrays, setup)


def whole(arrays: Arrays, setup: Setup) -> tuple[Setup, Params, list[Message | str]] | None:
    """All parameters of a setup in a file's arrays, and sentences on them: of its own setup, or of `lesson`'s network; None where they are of none."""
    if SETUP in arrays:
        return _own(arrays)
    program = setup.network.program(setup.x_shape)
    named = len(program.parameters) > 1 and set(program.parameters) <= set(arrays)  # by our names, in our layout where their shapes are ours
    ours = named and all(arrays[name].shape == program.shown[name] for name in program.parameters)
    found = None if ours else _trained(arrays, program)
    if not found and named:
        found = _named(arrays, program), message("export.elsewhere.here")
    return found and (setup.gone_on, found[0], [message("export.elsewhere.trained", layout=found[1], n=len(found[0]))])


_SEEN = tuple({"img": img, "ch": ch} for img in ("test-0", "digit7-0", "small7-0") for ch in ("rgb", "red"))
"""Pictures and digits, in colour and in one channel: what a network may have been trained on."""


def setup_of_weights(arrays: Arrays, net: str) -> tuple[Setup, int]:
    """The setup of a network on the kind of image that a trained network's arrays fit, and how many they are. Problem where they fit none."""
    for seen in _SEEN:
        try:
            setup = Setup(net=net, **seen)  # type: ignore[arg-type]
        except ValueError:  # its layers do not fit on so small an image
            continue
        found = _trained(arrays, setup.network.program(setup.x_shape))
        if found is not None:
            return setup, len(found[0])
    raise Problem("export.elsewhere.no_network_fits", names=[f"{name} {array.shape}" for name, array in arrays.items()][:MOST_NAMED], net=net)


def _own(arrays: Arrays) -> tuple[Setup, Params, list[Message | str]]:
    """All arrays of an update, as `arrays_npz` saves them."""
    setup, wrong = Setup.from_query(dict(parse_qsl(str(arrays[SETUP]).removeprefix("?"))))
    return setup.gone_on, _named(arrays, setup.network.program(setup.x_shape)), list(wrong)


def _named(arrays: Arrays, program: Program) -> Params:
    """The parameters by our names, and the buffers that are there. Problem where one is missing or has another shape."""
    for name in program.parameters:
        shape = program.shown[name]
        if name not in arrays:
            raise Problem("export.parameters.lacks", name=name, names=list(program.parameters))
        if arrays[name].shape != shape:
            raise Problem("export.parameters.wrong_shape", name=name, shape=str(arrays[name].shape), needed=str(shape))
    left = [name for name, buffer in program.buffers.items() if name in arrays and arrays[name].shape == buffer.shape]
    return Params.of({name: _numbers(name, arrays[name]) for name in (*program.parameters, *left)})


# ---- a trained network


def _trained(arrays: Arrays, program: Program) -> tuple[Params, Message] | None:
    """The network's parameters, with its buffers or without, in the layout that all of the file's arrays fit, one for one; None where none fits."""
    given = [(name, array) for name, array in arrays.items() if not name.endswith("num_batches_tracked")]
    wanted = list(program.parameters) if len(given) == len(program.parameters) else _with_buffers(program)
    if len(given) != len(wanted) or len(given) == 1:
        return None
    keras = not any(name.endswith(("weight", "bias")) for name, _ in given)  # where the shapes leave it open
    for layout in ("keras", "pytorch") if keras else ("pytorch", "keras"):
        laid = {symbol: _laid(array, symbol, program, layout) for symbol, (_, array) in zip(wanted, given, strict=True)}
        taken = {symbol: array for symbol, array in laid.items() if array is not None}
        if len(taken) == len(wanted):
            params = {symbol: _numbers(symbol, array).reshape(program.shown.get(symbol, array.shape)) for symbol, array in taken.items()}
            return Params.of(params), message(f"export.elsewhere.{layout}")
    return None


def _with_buffers(program: Program) -> list[str]:
    """Parameters and buffers layer by layer: both libraries have a normalisation's γ and β before its running numbers."""
    layers = zip(program.network.layers, program.network.names, strict=True)
    return [names.of(role) for layer, names in layers for role in (*layer.parameter_letters, *layer.buffers((0,)))]


def _laid(array: np.ndarray, symbol: str, program: Program, layout: str) -> np.ndarray | None:
    """An array of that layout as the core has it; None where it has another shape."""
    shape = (program.buffers.get(symbol) or program.parameters[symbol]).shape
    if len(shape) == 4 and array.ndim == 4:  # PyTorch's are (M,C,K,K) as ours, Keras' (K,K,C,M)
        array = array if layout == "pytorch" else array.transpose(3, 2, 0, 1)
    elif len(shape) == 2 and array.ndim == 2:
        array = array.T if layout == "pytorch" else _channels_first(array, symbol, program)
    return array if array.shape == shape else None


def _channels_first(w: np.ndarray, symbol: str, program: Program) -> np.ndarray:
    """Keras flattens row by row with all channels of a pixel together; our v has channel after channel."""
    first = next((names for names in program.network.names if names.flattens), None)
    if first is None or first.of("w") != symbol or len(w) != math.prod(program.shapes[first.source]):
        return w
    channels, rows, columns = program.shapes[first.source]
    return w.reshape(rows, columns, channels, -1).transpose(2, 0, 1, 3).reshape(len(w), -1)


# ---- kernels


def _kernels(arrays: Arrays, setup: Setup) -> tuple[Setup, list[Message | str]]:
    """The setup with its first filters from the first array that has a slice which fits."""
    called = {name: name or say("export.elsewhere.unnamed") for name in arrays}
    listed = {name: f"{called[name]} {array.shape}" for name, array in arrays.items()}
    if strange := next((listed[name] for name, array in arrays.items() if array.dtype.kind not in _NUMBERS), ""):
        raise Problem("export.parameters.no_number", name=strange)
    bank = next(iter(banks(setup.network, setup.x_shape)), None)
    for name, array in arrays.items():
        for layout, taken in _slices(array, bank) if bank else ():
            f = _numbers(called[name], taken)
            if np.abs(f).max() > MAX_NUMBER:
                raise Problem("export.parameters.too_large", name=name or "f", most=MAX_NUMBER)
            whose = message("export.elsewhere.of", name=name, shape=str(array.shape)) if name else message("export.elsewhere.alone", shape=str(array.shape))
            others = tuple(one for one in setup.set if bank and one.symbol != bank.name)
            said: list[Message | str] = [message(f"export.elsewhere.{layout}", of=whose, n=len(f))]
            if rest := [left for other, left in listed.items() if other != name]:
                said.append(message("export.elsewhere.left", names=_first(rest), net=setup.net))
            return dataclasses.replace(setup, f=filters_text(f), k=0, set=others), said
    fits, k = ("nothing_fits", bank.k) if bank else ("no_parameters_fit", 0)
    raise Problem(f"export.elsewhere.{fits}", names=_first([*listed.values()]), k=k, net=setup.net)


def _first(names: list[str]) -> list[str]:
    return [*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])]


def _slices(array: np.ndarray, bank: Bank) -> Iterator[tuple[str, np.ndarray]]:
    """Filters (n,C,K,K) in an array, as the layouts that its shape allows have them: the whole first, then a part."""
    m, c, k = bank.filters, bank.channels, bank.k
    if array.ndim == 4 and array.shape[1:] == (c, k, k):
        yield "filters", array[:m]
    if array.ndim == 4 and array.shape[:3] == (k, k, c):
        yield "filters_last", array.transpose(3, 2, 0, 1)[:m]
    if array.ndim == 3 and array.shape == (c, k, k):
        yield "filter", array[None]
    if array.ndim == 3 and c == 1 and array.shape[1:] == (k, k):
        yield "filters", array[:m, None]
    if array.ndim >= 2 and array.shape[-2:] == (k, k) and array.size:
        yield "filter" if array.ndim == 2 else "slice", _everywhere(array[(0,) * (array.ndim - 2)], c)
    if array.ndim == 4 and array.shape[:2] == (k, k) and array.size:
        yield "slice_last", _everywhere(array[:, :, 0, 0], c)


def _everywhere(kernel: np.ndarray, channels: int) -> np.ndarray:
    """A kernel on every channel, divided by their number, as a named one is."""
    return np.repeat(kernel[None, None] / channels, channels, axis=1)


# ---- reading


def _numbers(name: str, array: np.ndarray) -> np.ndarray:
    """In float64; Problem where there is something else, or a number that is not finite."""
    if array.dtype.kind not in _NUMBERS:
        raise Problem("export.parameters.no_number", name=name)
    found = np.ascontiguousarray(array, np.float64)
    if not (np.abs(found) <= MAX_VALUE).all():  # written so that NaN fails too
        raise Problem("export.parameters.huge", name=name)
    return found


def arrays_of(content: bytes) -> Arrays:
    """Every array of an .npz by its name; that of an .npy by "". Problem for all else."""
    try:
        if content.startswith(b"\x93NUMPY"):
            return {"": _array(io.BytesIO(content), len(content))}
        with archive_of(content) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
            if not members:  # as in what torch.save and Keras write, which are ZIP archives, too
                raise Problem("export.elsewhere.no_arrays", pytorch=_FROM_PYTORCH, keras=_FROM_KERAS)
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise Problem("export.elsewhere.too_large", megabytes=MOST_BYTES / 1e6)
            return {member.filename.removesuffix(".npy"): _member(archive, member) for member in members}
    except (Problem, MemoryError):
        raise
    except Exception:  # whatever a damaged archive or header comes to
        raise Problem("export.elsewhere.damaged") from None


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(member) as file:
        return _array(io.BytesIO(file.read(member.file_size)), member.file_size)


def _array(file: io.BytesIO, size: int) -> np.ndarray:
    """One array; ValueError where its header promises more than there is."""
    readers: Mapping[tuple[int, int], Callable[..., Any]] = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = readers[np.lib.format.read_magic(file)](file)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize > size:
        raise ValueError("array: not what its header says")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)
