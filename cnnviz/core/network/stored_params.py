"""Stored parameters that are too large for a link, which contains a name instead: a digest of the numbers. They come
from a training, a file or the keyboard. The bytes are limited per visitor's address and in total, so entries may be
evicted; a setup that names missing parameters gets a message.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.runtime.lru_cache import BudgetedCache, SharedStore, held_bytes
from cnnviz.words import Problem

MOST_BYTES, MOST_EACH = 64_000_000, 32_000_000
"""Maximum bytes for all visitors together, and per address, which a class may share. The notebook's parameters take
15 KB, the largest network's 5 MB."""

_NAME = re.compile(r"held-[0-9a-f]{16}(\.\d{1,3})?", re.ASCII)


def total_bytes(arrays: Mapping[str, np.ndarray]) -> int:
    """Return the total bytes of the arrays.

    >>> total_bytes({"w": np.zeros((4, 2)), "b": np.zeros(2)})
    80
    """
    return sum(array.nbytes for array in arrays.values())


class TrainingInfo(NamedTuple):
    """Training data of the parameters: the number of images, and of epochs."""

    images: int
    epochs: int


class _Entry(NamedTuple):
    params: Params
    learned: TrainingInfo | None = None
    files: tuple[str, ...] = ()


_entries: BudgetedCache[str, _Entry] = BudgetedCache(MOST_BYTES, MOST_EACH, held_bytes)

_LEARNED, _FILES = "learned", "files"
"""Names of arrays in a shared store that hold the training information and the file names."""


_shared_stores: list[SharedStore[str, Mapping[str, np.ndarray]]] = []


def set_shared_store(store: SharedStore[str, Mapping[str, np.ndarray]]) -> None:
    """Use `store` as a second store from now on: write parameters to it, and look up missing ones there."""
    _shared_stores[:] = [store]


class NotStored(Problem):
    """Raised if no parameters of that name are stored, or if they do not fit. The message says what to do."""


def store_params(params: Mapping[str, np.ndarray], learned: TrainingInfo | None = None, files: tuple[str, ...] = ()) -> str:
    """Store parameters and return a name for a setup: "held-" and 16 hexadecimal digits. Equal parameters with equal
    training get the same name.

    `files` are the names of the files along the first axis, if there are several.

    >>> name = store_params(Params(np.eye(3), np.ones((4, 2)), np.zeros(2)), TrainingInfo(240, 10))
    >>> stored_params(name).w.shape, training_info(name)
    ((4, 2), TrainingInfo(images=240, epochs=10))
    """
    digest = hashlib.sha256("".join(repr(part) for part in (learned, files) if part).encode())
    for name, array in params.items():
        digest.update(f"{name} {array.shape} ".encode() + array.tobytes())
    name = f"held-{digest.hexdigest()[:16]}"
    if _entries.get(name) is None:
        entry = _Entry(Params.of(params), learned, files)
        _entries.put(name, entry)
        for store in _shared_stores:
            store.put(name, _pack(entry))
    return name


def _pack(entry: _Entry) -> dict[str, np.ndarray]:
    """Return stored parameters and their training information as arrays by name."""
    extra = {_LEARNED: np.array(entry.learned)} if entry.learned else {}
    extra |= {_FILES: np.frombuffer("\n".join(entry.files).encode(), np.uint8)} if entry.files else {}
    return {**entry.params, **extra}


def _unpack(arrays: Mapping[str, np.ndarray]) -> _Entry:
    params = dict(arrays)
    info, files = (params.pop(key, None) for key in (_LEARNED, _FILES))
    names = () if files is None else tuple(files.tobytes().decode().split("\n"))
    return _Entry(Params.of(params), None if info is None else TrainingInfo(*info.tolist()), names)


def names_in(text: str) -> list[str]:
    """Return the names of stored parameters in a text, each once, in order of appearance.

    >>> names_in("init=held-0123456789abcdef.7&k=3")
    ['held-0123456789abcdef']
    """
    return [*dict.fromkeys(match[0].partition(".")[0] for match in _NAME.finditer(text))]


def pack_params(names: Iterable[str], max_bytes: int) -> dict[str, dict[str, np.ndarray]]:
    """Return stored parameters in the format for another process, in the order of `names`, until they exceed `max_bytes`
    bytes."""
    packed_params: dict[str, dict[str, np.ndarray]] = {}
    for name in names:
        try:
            arrays = _pack(_find(name))
        except NotStored:
            continue
        max_bytes -= total_bytes(arrays)
        if max_bytes < 0:
            break
        packed_params[name] = arrays
    return packed_params


def clear() -> None:
    """Remove all stored parameters."""
    _entries.clear()


def store_packed(arrays: Mapping[str, np.ndarray]) -> str:
    """Store parameters that another process packed, and return their name."""
    entry = _unpack(arrays)
    return store_params(entry.params, entry.learned, entry.files)


def stored_params(name: str) -> Params:
    """Return stored parameters. The name may end with an index, such as ".3", into the first axis of each. Raise
    NotStored if they are missing.

    >>> name = store_params({"b": np.array([[1.0], [2.0]])})
    >>> stored_params(f"{name}.1")["b"]
    array([2.])
    """
    name, _, index = name.partition(".")
    params = _find(name).params
    if not index:
        return params
    if not all(array.ndim and int(index) < len(array) for array in params.values()):
        raise NotStored("lesson.kept.gone")
    return Params.of({symbol: array[int(index)] for symbol, array in params.items()})


def training_info(name: str) -> TrainingInfo | None:
    """Return what the parameters were trained on, or None if unknown. Raise NotStored if they are missing."""
    return _find(name.partition(".")[0]).learned


def file_names(name: str) -> tuple[str, ...]:
    """Return the file names along the first axis, or () if there was only one set. Raise NotStored if they are missing.
   """
    return _find(name.partition(".")[0]).files


def _find(name: str) -> _Entry:
    entry = _entries.get(name)
    for store in _shared_stores if entry is None else ():
        if arrays := store.get(name):
            entry = _unpack(arrays)
            _entries.put(name, entry)
    if entry is None:
        raise NotStored("lesson.kept.gone")
    return entry


def is_stored_name(text: object) -> bool:
    """Return whether `text` has the form of a name that `store_params` returns, whether or not it is stored.

    >>> is_stored_name("held-0123456789abcdef"), is_stored_name("held-0123456789abcdef.7"), is_stored_name("normal")
    (True, True, False)
    """
    return isinstance(text, str) and bool(_NAME.fullmatch(text))
