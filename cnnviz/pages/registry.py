"""The pages, a folder each: its `__init__.py` says what the page is called and which keys it has, its `answer.py` what it shows.

Whatever needs a list of the pages takes it from here: a new page is a new folder, and its words.
"""

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from cnnviz.words import say


@dataclass(frozen=True)
class Page:
    """One page: the package that it lives in, its place in the navigation, its path, and its own keys in the address."""

    package: str
    place: int
    path: str
    keys: tuple[str, ...] = ()
    first: str = ""
    """The stage at which it opens where the address has no setup."""

    @property
    def id(self) -> str:
        """The name of its folder."""
        return self.package.rpartition(".")[2]

    @property
    def name(self) -> str:
        """Its name: the message `name` of its section in words/."""
        return say(f"ui.{self.id}.name")


@cache
def pages() -> tuple[Page, ...]:
    """The pages in the order of the navigation; the first one has the path "".

    >>> [page.name for page in pages()]
    ['Step', 'Train', 'Check', 'Notebook', 'Learn']
    """
    folders = (found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]) if found.ispkg)
    found = (import_module(f"{__package__}.{folder}").PAGE for folder in folders)
    return tuple(sorted(found, key=lambda page: page.place))


def page_at(path: str) -> Page:
    """The page at a path, the first one where there is none.

    >>> page_at("train").name, page_at("nowhere").name
    ('Train', 'Step')
    """
    return next((page for page in pages() if page.path == path), pages()[0])


@cache
def beside() -> tuple[Page, ...]:
    """Resources that pages ask for beside their own numbers: answered as pages are, under names of their own."""
    return tuple(import_module(f"{__package__}.{name}").RESOURCE for name in ("step.curve", "learn.script"))


def page_keys() -> tuple[str, ...]:
    """The pages' own keys in the address, beside the setup's.

    >>> page_keys()
    ('mission', 'case', 'named', 'of', 'n', 'vs', 'train', 'hold', 'sweep', 'checkpoints', 'mistake', 'tf', 'check', 'part', 'call', 'lesson', 'step')
    """
    return tuple(key for page in pages() for key in page.keys)
