"""What went wrong while CIFAR-10 was loaded, and what to do, in one sentence for a learner."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

from cnnviz.data import keras_cache


def explain_failure(error: Exception, state: str) -> str:
    """The sentence for an `error` that ended the loader's `state` (see cifar10.Loader).

    >>> explain_failure(ModuleNotFoundError("No module named 'tensorflow'"), "importing")
    "TensorFlow cannot be used (No module named 'tensorflow'): install it (pip install tensorflow) and start again."
    """
    chain = list(_chain(error))
    network = any(isinstance(link, URLError) for link in chain)
    # A firewall refuses with the same numbers as a file system.
    numbers = set() if network else {getattr(link, "errno", None) for link in chain}
    if numbers & {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full: free 400 MB for CIFAR-10 in {_shown(_folder())} and try again."
    if numbers & {errno.EACCES, errno.EPERM, errno.EROFS}:
        return f"{_shown(_folder())} cannot be written or read: allow it, or set KERAS_HOME to another folder."
    if any(isinstance(link, MemoryError) for link in chain):
        return "The memory is too small for CIFAR-10, which needs 500 MB: close other programs and try again."
    if state == "importing":
        return f"TensorFlow cannot be used ({_reason(chain)}): install it (pip install tensorflow) and start again."
    if state == "reading":
        folder = keras_cache.extracted() or _folder()
        return f"The CIFAR-10 files in {_shown(folder)} are damaged: delete that folder and try again."
    if "hash" in str(error):
        what = "What was downloaded is not CIFAR-10, or only a part of it"
    else:
        what = f"CIFAR-10 cannot be downloaded ({_reason(chain)})"
    return f"{what}: check the network and try again, or unpack {keras_cache.ORIGIN} by hand in {_shown(_folder())}."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those it came from; Keras wraps the one that tells, and so does urllib, as its reason."""
    while error is not None:
        yield error
        reason = getattr(error, "reason", None)
        if isinstance(reason, BaseException):
            yield reason
        error = error.__cause__ or error.__context__


def _reason(chain: list[BaseException]) -> str:
    """The innermost text, without a line break: the others repeat it with addresses and numbers."""
    text = next((t for t in (getattr(link, "strerror", None) or str(link) for link in reversed(chain)) if t), "")
    return " ".join(text.split())[:120] or type(chain[-1]).__name__


def _folder() -> Path:
    return keras_cache.datasets_folders()[-1]


def _shown(path: Path) -> str:
    home = os.path.expanduser("~")
    return f"~{str(path)[len(home) :]}" if str(path).startswith(home + os.sep) else str(path)
