"""Records of the page's dialogs, with texts already in the reader's language."""

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.wire.page import Query


class OfferedFile(TypedDict):
    """A downloadable file: its kind, label and name. `instead` is the reason why it is unavailable, or ""."""

    what: str
    label: str
    name: str
    instead: str


class FileGroup(TypedDict):
    """A group of files with the same purpose."""

    title: str
    files: Sequence[OfferedFile]


class OfferedFiles(TypedDict):
    """All files of a setup. `notes` list omissions, and `around` is the largest number of updates before and after in
    an offline file."""

    groups: Sequence[FileGroup]
    notes: Sequence[str]
    words: str
    around: int


class Adopted(TypedDict):
    """The change of the setup by an uploaded file, and a note on it."""

    change: Query
    note: str


class UploadedModel(TypedDict):
    """An uploaded model: its network's text, a line per layer, and the change of the setup to it. `instead` is the
    reason of a failure."""

    net: str
    layers: Sequence[str]
    instead: str
    adopted: Adopted | None


class FullSetPage(TypedDict):
    """A page of a data set's images that starts at index `first`. `count` images are in the chosen class, and `all`
    in the set.

    `strip` is a picture of them side by side; `classes` are the ids and names of all classes.
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
    """State of CIFAR-10: "lacking" if it is unavailable, else "absent", "loading", "failed" or "ready"; `share` is
    the progress."""

    state: str
    words: str
    share: float | None
    page: FullSetPage | None
