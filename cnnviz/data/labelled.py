"""Labelled images: a subset of an array of images by class, and a collection of training and held-out images.

Pixels are not copied: all sessions share them, and channels are extracted on indexing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.image_ids import ImageId, class_words
from cnnviz.data.channels import check_channel, take_channel
from cnnviz.words import Message


@dataclass(frozen=True, eq=False)
class Pixels:
    """One channel of some images with values 0…255, extracted on indexing.

    >>> gray = Pixels(np.full((9, 4, 4, 3), 7, np.uint8), np.array([2, 5, 8]), "gray")
    >>> gray.shape, gray[np.array([0, 2])].shape, float(gray[0].max())
    ((3, 4, 4), (2, 4, 4), 7.0)
    """

    source: np.ndarray = field(repr=False)
    indices: np.ndarray = field(repr=False)
    channel: str
    dtype: type = np.float64

    @property
    def shape(self) -> tuple[int, ...]:
        """(M,H,W), or (M,3,H,W) for "rgb"."""
        planes = (3,) if self.channel == "rgb" else ()
        return (len(self.indices), *planes, *self.source.shape[1:3])

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, rows: slice | np.ndarray) -> np.ndarray:
        return take_channel(self.source[self.indices[rows]], self.channel, self.dtype)


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """M images of the classes `names`: entries `indices` (M,) of `source` (…,H,W,3), uint8.

    `labels` (M,) are indices into `names`; `id_of` maps an index into `source` to an image id. All arrays are
    read-only.
    """

    source: np.ndarray = field(repr=False)
    indices: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    names: tuple[str, ...]
    id_of: Callable[[int], ImageId] = field(repr=False)

    def __post_init__(self) -> None:
        for array in (self.source, self.indices, self.labels):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.indices)

    def of_classes(self, names: Sequence[str]) -> LabelledImages:
        """Return the images of some classes only, in the same order; label i is then the i-th of `names`.

        Raise ValueError if a class is unknown.
        """
        new_label = np.full(len(self.names), -1)
        new_label[[self.names.index(name) for name in names]] = np.arange(len(names))
        labels = new_label[self.labels]
        is_included = labels >= 0
        return replace(self, indices=self.indices[is_included], labels=labels[is_included], names=tuple(names))

    @property
    def images(self) -> np.ndarray:
        """Copy of the pixels, (M,H,W,3), uint8."""
        return self.source[self.indices]

    @property
    def ids(self) -> list[str]:
        """Ids of the images, as `find_image` accepts them: "train-123", "cat-h3"."""
        return [str(self.id_of(int(index))) for index in self.indices]

    @property
    def targets(self) -> np.ndarray:
        """One-hot targets (M,N): (1,0,…) for the first class, (0,1,…) for the second."""
        return freeze(np.eye(len(self.names))[self.labels])

    def pixels(self, channel: str = "red", dtype: type = np.float64) -> Pixels:
        """Return one channel, or all three for "rgb", as training input. Raise Problem if the channel is unknown."""
        return Pixels(self.source, self.indices, check_channel(channel), dtype)


@dataclass(frozen=True, eq=False)
class Collection:
    """Training images, and held-out images of the same classes.

    `source` is their origin: "cifar10" (the full set), "sample", "digits" or "small" (all bundled).
    """

    source: str
    train: LabelledImages
    held_out: LabelledImages

    @property
    def names(self) -> tuple[str, ...]:
        """Class names, in label order."""
        return self.train.names

    @property
    def words(self) -> tuple[str | Message, ...]:
        """Class names as shown to users."""
        return tuple(map(class_words, self.names))

    @property
    def full(self) -> bool:
        """Whether this is the full CIFAR-10 set, or classes of it."""
        return self.source == "cifar10"

    def of_classes(self, names: Sequence[str]) -> Collection:
        """Return the images of some classes only; see LabelledImages.of_classes."""
        return Collection(self.source, self.train.of_classes(names), self.held_out.of_classes(names))

    @property
    def counts(self) -> Message:
        """Class names and numbers of images, as a message.

        >>> from cnnviz.data.bundled_images import load_bundled
        >>> print(load_bundled("digits").of_classes(("3", "8")).counts)
        3 against 8: 400 training images, 100 test images
        """
        if len(self.names) == 2:
            classes = Message("data.training.two", {"a": self.words[0], "b": self.words[1]})
        else:
            classes = Message("data.training.several", {"names": self.words})
        values = {"classes": classes, "train": len(self.train), "held_out": len(self.held_out)}
        return Message("data.training.counts", values)
