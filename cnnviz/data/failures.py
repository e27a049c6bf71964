"""Failures of loading CIFAR-10, each explained in one message with a remedy."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

from cnnviz.data import keras_cache
from cnnviz.words import Message


def explain_failure(error: Exception, state: str) -> Message:
    """Return the message for an `error` that ended the state `state` of cifar10.Loader.

    >>> print(explain_failure(ModuleNotFoundError("No module named 'tensorflow'"), "importing"))
    TensorFlow cannot be used (No module named 'tensorflow'). Run pip install tensorflow, then restart.
    """
    chain = list(_causes(error))
    return Message(f"data.full_set.{_kind(error, chain, state)}", _values(chain, state))


def _kind(error: Exception, chain: list[BaseException], state: str) -> str:
    """Return the kind of failure, which is part of the message id."""
    is_network_error = any(isinstance(link, URLError) for link in chain)
    # Firewalls raise the same errno values as file systems.
    errnos = set() if is_network_error else {getattr(link, "errno", None) for link in chain}
    if errnos & {errno.ENOSPC, errno.EDQUOT}:
        return "disk_full"
    if errnos & {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "no_access"
    if any(isinstance(link, MemoryError) for link in chain):
        return "no_memory"
    if state in ("importing", "reading"):
        return {"importing": "no_tensorflow", "reading": "damaged"}[state]
    return "wrong_file" if "hash" in str(error) else "no_download"


def _values(chain: list[BaseException], state: str) -> dict[str, object]:
    """Return the values that messages may contain: the reason, the folder concerned and the manual remedy."""
    cache_folder = keras_cache.datasets_folders()[-1]
    folder = (keras_cache.extracted_folder() or cache_folder) if state == "reading" else cache_folder
    remedy = Message("data.full_set.by_hand", {"origin": keras_cache.ORIGIN, "folder": _shorten_path(cache_folder)})
    return {"reason": _reason(chain), "folder": _shorten_path(folder), "cure": remedy}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes, outermost first. Keras wraps the original error, and urllib keeps it as
    `reason`."""
    while error is not None:
        yield error
        reason = getattr(error, "reason", None)
        if isinstance(reason, BaseException):
            yield reason
        error = error.__cause__ or error.__context__


def _reason(chain: list[BaseException]) -> str:
    """Return the innermost error text without line breaks; the outer texts repeat it with addresses and numbers."""
    text = next((t for t in (getattr(link, "strerror", None) or str(link) for link in reversed(chain)) if t), "")
    return " ".join(text.split())[:120] or type(chain[-1]).__name__


def _shorten_path(path: Path) -> str:
    home_folder = os.path.expanduser("~")
    return f"~{str(path)[len(home_folder) :]}" if str(path).startswith(home_folder + os.sep) else str(path)
