"""Images by their id, and the one channel of them that the network sees."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from cnnviz.core.image_ids import PATTERNS
from cnnviz.core.lesson import CHANNELS, SCALES
from cnnviz.data import cifar10
from cnnviz.data.dataset import CLASSES, SPLITS
from cnnviz.data.patterns import pattern
from cnnviz.data.uploads import unpack

__all__ = ["CLASSES", "Image", "ImageUnavailable", "bundled", "find_image", "load_image"]

ASSETS = Path(__file__).parents[2] / "assets"
BUNDLED = 20
LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601: how much red, green and blue add to what the eye takes for brightness."""

PATIENCE = 60
"""Seconds to wait for files that are on this computer: TensorFlow's start takes most of it."""


class ImageUnavailable(ValueError):
    """An image that cannot be had; the text tells a learner what is wrong and what to do."""


@dataclass(frozen=True, eq=False)
class Image:
    """`pixels` uint8 (32,32,3), read-only, and the class's name as `label` where it is known."""

    id: str
    pixels: np.ndarray
    label: str | None = None

    def __post_init__(self):
        if self.pixels.flags.writeable:
            object.__setattr__(self, "pixels", self.pixels.copy())
            self.pixels.flags.writeable = False

    @property
    def words(self) -> str:
        """What to call it on the page.

        >>> find_image("test-0").words, find_image("pattern-dot").words
        ('test-0, cat', 'pattern: dot')
        """
        kind, _, name = self.id.partition("-")
        names = {"pattern": f"pattern: {name}", "upload": "your own picture"}
        return f"{self.id}, {self.label}" if self.label else names.get(kind, self.id)


def find_image(img: str) -> Image:
    """The image of an id: `test-3`, `train-3`, `pattern-edges`, `upload-…`.

    Of the full set only what is in memory or in Keras' cache; then the first call may take seconds.
    Raises ImageUnavailable.

    >>> find_image("test-0").pixels.shape
    (32, 32, 3)
    """
    number = re.fullmatch(r"(train|test)-(0|[1-9]\d{0,4})", str(img), re.ASCII)
    if number and int(number[2]) < SPLITS[number[1]]:
        return _from_cifar10(img, number[1], int(number[2]))
    kind, _, name = str(img).partition("-")
    if kind == "pattern" and name in PATTERNS:
        return Image(img, pattern(name))
    if kind == "upload":
        try:
            return Image(img, unpack(img))
        except ValueError as error:
            raise ImageUnavailable(str(error)) from None
    raise ImageUnavailable(f"There is no image {str(img)[:40]!r}: choose one of test-0 … test-19 or a pattern.")


@cache
def bundled() -> tuple[Image, ...]:
    """The 20 images that come along: the first of the test set. Raises ImageUnavailable if they were removed."""
    from PIL import Image as Pillow

    images = []
    for path in sorted(ASSETS.glob("[0-9][0-9]_[0-9].png")):
        index, label = map(int, path.stem.split("_"))
        with Pillow.open(path) as picture:
            images.append(Image(f"test-{index}", np.asarray(picture.convert("RGB")), CLASSES[label]))
    if [image.id for image in images] != [f"test-{i}" for i in range(BUNDLED)]:
        raise ImageUnavailable("The folder assets lacks bundled images: fetch it again, or choose a pattern.")
    return tuple(images)


def load_image(image: str | np.ndarray, channel: str = "red", scale: str = "unit") -> np.ndarray:
    """One channel of an image as x, float64: 0…1 for the scale "unit" (v / 255), 0…255 for "raw".

    `image` is an id, which gives (32,32), or an array (H,W,3) or (H,W) of 0…255, which gives (H,W);
    an array (H,W) is one channel already. "gray" is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), not
    rounded. Raises ValueError where array, channel or scale do not fit, ImageUnavailable for an id.

    >>> load_image(np.full((1, 2), 51)).tolist()
    [[0.2, 0.2]]
    >>> load_image("test-0", "gray", "raw").shape
    (32, 32)
    """
    for name, value, options in (("channel", channel, CHANNELS), ("scale", scale, SCALES)):
        if value not in options:
            raise ValueError(f"load_image: {name} {value!r} is none of {', '.join(options)}")
    pixels = find_image(image).pixels if isinstance(image, str) else _pixels(image)
    pixels = pixels.astype(np.float64)
    if pixels.ndim == 2:
        x = pixels
    elif channel == "gray":
        x = sum(share * pixels[..., c] for c, share in enumerate(LUMA))
    else:
        x = np.ascontiguousarray(pixels[..., CHANNELS.index(channel)])
    return x / 255 if scale == "unit" else x


def _pixels(image) -> np.ndarray:
    """An array (H,W,3) or (H,W) of 0…255; ValueError for anything else."""
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)) or not pixels.size:
        raise ValueError(f"load_image: image has shape {pixels.shape}; it needs to be (H, W, 3) or (H, W)")
    if pixels.dtype.kind not in "buif":
        raise ValueError(f"load_image: image holds {pixels.dtype}; it needs numbers from 0 to 255")
    if not (pixels.min() >= 0 and pixels.max() <= 255):  # written so that NaN fails too
        raise ValueError(f"load_image: image holds {pixels.min()} … {pixels.max()}; it needs numbers from 0 to 255")
    return pixels


def _from_cifar10(img: str, split: str, index: int) -> Image:
    if split == "test" and index < BUNDLED:
        return bundled()[index]
    loader = cifar10.LOADER
    if loader.dataset() is None and cifar10.cached():
        loader.start()
        loader.wait(PATIENCE)
    data = loader.dataset()
    if data is None:
        raise ImageUnavailable(
            f"{img} needs the full CIFAR-10 set. {loader.sentence} Until then choose test-0 … test-19."
        )
    return Image(img, np.ascontiguousarray(data.images(split)[index]), CLASSES[data.labels(split)[index]])
