"""Answers of pages to an address, without knowing who shows it: a server, a file, or Python in the visitor's browser."""

from collections.abc import Mapping
from importlib import import_module

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.pages.address import PageRequest
from cnnviz.pages.registry import Page
from cnnviz.words import Message


class Unfinished(TimeoutError):
    """A part of what a page shows is still being worked out; `answer` is what there is."""

    def __init__(self, answer: bytes):
        super().__init__()
        self.answer = answer


class Answers:
    """The answers of one page, each a function of the address. A page says `answer`, and of the rest what differs from this."""

    several = modes = False
    """Tells whether it can show several images, and a pass as in eval mode."""

    def answer(self, now: PageRequest) -> bytes:
        """Everything that the page shows; raises Unfinished, with what there is, while a part of it is being worked out."""
        raise NotImplementedError

    def part(self, now: PageRequest, of: str) -> bytes | None:
        """The part of it that `of` names, exactly; None where a page has no parts."""
        return None

    def exact(self, now: PageRequest) -> dict[str, np.ndarray] | None:
        """Every array by its symbol, whole and in float64, for programs; None where that is what `answer` has."""
        return None

    def wrong(self, now: PageRequest) -> Mapping[str, Message]:
        """A message by key for what of the page's own keys cannot be used, where the answer does not say it."""
        return {}

    def updates(self, now: PageRequest) -> int:
        """Up to which update a film of it goes."""
        return now.setup.k

    def opens(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """The setup, as a query, of an address without one."""
        return {}

    def lasts(self, asked: Mapping[str, str]) -> bool:
        """Tells whether the answer will always be the same."""
        return True

    def seconds(self, setup: Setup, x: np.ndarray, asked: Mapping[str, str]) -> float:
        """About how long the answer takes beside the setup's updates."""
        return 0.0


def answers_of(page: Page) -> Answers:
    """The page's answers, loaded now and not before.

    >>> from cnnviz.pages.registry import pages
    >>> answers_of(pages()[0]).lasts({})
    True
    """
    found: Answers = import_module(f"{page.package}.answer").ANSWERS
    return found
