"""Initial parameters from files: saved by cnnviz (JSON, .npz), trained networks from PyTorch or Keras, or kernels in
any array.

Nothing in a file is executed or unpickled. Layouts are inferred from shapes, and notes describe the import.
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
from cnnviz.core.training.archives import open_archive
from cnnviz.export.arrays import SETUP
from cnnviz.export.parameters import MAX_VALUE, read_parameters, read_setup, starting_from
from cnnviz.words import Message, Problem, message, say

MOST_BYTES = 60_000_000
"""Upper limit of the unpacked bytes of a file: all arrays of a large setup, or a trained network with other layers."""
MOST_NAMED = 8
"""Number of arrays listed in a message."""

_FROM_PYTORCH = 'numpy.savez("mine.npz", **{name: value.numpy() for name, value in model.state_dict().items()})'
_FROM_KERAS = 'numpy.savez("mine.npz", *model.get_weights())'

_NUMERIC_KINDS = "fiu"
"""NumPy's kinds of numeric types."""

Arrays = Mapping[str, np.ndarray]


def is_arrays(content: bytes) -> bool:
    """Return whether this is an .npz or .npy file, judged by its first bytes."""
    return content.startswith((b"PK", b"\x93NUMPY"))


def read_start(content: bytes, setup: Setup) -> tuple[Setup, list[Message | str]]:
    """Return the setup that starts from a file's content, with k = 0, and notes on what was imported.

    Files saved by cnnviz contain their setup. From others, `setup` gets the weights, or its first filters. Raise Problem
    if `content` is invalid in any way.

    >>> file = io.BytesIO()
    >>> np.save(file, np.eye(3))
    >>> start, said = read_start(file.getvalue(), Setup())
    >>> start.f[:4], str(said[0])
    ((1.0, 0.0, 0.0, 0.0), 'The first filter is the array (3, 3).')
    """
    if not is_arrays(content):
        saved_setup, notes = read_setup(content)
        start = read_parameters(content, program=saved_setup.network.program(saved_setup.x_shape))
        return starting_from(saved_setup.continuation, start), notes
    arrays = arrays_of(content)
    result = complete_start(arrays, setup)
    return (starting_from(result[0], result[1]), result[2]) if result else _read_kernels(arrays, setup)


def complete_start(arrays: Arrays, setup: Setup) -> tuple[Setup, Params, list[Message | str]] | None:
    """Return a setup, its parameters from a file's arrays, and notes; None if the arrays are not all parameters of
    the file's setup or of `setup`'s network."""
    if SETUP in arrays:
        return _read_saved(arrays)
    program = setup.network.program(setup.x_shape)
    # names are the core's; the layout, too, if the shapes match
    has_our_names = len(program.parameters) > 1 and set(program.parameters) <= set(arrays)
    has_our_layout = has_our_names and all(arrays[name].shape == program.shown[name] for name in program.parameters)
    result = None if has_our_layout else _params_by_layout(arrays, program)
    if not result and has_our_names:
        result = _params_by_name(arrays, program), message("export.elsewhere.here")
    return result and (setup.continuation, result[0], [message("export.elsewhere.trained", layout=result[1], n=len(result[0]))])


_INPUT_SETTINGS = tuple({"img": img, "ch": ch} for img in ("test-0", "digit7-0", "small7-0") for ch in ("rgb", "red"))
"""Settings of images on which a network may have been trained: pictures and digits, in colour and gray."""


def setup_of_weights(arrays: Arrays, net: str) -> tuple[Setup, int]:
    """Return a setup whose kind of image fits a trained network's arrays, and the number of arrays.
    Raise Problem if none fits."""
    for input_settings in _INPUT_SETTINGS:
        try:
            setup = Setup(net=net, **input_settings)  # type: ignore[arg-type]
        except ValueError:  # the layers do not fit on images this small
            continue
        result = _params_by_layout(arrays, setup.network.program(setup.x_shape))
        if result is not None:
            return setup, len(result[0])
    raise Problem("export.elsewhere.no_network_fits", names=[f"{name} {array.shape}" for name, array in arrays.items()][:MOST_NAMED], net=net)


