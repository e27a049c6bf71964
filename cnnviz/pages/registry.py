"""Registry of the pages, one folder each: `__init__.py` has the page's path and keys, `handler.py` its responses.

A new page needs a new folder and its messages; all lists of pages come from here.
"""

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from cnnviz.words import say


@dataclass(frozen=True)
class Page:
    """One page: its package, position in the navigation, path, and own keys in the address."""

    package: str
    place: int
    path: str
    keys: tuple[str, ...] = ()
    first: str = ""
    """The stage to open if the address has no setup."""

    @property
    def id(self) -> str:
        """The name of the page's folder."""
        return self.package.rpartition(".")[2]

    @property
    def name(self) -> str:
        """The page's name: the message `name` of its section in words/."""
        return say(f"ui.{self.id}.name")


@cache
def pages() -> tuple[Page, ...]:
    """Return the pages in the order of the navigation; the first one has the path "".

    >>> pages()[0].name, pages()[0].path
    ('Step', '')
    """
    folders = (found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]) if found.ispkg)
    found = (import_module(f"{__package__}.{folder}").PAGE for folder in folders)
    return tuple(sorted(found, key=lambda page: page.place))


def page_at(path: str) -> Page:
    """Return the page at a path, or the first one if there is none.

    >>> page_at("train").name, page_at("nowhere").name
    ('Train', 'Step')
    """
    return next((page for page in pages() if page.path == path), pages()[0])


@cache
def extra_resources() -> tuple[Page, ...]:
    """Return the extra resources that pages request, which have names of their own but respond as pages do."""
    return tuple(import_module(f"{__package__}.{name}").RESOURCE for name in ("step.curve", "learn.script"))


def page_keys() -> tuple[str, ...]:
    """Return the pages' own keys in the address, without the setup's.

    >>> "lesson" in page_keys(), "lr" in page_keys()
    (True, False)
    """
    return tuple(key for page in pages() for key in page.keys)
