"""Origins that may embed cnnviz in a frame, from the environment variable CNNVIZ_EMBED."""

import os
import re

from cnnviz.words import Problem

SETTING = "CNNVIZ_EMBED"
_ORIGIN = re.compile(r"\*|(https?://)?(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:(\d{1,5}|\*))?", re.IGNORECASE | re.ASCII)


def embedders() -> tuple[str, ...]:
    """Return the origins in CNNVIZ_EMBED, () if it is unset. Raise Problem if one is invalid."""
    return read_origins(os.environ.get(SETTING, ""))


def read_origins(text: str) -> tuple[str, ...]:
    """Return the origins of a list separated by spaces or commas, as sources of a Content-Security-Policy; `*` allows
    any.

    Raise Problem if a word is not an origin, since it would reach a header and might allow any site.

    >>> read_origins("https://moodle.example.org, https://*.example.edu/")
    ('https://moodle.example.org', 'https://*.example.edu')
    """
    origins = [word.rstrip("/") for word in re.split(r"[\s,]+", text.strip()) if word]
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise Problem("ui.server.no_origin", text=repr(origin[:80]))
    return tuple(origins)