def _read_saved(arrays: Arrays) -> tuple[Setup, Params, list[Message | str]]:
    """Return the setup and parameters of a file from `arrays_npz`."""
    setup, errors = Setup.from_query(dict(parse_qsl(str(arrays[SETUP]).removeprefix("?"))))
    return setup.continuation, _params_by_name(arrays, setup.network.program(setup.x_shape)), list(errors)


def _params_by_name(arrays: Arrays, program: Program) -> Params:
    """Return the parameters stored under our names, and existing buffers. Raise Problem if one is missing or has
    another shape."""
    for name in program.parameters:
        shape = program.shown[name]
        if name not in arrays:
            raise Problem("export.parameters.lacks", name=name, names=list(program.parameters))
        if arrays[name].shape != shape:
            raise Problem("export.parameters.wrong_shape", name=name, shape=str(arrays[name].shape), needed=str(shape))
    buffer_names = [name for name, buffer in program.buffers.items() if name in arrays and arrays[name].shape == buffer.shape]
    return Params.of({name: _check_numbers(name, arrays[name]) for name in (*program.parameters, *buffer_names)})


# ---- a trained network


def _params_by_layout(arrays: Arrays, program: Program) -> tuple[Params, Message] | None:
    """Return the network's parameters, with or without buffers, and the layout in which all arrays of the file fit.
    None if none fits."""
    named_arrays = [(name, array) for name, array in arrays.items() if not name.endswith("num_batches_tracked")]
    symbols = list(program.parameters) if len(named_arrays) == len(program.parameters) else _names_with_buffers(program)
    if len(named_arrays) != len(symbols) or len(named_arrays) == 1:
        return None
    # Keras takes precedence if the shapes fit both layouts
    prefers_keras = not any(name.endswith(("weight", "bias")) for name, _ in named_arrays)
    for layout in ("keras", "pytorch") if prefers_keras else ("pytorch", "keras"):
        converted_params = {symbol: _convert_layout(array, symbol, program, layout) for symbol, (_, array) in zip(symbols, named_arrays, strict=True)}
        fitting = {symbol: array for symbol, array in converted_params.items() if array is not None}
        if len(fitting) == len(symbols):
            params = {symbol: _check_numbers(symbol, array).reshape(program.shown.get(symbol, array.shape)) for symbol, array in fitting.items()}
            return Params.of(params), message(f"export.elsewhere.{layout}")
    return None


def _names_with_buffers(program: Program) -> list[str]:
    """Return the names of parameters and buffers, layer by layer: both libraries store a normalization's γ and β
    before its running statistics."""
    layers = zip(program.network.layers, program.network.names, strict=True)
    return [names.of(role) for layer, names in layers for role in (*layer.parameter_letters, *layer.buffers((0,)))]


def _convert_layout(array: np.ndarray, symbol: str, program: Program, layout: str) -> np.ndarray | None:
    """Convert an array from the layout to the core's. Return None if its shape does not fit."""
    shape = (program.buffers.get(symbol) or program.parameters[symbol]).shape
    if len(shape) == 4 and array.ndim == 4:  # PyTorch has (M,C,K,K) as here, Keras (K,K,C,M)
        array = array if layout == "pytorch" else array.transpose(3, 2, 0, 1)
    elif len(shape) == 2 and array.ndim == 2:
        array = array.T if layout == "pytorch" else _channels_first(array, symbol, program)
    return array if array.shape == shape else None


def _channels_first(w: np.ndarray, symbol: str, program: Program) -> np.ndarray:
    """Reorder rows of w: Keras flattens pixel by pixel with all channels together, but our v is channel by channel."""
    first_dense = next((names for names in program.network.names if names.flattens), None)
    if first_dense is None or first_dense.of("w") != symbol or len(w) != math.prod(program.shapes[first_dense.source]):
        return w
    channels, rows, columns = program.shapes[first_dense.source]
    return w.reshape(rows, columns, channels, -1).transpose(2, 0, 1, 3).reshape(len(w), -1)


# ---- kernels


