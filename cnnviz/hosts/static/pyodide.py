"""Pyodide's files (pyodide.toml): downloaded or read from a folder, and verified by hash."""

import hashlib
import tomllib
import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import URLError

from cnnviz.words import Problem

PATIENCE = 60
"""Timeout in seconds for the next bytes of a download."""


@cache
def release() -> dict[str, Any]:
    """Return the version, the addresses, and the hashes of the files.

    >>> sorted(release()["files"])
    ['python', 'wheels']
    """
    return tomllib.loads(Path(__file__).with_name("pyodide.toml").read_text("utf-8"))


def pyodide_files(folder: Path | None = None, progress: Callable[[str], None] = lambda name: None) -> dict[str, bytes]:
    """Return the files by name, from `folder` or downloaded. `progress` is called with each name before the file is
    read.

    Raise Problem if a file is missing, cannot be downloaded, or has another hash.
    """
    contents = {}
    for kind, files in release()["files"].items():
        for name, digest in files.items():
            progress(name)
            contents[name] = _read(folder, name) if folder else _download(_address(kind) + name)
            if hashlib.sha256(contents[name]).hexdigest() != digest:
                raise Problem("terminal.site.another", file=name, version=release()["version"])
    return contents


def _addresses() -> list[str]:
    return [_address(kind) + name for kind, files in release()["files"].items() for name in files]


def _address(kind: str) -> str:
    return str(release()[kind]).format(version=release()["version"])


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise Problem("terminal.site.missing", file=str(folder / name), version=release()["version"], error=error.strerror or str(error)) from None


def _download(address: str) -> bytes:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            content: bytes = answer.read()
            return content
    except (URLError, OSError) as error:
        raise Problem("terminal.site.unreachable", address=address, error=str(getattr(error, "reason", error)), files="\n".join(_addresses())) from None
