"""Stored parameters that are too large for a link: the link has a name instead, made from a digest of the numbers.

They come from a training or a file, or were typed. The bytes are limited per visitor's address and in total, so entries may be
evicted; a setup that names missing parameters gets a message.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.runtime.lru_cache import Budgets, Elsewhere, held_bytes
from cnnviz.words import Problem

MOST_BYTES, MOST_EACH = 64_000_000, 32_000_000
"""Maximum bytes for all visitors together, and per address, which a class may share. The notebook's parameters take
15 KB, the largest network's 5 MB."""

_NAME = re.compile(r"held-[0-9a-f]{16}(\.\d{1,3})?", re.ASCII)


def size(arrays: Mapping[str, np.ndarray]) -> int:
    """Return the total bytes of the arrays.

    >>> size({"w": np.zeros((4, 2)), "b": np.zeros(2)})
    80
    """
    return sum(array.nbytes for array in arrays.values())


class Learned(NamedTuple):
    """What the parameters were trained on: the number of images, and of epochs."""

    images: int
    epochs: int


class _Kept(NamedTuple):
    params: Params
    learned: Learned | None = None
    files: tuple[str, ...] = ()


_kept: Budgets[str, _Kept] = Budgets(MOST_BYTES, MOST_EACH, held_bytes)

_LEARNED, _FILES = "learned", "files"
"""Names of arrays in a shared store that hold the training information and the file names."""


_elsewhere: list[Elsewhere[str, Mapping[str, np.ndarray]]] = []


def keep_also(elsewhere: Elsewhere[str, Mapping[str, np.ndarray]]) -> None:
    """Also store parameters in `elsewhere` from now on, and look up missing ones there."""
    _elsewhere[:] = [elsewhere]


class NotKept(Problem):
    """Parameters of that name are not stored, or do not fit. The message says what to do."""


def keep(params: Mapping[str, np.ndarray], learned: Learned | None = None, files: tuple[str, ...] = ()) -> str:
    """Store parameters and return a name for a setup: "held-" and 16 hexadecimal digits. Equal parameters with equal
    training get the same name.

    `files` are the names of the files along the first axis, if there are several.

    >>> name = keep(Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), Learned(240, 10))
    >>> kept(name).w.shape, learned_by(name)
    ((4, 2), Learned(images=240, epochs=10))
    """
    digest = hashlib.sha256("".join(repr(one) for one in (learned, files) if one).encode())
    for name, array in params.items():
        digest.update(f"{name} {array.shape} ".encode() + array.tobytes())
    name = f"held-{digest.hexdigest()[:16]}"
    if _kept.get(name) is None:
        stored = _Kept(Params.of(params), learned, files)
        _kept.put(name, stored)
        for elsewhere in _elsewhere:
            elsewhere.put(name, _packed(stored))
    return name


def _packed(stored: _Kept) -> dict[str, np.ndarray]:
    """Return stored parameters and their training information as arrays by name."""
    beside = {_LEARNED: np.array(stored.learned)} if stored.learned else {}
    beside |= {_FILES: np.frombuffer("\n".join(stored.files).encode(), np.uint8)} if stored.files else {}
    return {**stored.params, **beside}


def _unpacked(arrays: Mapping[str, np.ndarray]) -> _Kept:
    params = dict(arrays)
    learned, files = (params.pop(beside, None) for beside in (_LEARNED, _FILES))
    names = () if files is None else tuple(files.tobytes().decode().split("\n"))
    return _Kept(Params.of(params), None if learned is None else Learned(*learned.tolist()), names)


def mentioned(text: str) -> list[str]:
    """Return the names of stored parameters in a text, each once, in order of appearance.

    >>> mentioned("init=held-0123456789abcdef.7&k=3")
    ['held-0123456789abcdef']
    """
    return [*dict.fromkeys(match[0].partition(".")[0] for match in _NAME.finditer(text))]


def packed(names: Iterable[str], most: int) -> dict[str, dict[str, np.ndarray]]:
    """Return stored parameters in the format for another process, in the order of `names`, until they exceed `most`
    bytes."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for name in names:
        try:
            arrays = _packed(_found(name))
        except NotKept:
            continue
        most -= size(arrays)
        if most < 0:
            break
        found[name] = arrays
    return found


def forget() -> None:
    """Remove all stored parameters."""
    _kept.clear()


def keep_packed(arrays: Mapping[str, np.ndarray]) -> str:
    """Store parameters that another process packed, and return their name."""
    stored = _unpacked(arrays)
    return keep(stored.params, stored.learned, stored.files)


def kept(name: str) -> Params:
    """Return stored parameters. The name may end with an index, such as ".3", into the first axis of each. Raise
    NotKept if they are missing.

    >>> name = keep({"b": np.array([[1.0], [2.0]])})
    >>> kept(f"{name}.1")["b"]
    array([2.])
    """
    name, _, place = name.partition(".")
    found = _found(name).params
    if not place:
        return found
    if not all(array.ndim and int(place) < len(array) for array in found.values()):
        raise NotKept("lesson.kept.gone")
    return Params.of({symbol: array[int(place)] for symbol, array in found.items()})


def learned_by(name: str) -> Learned | None:
    """Return what the parameters were trained on, or None if unknown. Raise NotKept if they are missing."""
    return _found(name.partition(".")[0]).learned


def files_of(name: str) -> tuple[str, ...]:
    """Return the file names along the first axis, or () if there was only one set. Raise NotKept if they are missing.
   """
    return _found(name.partition(".")[0]).files


def _found(name: str) -> _Kept:
    found = _kept.get(name)
    for elsewhere in _elsewhere if found is None else ():
        if arrays := elsewhere.get(name):
            found = _unpacked(arrays)
            _kept.put(name, found)
    if found is None:
        raise NotKept("lesson.kept.gone")
    return found


def is_kept_name(text: object) -> bool:
    """Return whether `text` has the form of a name that `keep` returns, whether or not it is stored.

    >>> is_kept_name("held-0123456789abcdef"), is_kept_name("held-0123456789abcdef.7"), is_kept_name("normal")
    (True, True, False)
    """
    return isinstance(text, str) and bool(_NAME.fullmatch(text))
