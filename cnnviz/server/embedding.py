"""Whose pages may show cnnviz in a frame: one setting, the environment's CNNVIZ_EMBED."""

import os
import re

from cnnviz.words import Problem

SETTING = "CNNVIZ_EMBED"
_ORIGIN = re.compile(r"\*|(https?://)?(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:(\d{1,5}|\*))?", re.IGNORECASE | re.ASCII)


def embedders() -> tuple[str, ...]:
    """The origins that the setting names; none where it is missing. Raises Problem as `read_origins` does."""
    return read_origins(os.environ.get(SETTING, ""))


def read_origins(text: str) -> tuple[str, ...]:
    """Origins out of a text, between spaces or commas, as a Content-Security-Policy has them; `*` is any.

    Raises Problem for what is no origin: it would end up in a header, and allow who knows whom.

    >>> read_origins("https://moodle.example.org, https://*.example.edu/")
    ('https://moodle.example.org', 'https://*.example.edu')
    """
    origins = [word.rstrip("/") for word in re.split(r"[\s,]+", text.strip()) if word]
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise Problem("ui.server.no_origin", text=repr(origin[:80]))
    return tuple(origins)
