"""Limits on exploring by followers: everything, screens where the lecture has been, or nothing."""

from urllib.parse import parse_qsl, urlencode

LOOKED_AT = ("stage", "k", "cell", "image", "view", "whole", "hide", "predict", "veiled", "lang", "script", "screen")
"""Keys of an address that do not change the screen. question.js has the same list."""


def screen_key(query: str) -> str:
    """Return the page and setup of an address, without view keys, or "" if it has neither.

    >>> screen_key("stage=z1&lr=0.1&img=test-3&lang=fr"), screen_key("lang=fr")
    ('img=test-3&lr=0.1', '')
    """
    return urlencode(sorted((key, text) for key, text in parse_qsl(query) if key not in LOOKED_AT))


def is_exploring(query: str) -> bool:
    """Return whether an address belongs to a follower who explores: it has a key other than the language."""
    return any(key != "lang" for key, _ in parse_qsl(query))
