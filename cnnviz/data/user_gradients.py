"""Uploaded gradients from .npz or JSON files, read under limits. Nothing is unpickled or stored.

Files are untrusted: of an archive, only arrays named like a gradient are read, and no more bytes than such an array
has. Sizes that a file declares are never trusted.
"""

import json
import math
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, NamedTuple

import numpy as np

from cnnviz.core.diagnosis.diagnosis import gradient_names
from cnnviz.core.diagnosis.precision import Precision, precisions
from cnnviz.core.network.program import Program
from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.archives import open_archive
from cnnviz.data.gradient_names import candidates, is_gradient
from cnnviz.words import Message, Problem, message

MOST_MEMBERS = 1_000
"""Upper limit of arrays in one file; networks have fewer."""
MOST_OF_A_NUMBER = 30
"""Upper limit of bytes for a number in JSON, with its separators."""
_MOST_LISTED = 8
"""Number of names listed in a message."""


@dataclass(frozen=True, eq=False)
class UserGradients:
    """Uploaded gradients: float64 `arrays` by name, each with its precision. `passed_over` names ignored arrays, and
    `notes` explain why."""

    arrays: Mapping[str, np.ndarray]
    precisions: Mapping[str, Precision] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()


def max_bytes(program: Program, images: int = 1) -> int:
    """Return the upper limit of a file's size in bytes: every array of this setup written out, plus a megabyte."""
    return 1_000_000 + 2 * MOST_OF_A_NUMBER * images * sum(math.prod(shape) for shape in program.shown.values())


def read_gradients(data: bytes, program: Program, images: int = 1) -> UserGradients:
    """Return the gradients in a file for `images` images; of other arrays, read only the names. Raise Problem for
    invalid `data`.

    >>> from cnnviz.core.network.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((4, 4))
    >>> read_gradients(b'{"db": [0.5, 0.25], "x": 1}', program).arrays["db"]
    array([0.5 , 0.25])
    >>> read_gradients(b"", program)
    Traceback (most recent call last):
    cnnviz.words.Problem: The file is empty. Save gradients in it.
    """
    if not data.strip():
        raise Problem("own.empty")
    if len(data) > (byte_limit := max_bytes(program, images)):
        raise Problem("own.too_long", megabytes=byte_limit / 1e6)
    gradients, allowed_sizes = gradient_names(program), AllowedSizes(program, images)
    matches, other_names = _read_archive(data, allowed_sizes) if data[:2] == b"PK" else _read_json(data, allowed_sizes)
    if not matches:
        if other_names and all(name.startswith("arr_") for name in other_names):
            raise Problem("own.nameless")
        raise Problem("own.none_known", found=_shorten(other_names), known=gradients)
    ordered = {name: matches[name] for name in gradients if name in matches}
    passed_over = tuple(name for name in other_names if is_gradient(name))
    arrays = {name: freeze(array.astype(np.float64)) for name, array in ordered.items()}
    return UserGradients(arrays, precisions(ordered), passed_over, _notes(passed_over, gradients))


def read_gradients_of(data: bytes, setup: Setup, x_shape: tuple[int, ...]) -> UserGradients:
    """Read the gradients of a setup's images as `read_gradients` does. A setup can be pickled, but its program
    cannot."""
    return read_gradients(data, setup.network.program(x_shape), len(setup.images))


class AllowedSizes(NamedTuple):
    """Allowed sizes of uploaded gradients for a program and a number of images."""

    program: Program
    images: int

    def sizes(self, target: str) -> tuple[int, ...]:
        """Return the allowed numbers of entries. A bias gradient may also be unsummed, or summed over everything."""
        size = self._size(target)
        line = next(line for line in self.program.backward_lines if line.target == target)
        return (size, self._size(line.sources[0]), 1) if line.role == "db" else (size,)

    def _size(self, name: str) -> int:
        return math.prod(self.program.shapes[name[1:].partition(".")[0]]) * (self.images if self.program.has_images(name) else 1)


