"""Bundled training images: a sample of CIFAR-10, and MNIST digits, stored as contact sheets.

A sheet is a grid of images in row-major order, class by class. It is read on first use, once per process.
"""

from functools import cache

import numpy as np

from cnnviz.core.runtime.read_only import freeze
from cnnviz.core.setup.image_ids import CLASSES_OF, COUNTS, SIDES, ImageId
from cnnviz.data.labelled import Collection, LabelledImages
from cnnviz.package_files import ASSETS
from cnnviz.words import Problem

_FILES = {"sample": "cifar10", "digit": "mnist"}


@cache
def load_bundled(source: str) -> Collection:
    """Return the bundled images: 150 of each CIFAR-10 class ("sample"), 250 of each digit ("digits"), or those digits
    at 8×8 pixels ("small"). Raise Problem if the files are missing.

    >>> load_bundled("sample").of_classes(("cat", "dog")).train.pixels("rgb").shape
    (240, 3, 32, 32)
    >>> load_bundled("digits").held_out.pixels("red").shape, load_bundled("small").train.pixels("red").shape
    ((500, 28, 28), (2000, 8, 8))
    """
    kind = "digit" if source == "digits" else source
    return Collection(source, _labelled(kind, False), _labelled(kind, True))


def bundled_pixels(id: ImageId) -> np.ndarray:
    """Return the pixels (H,W,3), uint8, of an image of the sample or the digits."""
    images = contact_sheet(id.kind, id.held_out)
    index = CLASSES_OF[id.kind].index(id.name) * COUNTS[id.kind][id.held_out] + id.number
    return np.ascontiguousarray(images[index])


@cache
def contact_sheet(kind: str, held_out: bool) -> np.ndarray:
    """Return all images of one sheet, class by class: (M,H,W,3), uint8, read-only. Gray images have three equal
    channels."""
    from PIL import Image as Pillow

    if kind == "small":
        return _downsample(contact_sheet("digit", held_out))
    side, count = SIDES.get(kind, 32), len(CLASSES_OF[kind]) * COUNTS[kind][held_out]
    try:
        with Pillow.open(ASSETS / "sample" / f"{_FILES[kind]}_{'held_out' if held_out else 'train'}.png") as picture:
            pixels = np.asarray(picture).reshape(picture.height, picture.width, -1)
        tiles = pixels.reshape(pixels.shape[0] // side, side, pixels.shape[1] // side, side, -1).swapaxes(1, 2)
        images = np.ascontiguousarray(tiles).reshape(count, side, side, -1)
    except (OSError, ValueError, SyntaxError):  # missing, truncated or of another size
        raise Problem("data.image.missing") from None
    return np.broadcast_to(freeze(images), (count, side, side, 3))


def _downsample(digits: np.ndarray) -> np.ndarray:
    """Reduce digits (M,28,28,3) to (M,8,8,3): pad with two zeros on each side, then round the mean of each 4×4 block.
   """
    gray = np.pad(digits[..., 0], ((0, 0), (2, 2), (2, 2)))
    thumbnail = gray.reshape(len(gray), 8, 4, 8, 4).mean(axis=(2, 4)).round().astype(np.uint8)
    return np.broadcast_to(freeze(thumbnail[..., None]), (*thumbnail.shape, 3))


def _labelled(kind: str, held_out: bool) -> LabelledImages:
    source, names, class_size = contact_sheet(kind, held_out), CLASSES_OF[kind], COUNTS[kind][held_out]

    def id_of(index: int) -> ImageId:
        return ImageId(kind, names[index // class_size], index % class_size, held_out)

    return LabelledImages(source, np.arange(len(source)), np.repeat(np.arange(len(names)), class_size), names, id_of)
