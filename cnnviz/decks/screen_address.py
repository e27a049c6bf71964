"""The place of a deck's screen: its page, its setup, and what else its address says.

    img=test-3&stage=z1     Step, or Learn where it asks
    /train?k=0&n=500        the page Train, with a key of its own
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

STEP, TRAIN, LEARN = "", "train", "learn"
LOOKS = ("view", "whole", "hide", "predict")
"""Keys of how any page is looked at."""
PAGES: Mapping[str, tuple[str, ...]] = {
    STEP: ("mission", "case", "named"),
    TRAIN: ("of", "n", "vs", "hold", "sweep"),
    "check": ("mistake", "tf", "check"),
    "notebook": ("part",),
    LEARN: ("lesson", "step"),
}
"""The pages' paths, and the keys of each that a screen can say."""


class Place(NamedTuple):
    """A page by its path, and what an address says there beside the setup."""

    page: str
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def own(self) -> dict[str, str]:
        """The keys as a mapping."""
        return dict(self.keys)


ON_LEARN = Place(LEARN)
"""The place where questions are asked."""


def keys_of(page: str) -> tuple[str, ...]:
    """The keys that a screen can say on a page beside the setup.

    >>> keys_of("notebook")
    ('part', 'view', 'whole', 'hide', 'predict')
    """
    return (*PAGES.get(page, ()), *LOOKS)


def place_of(at: str, default: str = STEP) -> tuple[str, Place]:
    """The setup of an address, a query, and its place; the page is the default one where the address names none.

    A page that there is not stays as it is written, and so do keys that belong to nothing: they are the setup's to refuse.

    >>> place_of("/train?k=0&n=500")
    ('k=0', Place(page='train', keys=(('n', '500'),)))
    >>> place_of("?img=test-3&stage=z1", "learn")
    ('img=test-3&stage=z1', Place(page='learn', keys=()))
    """
    path, mark, query = at.partition("?")
    if not at.startswith("/"):
        return (query if mark else path).strip(), Place(default)
    page = path.strip("/")
    own = keys_of(page)
    said = parse_qsl(query, keep_blank_values=True)
    lesson = [(key, text) for key, text in said if key not in own]
    return urlencode(lesson, safe=",:;"), Place(page, tuple((key, text) for key, text in said if key in own))
