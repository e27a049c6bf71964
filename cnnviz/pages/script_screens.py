"""The screens of scripts as addresses of pages."""

from collections.abc import Mapping

from cnnviz.core.setup import SETUP_KEYS
from cnnviz.scripts.library import library
from cnnviz.scripts.scope import setup_of
from cnnviz.scripts.screen_address import LEARN
from cnnviz.scripts.script import Script
from cnnviz.words import Problem


def address_of(script: Script, number: int) -> tuple[str, dict[str, str]]:
    """The page of a script's screen, by its path, and the whole query there; a question is one of Learn's.

    >>> from cnnviz.scripts.library import lectures
    >>> page, query = address_of(lectures()[0], 2)
    >>> page, query["stage"], address_of(lectures()[0], 3)
    ('', 'z1', ('learn', {'lesson': 'lecture-kernel', 'step': '3'}))
    """
    screen = script.screens[number - 1]
    return (LEARN, {"lesson": script.id, "step": str(number)}) if screen.asks else (screen.place.page, setup_of(screen.at).to_query() | screen.place.own)


def place_in(script: Script, text: str) -> int | None:
    """The number of the screen that an address names, from 1; None where there is none of it.

    >>> from cnnviz.scripts.library import lectures
    >>> place_in(lectures()[0], "12"), place_in(lectures()[0], "13"), place_in(lectures()[0], "")
    (12, None, 1)
    """
    text = text or "1"
    found = int(text[:4]) if text.isascii() and text.isdigit() else 0
    return found if 1 <= found <= len(script.screens) else None


def opened(page: str, query: Mapping[str, str]) -> Mapping[str, str]:
    """A query without a setup that names a script's screen, with what that shows, where it is on this page; else the query as it is.

    >>> opened("", {"script": "story", "screen": "6"})["k"]
    '10'
    """
    id = query.get("script", "")
    if not isinstance(id, str) or not id or not SETUP_KEYS.isdisjoint(query) or "lesson" in query:
        return query
    script = library().find_script(id)
    number = script and place_in(script, str(query.get("screen", "")))
    if not script or not number:
        return query
    try:
        there, shown = address_of(script, number)
    except Problem:  # its image is not here
        return query
    return {**query, **shown} if there == page else query
