"""The code's version: another one wherever the same address might lead to other bytes."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from cnnviz.package_files import ASSETS

_PACKAGE = Path(__file__).parents[1]
WRITTEN = "version.txt"
"""The file at the top of a package that is carried elsewhere, without all its files: the version of what it was taken from."""
_KINDS = {".py", ".js", ".css", ".toml"}


@cache
def code() -> str:
    """Twelve digits that stand for everything in this package, its images, and NumPy, whose last digits differ.

    >>> len(code()), code() == code()
    (12, True)
    """
    if (written := _PACKAGE / WRITTEN).exists():
        return written.read_text("utf-8")
    digest = hashlib.sha256(np.__version__.encode())
    for folder, files in ((_PACKAGE, [path for path in _PACKAGE.rglob("*") if path.suffix in _KINDS]), (ASSETS, [*ASSETS.rglob("*.png")])):
        for path in sorted(files):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]
