"""Responses of pages to an address, independent of the host: a server, a file, or Python in the browser."""

from collections.abc import Callable, Mapping
from importlib import import_module

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import ignored_message, query_text
from cnnviz.pages.address import PageRequest
from cnnviz.pages.registry import Page
from cnnviz.words import Message, Problem


class Unfinished(TimeoutError):
    """Raised while a part of the response is still being computed; `answer` is the response without it."""

    def __init__(self, answer: bytes):
        super().__init__()
        self.answer = answer


class PageHandler:
    """Responses of one page, each a function of the address. A page implements `respond` and overrides other methods
    as needed."""

    supports_several_images = supports_eval_mode = False
    """Whether the page supports several images, and a pass in eval mode."""

    def respond(self, request: PageRequest) -> bytes:
        """Return the complete response. Raise Unfinished, with a partial response, while a part of it is still being
        computed."""
        raise NotImplementedError

    def part(self, request: PageRequest, name: str) -> bytes | None:
        """Return the exact numbers of the part of that name, or None if the page has no parts."""
        return None

    def exact_arrays(self, request: PageRequest) -> dict[str, np.ndarray] | None:
        """Return every array by its symbol, as float64, for programs; None if the response contains them already."""
        return None

    def own_errors(self, request: PageRequest) -> Mapping[str, Message]:
        """Return a message by key for each of the page's own keys that is invalid, unless the response reports it."""
        errors = {}
        for key, parse in self.key_parsers(request).items():
            if text := query_text(request.query, key):
                try:
                    parse(text)
                except Problem as why:
                    errors[key] = ignored_message(key, text, why)
        return errors

    def key_parsers(self, request: PageRequest) -> Mapping[str, Callable[[str], object]]:
        """Return a parser by key for the page's own keys, which raises Problem if the value is invalid and therefore
        ignored."""
        return {}

    def last_update(self, request: PageRequest) -> int:
        """Return the last update that an export of the page's recording covers."""
        return request.setup.k

    def opening_query(self, query: Mapping[str, str]) -> Mapping[str, str]:
        """Return the setup, as a query, for an address without one."""
        return {}

    def is_cacheable(self, query: Mapping[str, str]) -> bool:
        """Return whether the response is immutable and may be cached."""
        return True

    def estimate_seconds(self, setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> float:
        """Return the estimated time of the response in seconds, without the setup's updates."""
        return 0.0


def handler_of(page: Page) -> PageHandler:
    """Import the page's handler on first use and return it.

    >>> from cnnviz.pages.registry import pages
    >>> handler_of(pages()[0]).is_cacheable({})
    True
    """
    handler: PageHandler = import_module(f"{page.package}.handler").HANDLER
    return handler
