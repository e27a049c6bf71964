"""In which language somebody reads: what the address says, else what their browser prefers of those that there are."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from starlette.requests import HTTPConnection

from cnnviz.words import DEFAULT, chosen, languages, reader, reading
from cnnviz.words.pseudo import PSEUDO

Made = TypeVar("Made")

KEY = "lang"
"""The address's key, and that of the component's own files."""

IN_THE_BROWSER = f"""
const known = {json.dumps(languages())}
const named = new URLSearchParams(location.search).get("{KEY}")
const wanted = navigator.languages.map((one) => one.split("-")[0].toLowerCase())
const lang = [...known, "{PSEUDO}"].includes(named) ? named : (wanted.find((one) => known.includes(one)) ?? "{DEFAULT}")
"""
"""The same rule for the browser, which asks for the component's files before any script has run here."""


def of_request(request: HTTPConnection) -> str:
    """Whoever asks for something of this server's own."""
    return chosen(request.query_params.get(KEY, ""), request.headers.get("Accept-Language", ""))


def for_whoever_asked(make: Callable[[], Made]) -> Callable[[], Made]:
    """The same, to be called later, in the language of whoever reads now: a file is made when it is fetched, by no script."""
    lang = reader()

    def made() -> Made:
        with reading(lang):
            return make()

    return made
