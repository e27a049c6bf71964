"""The component as a self-contained HTML document, for a file or for the frame in a notebook cell."""

import base64
import html
import re
from collections.abc import Collection
from pathlib import Path
from string import Template

from cnnviz.hosts.file.packing import pack
from cnnviz.view.bundle import bundle
from cnnviz.view.constants import browser_messages, spec, sprite
from cnnviz.view.modules import CONSTANTS, module, page_styles, styles
from cnnviz.view.notices import notices
from cnnviz.words import current_language, say

_PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
_NO_SERVER = dict.fromkeys(("view/decks/drawer", "view/decks/drawer_bind"), "view/decks/no_drawer") | {"view/dialogs/dialogs": "view/dialogs/no_dialogs"}
"""Replacements of the modules that need a server."""
_ONE_PAGE = {"view/shell/registry": "view/shell/registry_of_step"}
"""Replacements of modules in a document with a single page."""
_OF_OTHERS = frozenset({"presenter_view", "rooms", "streamlit"})
"""Style sheets of rooms and of Streamlit, which are left out."""
_ID = re.compile(r"""["'`]([a-z_]+\.(?:[\w.]|\$\{[^{}]*\})+)["'`]""")
"""Pattern of a message id in JavaScript; ${…} marks interpolated parts."""
_MESSAGE = re.compile(r'"say": \["([\w.]+)"')
"""Pattern of a message in JSON, with its id as group."""


def document(
    host: str, title: str, contents: str = "", numbers: bytes = b"", images: bool = False, used_ids: Collection[str] | None = None,
    pages: bool = False,
) -> str:  # fmt: skip
    """Return the document: the component with `host`, a module of cnnviz/hosts, which starts at once.

    `contents` (JSON) and `numbers` are elements with these ids, for the host to read. `images` is whether the
    gallery's images are included. `used_ids` holds the ids of the messages in the numbers; other messages are then left
    out, except those of the component itself. None includes all. `pages` is whether all pages are included.

    >>> text = document("hosts/file/file", "a & b")
    >>> "<title>a &amp; b</title>" in text, "SIL OPEN FONT LICENSE" in text, '="http' in text
    (True, True, False)
    """
    return _PAGE.substitute(
        lang=current_language(),
        host=host.rpartition("/")[2],
        title=html.escape(title),
        noscript=html.escape(say("export.html.noscript")),
        licences=notices(),
        contents=contents.replace("<", r"\u003c"),
        numbers=pack(numbers),
        style=pack(_styles(images, pages).encode()),
        program=pack(_program(host, used_ids, pages).encode()),
    )


def message_ids(*headers: str) -> set[str]:
    """Return the ids of the messages in JSON.

    >>> message_ids('{"words": {"say": ["words.name", {}]}}')
    {'words.name'}
    """
    return {id for header in headers for id in _MESSAGE.findall(header)}


def _program(host: str, used_ids: Collection[str] | None, pages: bool) -> str:
    """Return the component's modules as one script, without pages that are not shown, and with the messages that it
    may use."""
    texts: dict[str, str] = {}
    stand_ins = _NO_SERVER if pages else _NO_SERVER | _ONE_PAGE

    def read(name: str) -> str:
        if name != CONSTANTS:
            texts[name] = module(stand_ins.get(name, name))
        return texts.get(name, "")

    bundle(host, read)
    words = browser_messages(current_language())
    if used_ids is not None:
        pattern = re.compile("|".join({_pattern(id) for text in texts.values() for id in _ID.findall(text)}))
        words = {id: text for id, text in words.items() if id in used_ids or id.startswith("words.") or pattern.fullmatch(id)}
    texts[CONSTANTS] = spec(current_language(), frozenset(words))
    return bundle(host, read, "{}()")


def _pattern(id: str) -> str:
    return r"[\w.]+".join(re.escape(part) for part in re.split(r"\$\{[^{}]*\}", id))


def _styles(images: bool, pages: bool) -> str:
    """Return the component's style sheet, with the images of the gallery embedded or left out."""
    picture = f"url(data:image/png;base64,{base64.b64encode(sprite()).decode('ascii')})" if images else "none"
    of_pages = {"gradient_chain", *(sheet.stem for sheet in page_styles() if sheet.parent.name != "step")}
    text = styles(without=_OF_OTHERS if pages else _OF_OTHERS | of_pages)
    return text.replace("url(images.png)", picture) if images else re.sub(r"url\(images\.png\)[^;}]*", picture, text)
