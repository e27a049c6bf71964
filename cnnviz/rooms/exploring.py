"""What followers may explore by themselves: everything, screens where the lecture has been, or nothing."""

from urllib.parse import parse_qsl, urlencode

LOOKED_AT = ("stage", "k", "cell", "image", "view", "whole", "hide", "predict", "veiled", "lang", "script", "screen")
"""Keys of an address that do not change the screen. question.js has the same list."""


def place_of(query: str) -> str:
    """Return the page and setup of an address, without what only changes the view; "" if it has neither.

    >>> place_of("stage=z1&lr=0.1&img=test-3&lang=fr"), place_of("lang=fr")
    ('img=test-3&lr=0.1', '')
    """
    return urlencode(sorted((key, text) for key, text in parse_qsl(query) if key not in LOOKED_AT))


def leaves(query: str) -> bool:
    """Return whether an address belongs to a follower who explores: it has a key other than the language."""
    return any(key != "lang" for key, _ in parse_qsl(query))
