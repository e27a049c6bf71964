"""Two classes of CIFAR-10 to train on: cats against dogs, or any other two.

Nothing is copied: the full set stays where it is, shared by all visitors, and each batch is taken from
it when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from cnnviz.core.lesson import CHANNELS
from cnnviz.data import cifar10
from cnnviz.data.dataset import CLASSES, DataSet
from cnnviz.data.images import BUNDLED, PATIENCE, ImageUnavailable, bundled, load_image


@dataclass(frozen=True, eq=False)
class Channel:
    """One channel of some images, raw (0…255, float64), made when images are asked for by index.

    >>> channel = Channel(np.full((9, 4, 4, 3), 7, np.uint8), np.array([2, 5, 8]), "gray")
    >>> channel.shape, channel[np.array([0, 2])].shape, float(channel[0].max())
    ((3, 4, 4), (2, 4, 4), 7.0)
    """

    source: np.ndarray = field(repr=False)
    indices: np.ndarray = field(repr=False)
    channel: str

    @property
    def shape(self) -> tuple[int, int, int]:
        """(M,H,W)"""
        return (len(self.indices), *self.source.shape[1:3])

    def __getitem__(self, rows) -> np.ndarray:
        pixels = self.source[self.indices[rows]]  # (…, H, W, 3)
        if self.channel in CHANNELS[:3]:
            pixels = pixels[..., CHANNELS.index(self.channel)]
            return load_image(pixels.reshape(-1, pixels.shape[-1]), scale="raw").reshape(pixels.shape)
        return load_image(pixels.reshape(-1, *pixels.shape[-2:]), self.channel, "raw").reshape(pixels.shape[:-1])


@dataclass(frozen=True, eq=False)
class Examples:
    """Images of two classes: those at `indices` (M,) of `source`, a split of CIFAR-10; `labels` (M,) are 0 or 1."""

    source: np.ndarray = field(repr=False)
    split: str
    indices: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def images(self) -> np.ndarray:
        """uint8 (M,32,32,3), a copy."""
        return self.source[self.indices]

    @property
    def ids(self) -> list[str]:
        """What `find_image` takes: "train-123", "test-3"."""
        return [f"{self.split}-{index}" for index in self.indices]

    @property
    def targets(self) -> np.ndarray:
        """One-hot (M,2): (1,0) for the first class, (0,1) for the second."""
        return np.eye(2)[self.labels]

    def pixels(self, channel: str = "red") -> Channel:
        """One channel, to be trained on; ValueError if there is none of that name."""
        if channel not in CHANNELS:
            raise ValueError(f"pixels: channel {channel!r} is none of {', '.join(CHANNELS)}")
        return Channel(self.source, self.indices, channel)


@dataclass(frozen=True, eq=False)
class TwoClasses:
    """Images to learn from and images held out, of the classes `names`; `words` say where they come from."""

    names: tuple[str, str]
    train: Examples
    held: Examples
    full: bool
    words: str


def two_classes(a: str = "cat", b: str = "dog", seed: int = 0) -> TwoClasses:
    """Images of the classes `a` and `b`: of the full set where it is in memory or in Keras' cache, else the bundled.

    Of the full set the test images are held out; where these lack a class, and of the bundled images, a
    quarter of each class drawn from `seed`, at least one. The first call may take seconds. Raises
    ValueError for a class that there is none of, ImageUnavailable for too few images of it.

    >>> two_classes("cat", "cat")
    Traceback (most recent call last):
    ValueError: two_classes: 'cat' and 'cat' need to be two of airplane, automobile, bird, cat, deer, dog, frog, horse, \
ship, truck
    """
    if a not in CLASSES or b not in CLASSES or a == b:
        raise ValueError(f"two_classes: {a!r} and {b!r} need to be two of {', '.join(CLASSES)}")
    data = _full_set()
    if data is None:
        train, held = _split(_bundled((a, b)), (a, b), seed)
    else:
        train, held = (_examples(data.images(of), of, data.labels(of), (a, b)) for of in ("train", "test"))
        if len(np.unique(held.labels)) < 2:
            train, held = _split(train, (a, b), seed)
    return TwoClasses((a, b), train, held, data is not None, _words((a, b), train, held, data is not None))


def _full_set() -> DataSet | None:
    loader = cifar10.LOADER
    if loader.dataset() is None and cifar10.cached() and loader.state != "failed":
        loader.start()
        loader.wait(PATIENCE)
    return loader.dataset()


def _bundled(names: tuple[str, str]) -> Examples:
    images = bundled()
    labels = np.array([CLASSES.index(image.label) for image in images])
    return _examples(np.stack([image.pixels for image in images]), "test", labels, names)


def _examples(source: np.ndarray, split: str, labels: np.ndarray, names: tuple[str, str]) -> Examples:
    a, b = map(CLASSES.index, names)
    indices = np.flatnonzero((labels == a) | (labels == b))
    return Examples(source, split, indices, (labels[indices] == b).astype(int))


def _split(examples: Examples, names: tuple[str, str], seed: int) -> tuple[Examples, Examples]:
    """The examples in two, a quarter of each class held out; ImageUnavailable where a class has not two images."""
    rng, held = np.random.default_rng(seed), np.zeros(len(examples), dtype=bool)
    for label, name in enumerate(names):
        places = np.flatnonzero(examples.labels == label)
        if len(places) < 2:
            raise ImageUnavailable(_too_few(name, len(places)))
        held[rng.permutation(places)[: max(1, len(places) // 4)]] = True
    return tuple(replace(examples, indices=examples.indices[of], labels=examples.labels[of]) for of in (~held, held))


def _too_few(name: str, count: int) -> str:
    text = f"Images of class {name}: {count}, too few to train on. Choose another class"
    return f"{text}, or load the full set. {cifar10.LOADER.sentence}" if cifar10.dataset() is None else f"{text}."


def _words(names: tuple[str, str], train: Examples, held: Examples, full: bool) -> str:
    counts = f"{names[0]} against {names[1]}: {len(train):,} images to learn from, {len(held):,} held out"
    if full:
        return f"{counts}, from the full CIFAR-10 set."
    return (
        f"{counts}, all among the {BUNDLED} bundled images. So few can be learned by heart, and say next to nothing "
        f"about other images: load the full set to see what the network can really do. {cifar10.LOADER.sentence}"
    )
