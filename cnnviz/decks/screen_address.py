"""Address of a deck's screen: its page, its setup and the page's other keys.

    img=test-3&stage=z1     Step, or Learn if the screen has a question
    /train?k=0&n=500        the page Train, with its own key n
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

STEP, TRAIN, LEARN = "", "train", "learn"
LOOKS = ("view", "whole", "hide", "predict")
"""View keys, which every page supports."""
PAGES: Mapping[str, tuple[str, ...]] = {
    STEP: ("mission", "case", "named"),
    TRAIN: ("of", "n", "vs", "hold", "sweep"),
    "check": ("mistake", "tf", "check"),
    "notebook": ("part",),
    LEARN: ("lesson", "step"),
}
"""Paths of the pages, and the keys of each that a screen may set."""


class ScreenAddress(NamedTuple):
    """A page by its path, and the values of its keys outside the setup."""

    page: str
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def page_query(self) -> dict[str, str]:
        """The keys as a mapping."""
        return dict(self.keys)


ON_LEARN = ScreenAddress(LEARN)
"""The page for questions."""


def keys_of(page: str) -> tuple[str, ...]:
    """Return the keys outside the setup that a screen may set on a page.

    >>> keys_of("notebook")
    ('part', 'view', 'whole', 'hide', 'predict')
    """
    return (*PAGES.get(page, ()), *LOOKS)


def parse_address(at: str, default: str = STEP) -> tuple[str, ScreenAddress]:
    """Split an address into the setup's query and its place; an address without a page is on the default one.

    An unknown page is returned as written. Unknown keys stay in the setup's query, whose parser refuses them.

    >>> parse_address("/train?k=0&n=500")
    ('k=0', ScreenAddress(page='train', keys=(('n', '500'),)))
    >>> parse_address("?img=test-3&stage=z1", "learn")
    ('img=test-3&stage=z1', ScreenAddress(page='learn', keys=()))
    """
    path, separator, query = at.partition("?")
    if not at.startswith("/"):
        return (query if separator else path).strip(), ScreenAddress(default)
    page = path.strip("/")
    page_keys = keys_of(page)
    fields = parse_qsl(query, keep_blank_values=True)
    setup_fields = [(key, text) for key, text in fields if key not in page_keys]
    return urlencode(setup_fields, safe=",:;"), ScreenAddress(page, tuple((key, text) for key, text in fields if key in page_keys))
