"""Somebody's own gradients from a file: .npz or JSON, read under limits, with nothing unpickled and nothing kept.

Anybody can choose any file: of an archive only the arrays that bear the name of a gradient are looked at, and of
these no more bytes than such an array has; what a file says of its sizes is never believed.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.core.comparison.diagnosis import gradient_names
from cnnviz.core.program import Program
from cnnviz.words import Message, Problem, message

MOST_MEMBERS = 1_000
"""Arrays in one file: more than any network has."""
MOST_OF_A_NUMBER = 30
"""Bytes of a number in JSON, with what stands around it."""
_TOLD = 8
"""Names that a sentence gives."""


@dataclass(frozen=True, eq=False)
class OwnGradients:
    """Arrays by the names of gradients, float64; `single` where they were worked out in single precision, and what was passed over."""

    arrays: Mapping[str, np.ndarray]
    single: bool = False
    notes: tuple[Message, ...] = field(default=())


def most_bytes(program: Program) -> int:
    """What a file may take: every array of this lesson written out, and a megabyte."""
    return 1_000_000 + 2 * MOST_OF_A_NUMBER * sum(math.prod(shape) for shape in program.shown.values())


def read_gradients(data: bytes, program: Program) -> OwnGradients:
    """The gradients in a file; of its other arrays only the names are read. Raises Problem, a sentence, whatever `data` holds.

    >>> from cnnviz.core.network import DEFAULT, Network
    >>> program = Network.parse(DEFAULT).program((4, 4))
    >>> read_gradients(b'{"db": [0.5, 0.25], "x": 1}', program).arrays["db"]
    array([0.5 , 0.25])
    >>> read_gradients(b"", program)
    Traceback (most recent call last):
    cnnviz.words.Problem: The file is empty: save your gradients with np.savez("mine.npz", dz1=dz1, df=df).
    """
    if not data.strip():
        raise Problem("own.empty")
    if len(data) > most_bytes(program):
        raise Problem("own.too_long", megabytes=most_bytes(program) / 1e6)
    known = gradient_names(program)
    found, others = _archive(data, program) if data[:2] == b"PK" else _json(data, known)
    if not found:
        if others and all(name.startswith("arr_") for name in others):
            raise Problem("own.nameless")
        raise Problem("own.none_known", found=_some(others), known=known)
    single = [(array.dtype.kind == "f" and array.dtype.itemsize < 8) or _fits_single(array) for array in found.values()]
    arrays = {name: found[name].astype(np.float64) for name in known if name in found}
    return OwnGradients(arrays, all(single) or any(array.dtype.itemsize < 8 and array.dtype.kind == "f" for array in found.values()), _notes(others, known))


def _fits_single(array: np.ndarray) -> bool:
    """Whether every number is one of single precision: then it was one, before it was written in double."""
    with np.errstate(over="ignore"):
        return bool(np.array_equal(array, array.astype(np.float32), equal_nan=True))


def _notes(others: Iterable[str], known: tuple[str, ...]) -> tuple[Message, ...]:
    """What of a file is passed over: what looks like a gradient is named, for the name may be misspelt."""
    like = [name for name in others if name[:1] == "d" and len(name) <= 20]
    notes = [message("own.merged", first=known[0])] if "do" in like else []
    like = [name for name in like if name != "do"]
    return (*notes, *([message("own.passed_over", names=like[:_TOLD])] if like else []))


def _some(names: Iterable[str]) -> list[str]:
    names = [name if len(name) <= 20 else name[:20] + "…" for name in names]
    return names[:_TOLD] + (["…"] if len(names) > _TOLD else []) or ["–"]


# ---- .npz


def _archive(data: bytes, program: Program) -> tuple[dict[str, np.ndarray], list[str]]:
    known = gradient_names(program)
    found: dict[str, np.ndarray] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [info.filename.removesuffix(".npy") for info in archive.infolist()]
            if len(names) > MOST_MEMBERS:
                raise Problem("own.too_many", most=MOST_MEMBERS)
            for info in archive.infolist():
                if (name := info.filename.removesuffix(".npy")) in known:
                    with archive.open(info) as member:
                        found[name] = _array(member, name, math.prod(program.shown[name[1:]]))
    except Problem:
        raise
    except Exception:  # zipfile, zlib and NumPy raise a dozen kinds of error
        raise Problem("own.damaged") from None
    return found, [name for name in names if name not in known]


def _array(member: io.BufferedIOBase, name: str, size: int) -> np.ndarray:
    """One array of an archive, if it has no more numbers than are looked for; of a larger one only the shape, without its numbers."""
    version = np.lib.format.read_magic(member)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, columns_first, dtype = header(member)
    if dtype.hasobject:
        raise Problem("own.pickled", name=name)
    if dtype.kind not in "fiu" or dtype.itemsize > 16:
        raise Problem("own.no_numbers", name=name, type=str(dtype)[:40])
    count = math.prod(shape)
    if count != size:
        raise Problem("own.size", name=name, shape=str(shape)[:60], wanted=size)
    content = member.read(count * dtype.itemsize)
    array = np.frombuffer(content, dtype).reshape(shape, order="F" if columns_first else "C")
    return array


# ---- JSON


def _json(data: bytes, known: tuple[str, ...]) -> tuple[dict[str, np.ndarray], list[str]]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise Problem("own.neither") from None
    if isinstance(content, dict) and isinstance(content.get("gradients"), dict):
        content = content["gradients"]
    if not isinstance(content, dict):
        raise Problem("own.not_an_object")
    found = {name: _nested(name, value) for name, value in content.items() if name in known}
    return found, [name for name in content if name not in known]


def _nested(name: str, value: object) -> np.ndarray:
    try:
        array = np.array(value)
        if array.dtype.kind == "O" and array.shape == ():
            raise ValueError
        if array.dtype.kind == "O":  # whole numbers beyond 64 bits
            array = array.astype(np.float64)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Problem("own.not_numbers", name=name) from None
    if array.dtype.kind not in "fiu":
        raise Problem("own.not_numbers", name=name)
    return array
