"""The reach of followers by themselves, as their lecturer allows it: where the lecture has been, whatever one looks at there, or nowhere."""

from urllib.parse import parse_qsl, urlencode

LOOKED_AT = ("stage", "k", "cell", "image", "view", "whole", "hide", "predict", "veiled", "lang", "script", "screen")
"""Keys of an address that lead away from no screen (question.js has the same)."""


def place_of(query: str) -> str:
    """The page and the lesson of an address, whatever is looked at there; "" where it names none.

    >>> place_of("stage=z1&lr=0.1&img=test-3&lang=fr"), place_of("lang=fr")
    ('img=test-3&lr=0.1', '')
    """
    return urlencode(sorted((key, text) for key, text in parse_qsl(query) if key not in LOOKED_AT))


def leaves(query: str) -> bool:
    """Tells whether an address is of somebody who explores: it says more than a language."""
    return any(key != "lang" for key, _ in parse_qsl(query))
