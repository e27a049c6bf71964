"""Responses of pages to an address, independent of the host: a server, a file, or Python in the browser."""

from collections.abc import Mapping
from importlib import import_module

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.pages.address import PageRequest
from cnnviz.pages.registry import Page
from cnnviz.words import Message


class Unfinished(TimeoutError):
    """Raised while a part of the response is still being computed; `answer` is the response without it."""

    def __init__(self, answer: bytes):
        super().__init__()
        self.answer = answer


class Answers:
    """Responses of one page, each a function of the address. A page implements `answer` and overrides other methods
    as needed."""

    several = modes = False
    """Whether the page supports several images, and a pass in eval mode."""

    def answer(self, now: PageRequest) -> bytes:
        """Return the complete response. Raise Unfinished, with a partial response, while a part of it is still being
        computed."""
        raise NotImplementedError

    def part(self, now: PageRequest, of: str) -> bytes | None:
        """Return the exact numbers of the part named `of`, or None if the page has no parts."""
        return None

    def exact(self, now: PageRequest) -> dict[str, np.ndarray] | None:
        """Return every array by its symbol, as float64, for programs; None if `answer` contains them already."""
        return None

    def wrong(self, now: PageRequest) -> Mapping[str, Message]:
        """Return a message by key for each of the page's own keys that is invalid, unless `answer` reports it."""
        return {}

    def updates(self, now: PageRequest) -> int:
        """Return the last update that an export of the page's recording covers."""
        return now.setup.k

    def opens(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """Return the setup, as a query, for an address without one."""
        return {}

    def lasts(self, asked: Mapping[str, str]) -> bool:
        """Return whether the response is immutable and may be cached."""
        return True

    def seconds(self, setup: Setup, x: np.ndarray, asked: Mapping[str, str]) -> float:
        """Return the estimated time of the response in seconds, without the setup's updates."""
        return 0.0


def answers_of(page: Page) -> Answers:
    """Import the page's response module on first use and return its responses.

    >>> from cnnviz.pages.registry import pages
    >>> answers_of(pages()[0]).lasts({})
    True
    """
    found: Answers = import_module(f"{page.package}.answer").ANSWERS
    return found