def _read_kernels(arrays: Arrays, setup: Setup) -> tuple[Setup, list[Message | str]]:
    """Return the setup whose first filters are from the first array with a slice that fits, and notes."""
    display_names = {name: name or say("export.elsewhere.unnamed") for name in arrays}
    descriptions = {name: f"{display_names[name]} {array.shape}" for name, array in arrays.items()}
    if non_numeric := next((descriptions[name] for name, array in arrays.items() if array.dtype.kind not in _NUMERIC_KINDS), ""):
        raise Problem("export.parameters.no_number", name=non_numeric)
    bank = next(iter(banks(setup.network, setup.x_shape)), None)
    for name, array in arrays.items():
        for layout, kernels in _slices(array, bank) if bank else ():
            f = _check_numbers(display_names[name], kernels)
            if np.abs(f).max() > MAX_NUMBER:
                raise Problem("export.parameters.too_large", name=name or "f", most=MAX_NUMBER)
            origin = message("export.elsewhere.of", name=name, shape=str(array.shape)) if name else message("export.elsewhere.alone", shape=str(array.shape))
            other_sets = tuple(set_value for set_value in setup.set if bank and set_value.symbol != bank.name)
            notes: list[Message | str] = [message(f"export.elsewhere.{layout}", of=origin, n=len(f))]
            if unused := [left for other, left in descriptions.items() if other != name]:
                notes.append(message("export.elsewhere.left", names=_shorten(unused), net=setup.net))
            return dataclasses.replace(setup, f=filters_text(f), k=0, set=other_sets), notes
    message_key, k = ("nothing_fits", bank.k) if bank else ("no_parameters_fit", 0)
    raise Problem(f"export.elsewhere.{message_key}", names=_shorten([*descriptions.values()]), k=k, net=setup.net)


def _shorten(names: list[str]) -> list[str]:
    return [*names[:MOST_NAMED], *(["…"] if len(names) > MOST_NAMED else [])]


def _slices(array: np.ndarray, bank: Bank) -> Iterator[tuple[str, np.ndarray]]:
    """Yield filters (n,C,K,K) in an array by the layouts that its shape allows: complete ones first, then slices."""
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
        yield "filter" if array.ndim == 2 else "slice", _on_all_channels(array[(0,) * (array.ndim - 2)], c)
    if array.ndim == 4 and array.shape[:2] == (k, k) and array.size:
        yield "slice_last", _on_all_channels(array[:, :, 0, 0], c)


def _on_all_channels(kernel: np.ndarray, channels: int) -> np.ndarray:
    """Return a kernel repeated on every channel, divided by their number, like a named kernel."""
    return np.repeat(kernel[None, None] / channels, channels, axis=1)


# ---- reading files


def _check_numbers(name: str, array: np.ndarray) -> np.ndarray:
    """Return the array in float64. Raise Problem if it is not numeric, or contains huge or non-finite numbers."""
    if array.dtype.kind not in _NUMERIC_KINDS:
        raise Problem("export.parameters.no_number", name=name)
    numbers = np.ascontiguousarray(array, np.float64)
    if not (np.abs(numbers) <= MAX_VALUE).all():  # in this form, NaN fails too
        raise Problem("export.parameters.huge", name=name)
    return numbers


def arrays_of(content: bytes) -> Arrays:
    """Return every array of an .npz by name, or that of an .npy as "". Raise Problem for other content."""
    try:
        if content.startswith(b"\x93NUMPY"):
            return {"": _read_array(io.BytesIO(content), len(content))}
        with open_archive(content) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
            if not members:  # torch.save and Keras also write ZIP archives
                raise Problem("export.elsewhere.no_arrays", pytorch=_FROM_PYTORCH, keras=_FROM_KERAS)
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise Problem("export.elsewhere.too_large", megabytes=MOST_BYTES / 1e6)
            return {member.filename.removesuffix(".npy"): _read_member(archive, member) for member in members}
    except (Problem, MemoryError):
        raise
    except Exception:  # damaged archives and headers raise many kinds of errors
        raise Problem("export.elsewhere.damaged") from None


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(member) as file:
        return _read_array(io.BytesIO(file.read(member.file_size)), member.file_size)


def _read_array(file: io.BytesIO, size: int) -> np.ndarray:
    """Read one array. Raise ValueError if its header declares more data than the file contains."""
    readers: Mapping[tuple[int, int], Callable[..., Any]] = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = readers[np.lib.format.read_magic(file)](file)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize > size:
        raise ValueError("array: not what its header says")
    file.seek(0)
    return np.lib.format.read_array(file, allow_pickle=False)
