"""The component as a whole HTML document that loads nothing: for a file, and for the frame in a notebook's cell."""

from __future__ import annotations

import base64
import html
import re
import zlib
from pathlib import Path
from string import Template

from cnnviz.ui.component.spec import sprite
from cnnviz.ui.server.files import script, styles
from cnnviz.words import reader, say

_PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))


def document(host: str, title: str, contents: str = "", numbers: bytes = b"", images: bool = False) -> str:
    """The text of the document: the component with `host`, a module of cnnviz/ui/web/hosts, which runs at once.

    `contents` (JSON) and `numbers` stand in it under these ids, for the host to read; `images` says whether the
    pictures of the images that can be chosen come along.

    >>> text = document("file", "a & b")
    >>> "<title>a &amp; b</title>" in text, "http://" in text
    (True, False)
    """
    return _PAGE.substitute(
        lang=reader(),
        host=host,
        title=html.escape(title),
        styles=_styles(images),
        noscript=html.escape(say("export.html.noscript")),
        contents=contents.replace("<", r"\u003c"),
        numbers=_packed(numbers),
        program=_packed(script(f"hosts/{host}", "{}()").encode()),
    )


def _packed(content: bytes) -> str:
    """Compressed and written in base64, as the document's own script and file.js read it."""
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")


def _styles(images: bool) -> str:
    """The component's style sheet, with the images that can be chosen in it or none."""
    picture = f"url(data:image/png;base64,{base64.b64encode(sprite()).decode('ascii')})" if images else "none"
    text = styles().replace("url(images.png)", picture) if images else re.sub(r"url\(images\.png\)[^;}]*", picture, styles())
    return text.replace("</", r"<\/")