def _match_names(names: Iterable[str], sizes: Callable[[str], int | None], allowed_sizes: AllowedSizes) -> dict[str, str]:
    """Map names in a file to gradients: exact names first, ignoring case, then alternative names whose arrays fit."""
    gradients, matches = gradient_names(allowed_sizes.program), dict[str, str]()
    for name in sorted(names, key=lambda name: (name not in gradients, name.lower() not in gradients, name)):
        for target in candidates(name, allowed_sizes.program):
            is_match = name.lower() == target or sizes(name) in allowed_sizes.sizes(target)
            if target not in matches.values() and is_match:
                matches[name] = target
                break
    return matches


def _notes(passed_over: Iterable[str], gradients: tuple[str, ...]) -> tuple[Message, ...]:
    """Return notes on ignored arrays. Names that look like gradients are listed, since they may be misspelt."""
    similar = [name for name in passed_over if name.lower() != "do"]
    notes = [message("own.merged", first=gradients[0])] if len(similar) < len(tuple(passed_over)) else []
    return (*notes, *([message("own.passed_over", names=_shorten(similar))] if similar else []))


def _shorten(names: Iterable[str]) -> list[str]:
    names = [name if len(name) <= 20 else name[:20] + "…" for name in names]
    return names[:_MOST_LISTED] + (["…"] if len(names) > _MOST_LISTED else []) or ["–"]


# ---- .npz


def _read_archive(data: bytes, allowed_sizes: AllowedSizes) -> tuple[dict[str, np.ndarray], list[str]]:
    arrays: dict[str, np.ndarray] = {}
    try:
        with open_archive(data) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if len(archive.infolist()) > MOST_MEMBERS:
                raise Problem("own.too_many", most=MOST_MEMBERS)
            targets = _match_names(members, lambda name: _size(archive, members[name]), allowed_sizes)
            for name, target in targets.items():
                with archive.open(members[name]) as member:
                    arrays[target] = _read_array(member, name, allowed_sizes.sizes(target))
    except (Problem, MemoryError):
        raise
    except Exception:  # zipfile, zlib and NumPy raise a dozen kinds of errors
        raise Problem("own.damaged") from None
    return arrays, [name for name in members if name not in targets]


def _size(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int | None:
    """Return the number of entries that a member declares, or None if it is not an array."""
    try:
        with archive.open(info) as member:
            return math.prod(_read_header(member)[0])
    except Exception:
        return None


def _read_header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(member)
    return (np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0)(member)


def _read_array(member: IO[bytes], name: str, sizes: tuple[int, ...]) -> np.ndarray:
    """Read one array of an archive. Raise Problem if its size does not fit, without reading its data."""
    shape, columns_first, dtype = _read_header(member)
    if dtype.hasobject:
        raise Problem("own.pickled", name=name)
    if dtype.kind not in "fiu" or dtype.itemsize > 16:
        raise Problem("own.no_numbers", name=name, type=str(dtype)[:40])
    count = math.prod(shape)
    if count not in sizes:
        raise Problem("own.size", name=name, shape=str(shape)[:60], wanted=sizes[0])
    content = member.read(count * dtype.itemsize)
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if columns_first else "C")
    return array


# ---- JSON


def _read_json(data: bytes, allowed_sizes: AllowedSizes) -> tuple[dict[str, np.ndarray], list[str]]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise Problem("own.neither") from None
    if isinstance(content, dict) and isinstance(content.get("gradients"), dict):
        content = content["gradients"]
    if not isinstance(content, dict):
        raise Problem("own.not_an_object")
    targets = _match_names(content, lambda name: _count_entries(content[name]), allowed_sizes)
    return {target: _to_array(name, content[name]) for name, target in targets.items()}, [name for name in content if name not in targets]


def _count_entries(value: object) -> int | None:
    """Return the number of entries of regular nested lists, or None if the innermost value is not a number."""
    count = 1
    while isinstance(value, list) and value:
        count, value = count * len(value), value[0]
    return count if isinstance(value, int | float) else None


def _to_array(name: str, value: object) -> np.ndarray:
    try:
        array = np.array(value)
        if array.dtype.kind == "O" and array.shape == ():
            raise ValueError
        if array.dtype.kind == "O":  # integers beyond 64 bits
            array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Problem("own.not_numbers", name=name) from None
    if array.dtype.kind not in "fiu":
        raise Problem("own.not_numbers", name=name)
    return array
