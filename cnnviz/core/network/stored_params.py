"""Parameters that are too many for a link, kept by a name, a digest of their numbers, that the link carries instead.

They come from a training, from a file, or were typed. One visitor's address has a bounded number of bytes, and so have all together;
a setup that asks for what is gone gets a sentence.
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
"""Bytes kept for all visitors together, and for one address, which a class may share. The teaching notebook's parameters take 15 KB, the largest network's 5 MB."""

_NAME = re.compile(r"held-[0-9a-f]{16}(\.\d{1,3})?", re.ASCII)


def size(arrays: Mapping[str, np.ndarray]) -> int:
    """The bytes of all arrays.

    >>> size({"w": np.zeros((4, 2)), "b": np.zeros(2)})
    80
    """
    return sum(array.nbytes for array in arrays.values())


class Learned(NamedTuple):
    """The images that parameters have learned from: so many images, each so many times."""

    images: int
    epochs: int


class _Kept(NamedTuple):
    params: Params
    learned: Learned | None = None
    files: tuple[str, ...] = ()


_kept: Budgets[str, _Kept] = Budgets(MOST_BYTES, MOST_EACH, held_bytes)

_LEARNED, _FILES = "learned", "files"
"""Arrays beside the parameters, elsewhere, that say what they have learned from and which files they were."""


_elsewhere: list[Elsewhere[str, Mapping[str, np.ndarray]]] = []


def keep_also(elsewhere: Elsewhere[str, Mapping[str, np.ndarray]]) -> None:
    """Has what is kept from now on known elsewhere too, and asked for there."""
    _elsewhere[:] = [elsewhere]


class NotKept(Problem):
    """Parameters of that name are not kept here, or do not fit; the text says what to do."""


def keep(params: Mapping[str, np.ndarray], learned: Learned | None = None, files: tuple[str, ...] = ()) -> str:
    """Keeps parameters under a name, "held-" and 16 digits, that a setup can carry; the same for the same numbers that have learned the same.

    `files` are the names of what stands on the first axis, where that is several.

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
    """Return parameters, and what they have learned from, as arrays by name."""
    beside = {_LEARNED: np.array(stored.learned)} if stored.learned else {}
    beside |= {_FILES: np.frombuffer("\n".join(stored.files).encode(), np.uint8)} if stored.files else {}
    return {**stored.params, **beside}


def _unpacked(arrays: Mapping[str, np.ndarray]) -> _Kept:
    params = dict(arrays)
    learned, files = (params.pop(beside, None) for beside in (_LEARNED, _FILES))
    names = () if files is None else tuple(files.tobytes().decode().split("\n"))
    return _Kept(Params.of(params), None if learned is None else Learned(*learned.tolist()), names)


def mentioned(text: str) -> list[str]:
    """Return the names of parameters in a text, each once, in the order of the text.

    >>> mentioned("init=held-0123456789abcdef.7&k=3")
    ['held-0123456789abcdef']
    """
    return [*dict.fromkeys(match[0].partition(".")[0] for match in _NAME.finditer(text))]


def packed(names: Iterable[str], most: int) -> dict[str, dict[str, np.ndarray]]:
    """Return the arrays of kept parameters for another process, the first of these names whose arrays have at most so many bytes together."""
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
    """Drop all parameters that are kept here."""
    _kept.clear()


def keep_packed(arrays: Mapping[str, np.ndarray]) -> str:
    """Keep parameters that another process has packed, and return their name."""
    stored = _unpacked(arrays)
    return keep(stored.params, stored.learned, stored.files)


def kept(name: str) -> Params:
    """The parameters that `keep` named, and under that name with ".3" those at 3 on the first axis of each; raises NotKept if they are gone.

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
    """The images that these parameters have learned from, None where that was not said; raises NotKept if they are gone."""
    return _found(name.partition(".")[0]).learned


def files_of(name: str) -> tuple[str, ...]:
    """The files that these parameters were, in their order; none where they were not several. Raises NotKept if they are gone."""
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
    """Tells whether `text` is a name as `keep` gives them, kept or not.

    >>> is_kept_name("held-0123456789abcdef"), is_kept_name("held-0123456789abcdef.7"), is_kept_name("normal")
    (True, True, False)
    """
    return isinstance(text, str) and bool(_NAME.fullmatch(text))
