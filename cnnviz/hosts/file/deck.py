"""A deck as an .html file: its screens, on any pages, with the numbers of each."""

import json
from pathlib import Path

from cnnviz.core.setup.setup import Setup
from cnnviz.data.images import find_image
from cnnviz.decks.deck_checker import check_file
from cnnviz.export.arguments import page_address
from cnnviz.hosts.file import _answer
from cnnviz.hosts.file.document import document, message_ids
from cnnviz.hosts.file.packing import Store
from cnnviz.pages.encoding import decode
from cnnviz.pages.registry import pages
from cnnviz.pages.resource import canonical_query, compute_with_deck, page_of
from cnnviz.words import Problem


def deck_html(file: Path, server: str = "", *, scorm: bool = False) -> str:
    """Return the deck of a TOML file as an .html file. `server` is the address of a cnnviz page to link to, or "".
    With `scorm` the file reports to a learning management system.

    Raise Problem if the file has an error, its numbers are too large, or `server` is not an address.
    """
    deck, diagnostics = check_file(file)
    if deck is None or diagnostics:
        raise Problem("lessons.fault", file=str(file), line=str(diagnostics[0].line), what=diagnostics[0].what)
    content, server = file.read_bytes(), page_address(server)
    page = page_of("script")
    assert page is not None
    header = decode(compute_with_deck(page, {"script": deck.id}, content, compress=False).body)[0]
    store = Store()
    for number, screen in enumerate(header["script"]["screens"], 1):
        store.add(str(number), _page_response(screen["page"], screen["query"], content))
    contents = {"lesson": {}, "server": server, "scorm": scorm, "script": header["script"], **store.contents}
    ids = message_ids(*store.headers, json.dumps(header))
    return document("hosts/file/deck", str(deck.title), json.dumps(contents), store.content, used_ids=ids, pages=True)


def _page_response(path: str, query: dict[str, str], content: bytes) -> bytes:
    """Return the response of a page at an address. Step includes all numbers, since a file cannot request further
    ones."""
    page = next(page for page in pages() if page.path == path)
    if page.id == "step":
        setup = Setup.parse_query(query)[0]
        if len(setup.images) == 1 and setup.mode == "train":
            return _answer(setup, find_image(setup.img))
    return compute_with_deck(page, canonical_query(page, query), content, compress=False).body
