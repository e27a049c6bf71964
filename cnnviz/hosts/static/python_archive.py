"""The package as an archive for Python in the browser: the modules that compute responses, the images, and the
library for formulas."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

from cnnviz.package_files import ASSETS
from cnnviz.pages.version import WRITTEN, code
from cnnviz.words import FOLDER, PARSED, languages, read_catalogue

_PACKAGE = Path(__file__).parents[2]
_NOT_ALONG = {"hosts", "server", "rooms", "view", "carried"}
"""Folders of the package that responses do not need."""
_HOSTS = ("__init__", "static/__init__", "static/in_browser", "dialogs/__init__", "dialogs/answers", "dialogs/full_set", "dialogs/downloads", "dialogs/uploads")
_KINDS = {".py", ".toml"}
_FORMULAS = "latex2mathml"


def archive(decks: Iterable[Path] = ()) -> bytes:
    """Return a reproducible ZIP file, which Python unpacks twice as fast as a tar. `decks` are folders of further lectures
    and guided lessons to include.

    >>> names = zipfile.ZipFile(io.BytesIO(archive())).namelist()
    >>> "cnnviz/core/setup/setup.py" in names, "cnnviz/carried/assets/00_3.png" in names, "latex2mathml/converter.py" in names
    (True, True, True)
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in sorted(_files(decks)):
            compression = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            file.writestr(zipfile.ZipInfo(name), content, compression, compresslevel=9)
    return buffer.getvalue()


def _files(decks: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield each file with its name in the archive."""
    yield f"cnnviz/{WRITTEN}", code().encode()
    for name in _HOSTS:
        yield f"cnnviz/hosts/{name}.py", (_PACKAGE / f"hosts/{name}.py").read_bytes()
    for lang in languages():
        yield f"cnnviz/words/{lang}.{PARSED}", json.dumps(read_catalogue(lang)).encode()
    for path in _PACKAGE.rglob("*"):
        relative_path = path.relative_to(_PACKAGE)
        is_catalogue = path.parent == FOLDER and path.suffix == ".toml"
        if path.suffix in _KINDS and not is_catalogue and relative_path.parts[0] not in _NOT_ALONG:
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
