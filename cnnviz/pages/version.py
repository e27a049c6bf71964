"""The code's version, which changes whenever an address may lead to other bytes."""

import hashlib
from functools import cache
from pathlib import Path

import numpy as np

from cnnviz.package_files import ASSETS

_PACKAGE = Path(__file__).parents[1]
WRITTEN = "version.txt"
"""File at the top of a package copied without all its files: the version of the original."""
_KINDS = {".py", ".js", ".css", ".toml"}


@cache
def code() -> str:
    """Return twelve hexadecimal digits: a digest of this package, its images, and NumPy's version, which affects the
    last digits.

    >>> len(code()), code() == code()
    (12, True)
    """
    if (version_file := _PACKAGE / WRITTEN).exists():
        return version_file.read_text("utf-8")
    digest = hashlib.sha256(np.__version__.encode())
    for folder, files in ((_PACKAGE, [path for path in _PACKAGE.rglob("*") if path.suffix in _KINDS]), (ASSETS, [*ASSETS.rglob("*.png")])):
        for path in sorted(files):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]
