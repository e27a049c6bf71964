"""`cnnviz --site DIR`: write the page as a folder of files, including Python for the browser."""

import html
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from urllib.parse import urlencode

from cnnviz.decks.library import SETTINGS, library, user_folders
from cnnviz.export.cli_output import fail, print_message
from cnnviz.hosts.link_preview import page_title, preview_tags
from cnnviz.hosts.static.pyodide import pyodide_files
from cnnviz.hosts.static.python_archive import archive
from cnnviz.pages import answer
from cnnviz.pages.deck_screens import opening_deck, screen_query, story_query
from cnnviz.pages.encoding import decode
from cnnviz.pages.registry import Page, pages
from cnnviz.pages.resource import PICTURE, canonical_query, compute_resource, numbers_url
from cnnviz.pages.version import code
from cnnviz.view.bundle import bundle
from cnnviz.view.constants import sprite
from cnnviz.view.modules import module, module_script, styles
from cnnviz.view.notices import notices
from cnnviz.words import KEY, Problem, current_language, say

LICENCES = "licences.txt"
"""Licences and credits of everything that the site contains."""
FILES = "files"
"""Folder for all files that are not pages."""
STARTS = "hosts/static/pyodide"
"""Module that starts Python in the worker."""
_PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))
_CARD = f"{FILES}/card.png"
"""The share card of all pages, since a static host cannot draw one for each setup."""


def write_site(folder: Path, python: Mapping[str, bytes], starts: str = "", decks: Sequence[Path] = ()) -> int:
    """Write the site into `folder`, which is created if necessary, in the current language. Return the number of
    bytes.

    `python` holds the files of a Python for browsers, and `starts` the source of the module that starts it, unless
    that is Pyodide. `decks` are folders of further lectures and guided lessons, which the library must know, too.
    Raise OSError if a file cannot be written.
    """
    total = 0
    for name, content in _site(python, starts or module(STARTS), decks):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        total += len(content)
    return total


def _site(python: Mapping[str, bytes], starts: str, decks: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield each file with its path in the folder. The last file lists the names of all others."""
    responses = _first_responses()
    files = dict.fromkeys(responses.values())
    names = {content: f"{FILES}/answers/{n}.bin" for n, content in enumerate(files)}
    worker = bundle("hosts/static/worker", lambda name: starts if name == STARTS else module(name), "{}()")
    offline = bundle("hosts/static/offline", module, "{}()")
    answers = {address: names[content] for address, content in responses.items()}
    entries = [
        *((f"{page.path}/index.html".lstrip("/"), _page(page, answers).encode()) for page in pages()),
        *((name, content) for content, name in names.items()),
        ("cnnviz.mjs", Path(__file__).with_name("cnnviz.mjs").read_bytes()),
        (LICENCES, notices().encode()),
        (f"{FILES}/site.js", module_script("hosts/static/site", "{}()", served=False).encode()),
        (f"{FILES}/worker.js", worker.encode()),
        (f"{FILES}/style.css", styles().encode()),
        (f"{FILES}/images.png", sprite()),
        (_CARD, _card()),
        (f"{FILES}/cnnviz.bin", archive(decks)),
        *((f"{FILES}/{name}", content) for name, content in python.items()),
    ]
    yield from entries
    all_names = json.dumps([name.removesuffix("index.html") for name, _ in entries])
    yield "offline.js", offline.replace('["CODE", []]', f'["{code()}", {all_names}]').encode()


def _card() -> bytes:
    """Return the share card of the story's setup."""
    page = pages()[0]
    return compute_resource(page, canonical_query(page, {KEY: current_language()}, PICTURE), PICTURE).body


def _first_responses() -> dict[str, bytes]:
    """Return the first response of each page and those of the story, by the addresses that the browser requests
    (resources.js)."""
    responses = {}
    for page in pages():
        responses[numbers_url(page.path, "")] = answer(page.id, {})
        responses[numbers_url(page.path, _setup_query(responses[numbers_url(page.path, "")]))] = responses[numbers_url(page.path, "")]
    path = pages()[0].path
    updates = int(screen_query(opening_deck(), len(opening_deck().screens))[1]["k"])
    for query in (story_query() | {"k": str(k)} for k in range(updates + 1)):
        responses[numbers_url(path, urlencode(query))] = answer(pages()[0].id, query)
    return responses


def _setup_query(content: bytes) -> str:
    """Return the complete query of a response's setup."""
    return urlencode(decode(content)[0]["lesson"])


def _page(page: Page, answers: Mapping[str, str]) -> str:
    return _PAGE.substitute(
        lang=current_language(),
        base="../" if page.path else "./",
        title=html.escape(page_title(page)),
        preview=preview_tags(page, _CARD),
        files=FILES,
        licences=LICENCES,
        version=code(),
        noscript=html.escape(say("export.html.noscript")),
        answers=json.dumps(answers).replace("<", r"\u003c"),
    )


def write(folder: str, pyodide: str | None, decks: str | None) -> int:
    """Write the site into `folder`, with Pyodide's files from the folder `pyodide` if given. Return the exit code."""
    if decks:
        os.environ[SETTINGS[0]] = decks
    if diagnostics := library().diagnostics:
        return fail(2, "\n".join(say("lessons.fault", file=name, line=str(diagnostic.line), what=diagnostic.what) for name, diagnostic in diagnostics))
    try:
        python = pyodide_files(Path(pyodide) if pyodide else None, lambda name: print_message(say("terminal.site.taking", file=name)))
        size = write_site(Path(folder), python, decks=[Path(user_folder) for user_folder in user_folders()])
    except Problem as problem:
        return fail(2, str(problem))
    except OSError as error:
        return fail(1, say("terminal.unwritable", file=repr(folder), error=error.strerror or str(error)))
    print_message(say("terminal.site.wrote", folder=folder, megabytes=size / 1e6))
    return 0
