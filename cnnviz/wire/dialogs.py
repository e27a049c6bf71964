"""Records that Python sends the page's dialogs, said in the reader's language already."""

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.wire.page import Query


class OfferedFile(TypedDict):
    """A file that is made when it is fetched: what it is, in a word and in words, its name; `instead` says why there is none, else ""."""

    what: str
    label: str
    name: str
    instead: str


class FileGroup(TypedDict):
    """Files that are for the same."""

    title: str
    files: Sequence[OfferedFile]


class OfferedFiles(TypedDict):
    """All files of a setup; `notes` say what of it they leave out, `around` is the most updates either way in a file of its own."""

    groups: Sequence[FileGroup]
    notes: Sequence[str]
    words: str
    around: int


class Adopted(TypedDict):
    """A change of the setup that came of a file, and what there is to say of it."""

    change: Query
    note: str


class UploadedModel(TypedDict):
    """A model that was read: its network's text, a line a layer, and the change to it; `instead` says why there is none."""

    net: str
    layers: Sequence[str]
    instead: str
    adopted: Adopted | None


class FullSetPage(TypedDict):
    """Some images of a set, of a class or all: `count` of them from which these are the ones from `first` on, `all` in the set.

    `strip` is their picture, side by side; `classes` are all there are, and what they are called.
    """

    split: str
    count: int
    all: int
    first: int
    per_page: int
    images: Sequence[int]
    labels: Sequence[str]
    classes: Sequence[tuple[str, str]]
    strip: str


class FullSet(TypedDict):
    """All of CIFAR-10: "lacking" where it cannot be had, else "absent", "loading", "failed" or "ready"; the share that has come."""

    state: str
    words: str
    share: float | None
    page: FullSetPage | None
