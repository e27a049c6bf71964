"""Records for the page's dialogs, in the reader's language already."""

from collections.abc import Sequence
from typing import TypedDict

from cnnviz.wire.page import Query


class OfferedFile(TypedDict):
    """A file that is generated when downloaded: its kind, label and name. `instead` says why it is unavailable, or is
    ""."""

    what: str
    label: str
    name: str
    instead: str


class FileGroup(TypedDict):
    """Files with one purpose."""

    title: str
    files: Sequence[OfferedFile]


class OfferedFiles(TypedDict):
    """All files of a setup. `notes` say what they omit, `around` is the largest number of updates before and after in
    an offline file."""

    groups: Sequence[FileGroup]
    notes: Sequence[str]
    words: str
    around: int


class Adopted(TypedDict):
    """A change of the setup that a file causes, and a note on it."""

    change: Query
    note: str


class UploadedModel(TypedDict):
    """A model that was read: its network's text, a line per layer, and the change to it. `instead` says why reading
    failed."""

    net: str
    layers: Sequence[str]
    instead: str
    adopted: Adopted | None


class FullSetPage(TypedDict):
    """Images of a set from the `first` on, out of `count` of the chosen class or of all `all`.

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
