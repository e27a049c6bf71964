"""The package as an archive for Python in the browser: the modules that compute responses, the images, and the
library for formulas."""

import io
import tarfile
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

from cnnviz.package_files import ASSETS
from cnnviz.pages.version import WRITTEN, code

_PACKAGE = Path(__file__).parents[2]
_NOT_ALONG = {"hosts", "server", "rooms", "view", "carried"}
"""Folders of the package that responses do not need."""
_HOSTS = ("__init__", "static/__init__", "static/in_browser", "dialogs/__init__", "dialogs/answers", "dialogs/full_set", "dialogs/downloads", "dialogs/uploads")
_KINDS = {".py", ".toml"}
_FORMULAS = "latex2mathml"


def archive(decks: Iterable[Path] = ()) -> bytes:
    """Return a reproducible compressed tar. `decks` are folders of further lectures and guided lessons to include.

    >>> names = tarfile.open(fileobj=io.BytesIO(archive())).getnames()
    >>> "cnnviz/core/setup/setup.py" in names, "cnnviz/carried/assets/00_3.png" in names, "latex2mathml/converter.py" in names
    (True, True, True)
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=9, format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(_files(decks)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    content_bytes = buffer.getvalue()
    return content_bytes[:4] + bytes(4) + content_bytes[8:]  # clear gzip's time stamp


def _files(decks: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield each file with its name in the archive."""
    yield f"cnnviz/{WRITTEN}", code().encode()
    for name in _HOSTS:
        yield f"cnnviz/hosts/{name}.py", (_PACKAGE / f"hosts/{name}.py").read_bytes()
    for path in _PACKAGE.rglob("*"):
        relative_path = path.relative_to(_PACKAGE)
        if path.suffix in _KINDS and relative_path.parts[0] not in _NOT_ALONG:
            yield f"cnnviz/{relative_path.as_posix()}", path.read_bytes()
    for path in ASSETS.rglob("*.png"):
        if "pages" not in path.relative_to(ASSETS).parts:  # screenshots of the README
            yield f"cnnviz/carried/assets/{path.relative_to(ASSETS).as_posix()}", path.read_bytes()
    for part in distribution(_FORMULAS).files or ():
        if part.parts[0].startswith(_FORMULAS) and part.suffix != ".pyc":
            yield part.as_posix(), Path(str(part.locate())).read_bytes()
    for n, folder in enumerate(decks):
        for path in folder.glob("*.toml"):
            # sorted after the bundled decks
            yield f"cnnviz/decks/lectures/z{n}-{path.name}", path.read_bytes()
