"""A setup or a deck as a SCORM 1.2 package: its .html file with a manifest, for a learning management system."""

import io
import zipfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template

from cnnviz.core.setup.setup import Setup
from cnnviz.data.images import Image
from cnnviz.decks.deck_checker import check_file
from cnnviz.hosts.file import setup_html
from cnnviz.hosts.file.deck import deck_html
from cnnviz.words import say

_MANIFEST = Template(Path(__file__).with_name("imsmanifest.xml").read_text("utf-8"))


def scorm_package(
    setup: Setup, image: Image, around: int = 1, server: str = "", progress: Callable[[int], None] = lambda update: None
) -> bytes:
    """Return the setup on `image` as a reproducible .zip. The arguments are those of `setup_html`.

    The page asks for a number before each stage, reports the share of right answers, and is completed at the last
    stage of an update. Raise Problem as `setup_html` does.

    >>> from cnnviz.data.images import find_image
    >>> content = scorm_package(Setup(), find_image("test-0"), around=0)
    >>> zipfile.ZipFile(io.BytesIO(content)).namelist()
    ['imsmanifest.xml', 'index.html']
    """
    page = setup_html(setup, image, around, server, progress, look={"predict": "1"}, scorm=True)
    return _package(say("export.html.title", image=image.words, when=setup.snapshot_label), page)


def deck_package(file: Path, server: str = "") -> bytes:
    """Return the deck of a TOML file as a .zip. The arguments are those of `deck_html`.

    The score is the share of questions answered right at the first attempt, and the deck is completed at the last
    screen. Raise Problem as `deck_html` does.
    """
    page = deck_html(file, server, scorm=True)
    deck, _ = check_file(file)
    return _package(str(deck.title if deck else ""), page)


def _package(title: str, page: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in (("imsmanifest.xml", _MANIFEST.substitute(title=escape(title))), ("index.html", page)):
            package.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
