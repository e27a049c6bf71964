"""The Python side of a page without a server: what a browser's worker asks, in the words in which a server is asked."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

from cnnviz.data import forbidden
from cnnviz.pages.resource import asked_of, made, made_of, page_of, structured
from cnnviz.scripts import library
from cnnviz.words import message

SCRIPTS = "scripts"
"""The folder beside the package with scripts that were given with the site."""


def start(place: str) -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """`get`, once it is set what there is: no other process, no network, and the scripts in the folder `place`, where the package lies."""
    os.environ[forbidden.SETTING] = " ".join(forbidden.KINDS)
    if (scripts := Path(place, SCRIPTS)).is_dir():
        os.environ[library.SETTINGS[0]] = str(scripts)
    return get


def get(path: str, script: str = "") -> tuple[int, dict[str, str], bytes]:
    """The status, the headers and the uncompressed body of `numbers/<version>/<page>?<query>`, as server/numbers.py has them; `script` is a file's text that is sent along.

    An answer that fails is an answer: a sentence, as JSON.

    >>> status, headers, body = get("numbers/0/step?k=3")
    >>> status, headers, body[:4] == b"none"
    (200, {}, False)
    >>> get("numbers/0/none?")[0]
    404
    """
    where, _, query = path.partition("?")
    page = page_of(where.rpartition("/")[2])
    if page is None:
        return _refusal(404, "ui.numbers.no_page", forms=[])
    try:
        asked = asked_of(page, dict(parse_qsl(query, keep_blank_values=True)))
        found = made_of(page, asked, script.encode(), compress=False) if script else made(page, asked, compress=False)
    except Exception as error:  # MemoryError, say: a phone has little
        traceback.print_exc()
        return _refusal(422, "web.site.no_answer", error=f"{type(error).__name__}: {error}")
    headers = {} if found.lasting else {"Cache-Control": "no-store"}
    return 200, headers if found.whole else headers | {"Retry-After": "1"}, found.body


def _refusal(status: int, id: str, **values: object) -> tuple[int, dict[str, str], bytes]:
    return status, {}, json.dumps(structured(message(id, **values))).encode()
