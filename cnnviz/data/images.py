"""Images by id, and the channels of them that a network receives."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from cnnviz.core.setup.image_ids import BUNDLED, CLASSES, COUNTS, OWN, SIDES, ImageId, class_words, parse_image_id
from cnnviz.core.setup.setup import SCALES, Setup
from cnnviz.data import cifar10
from cnnviz.data.bundled_images import bundled_pixels
from cnnviz.data.channels import LUMA, check_channel, take_channel
from cnnviz.data.drawings import unpack_drawing
from cnnviz.data.patterns import pattern
from cnnviz.data.uploads import unpack
from cnnviz.package_files import ASSETS
from cnnviz.words import Message, Problem

__all__ = ["CLASSES", "LUMA", "Image", "ImageUnavailable", "find_image", "load_image", "load_images", "load_split"]


class ImageUnavailable(Problem):
    """Raised if an image is unavailable; the message gives the cause and a remedy."""


@dataclass(frozen=True, eq=False)
class Image:
    """An image: `pixels` (H,W,3), uint8, read-only, with three equal channels if gray; `label` is its class name, or
    None if unknown."""

    id: str
    pixels: np.ndarray
    label: str | None = None

    def __post_init__(self) -> None:
        if self.pixels.flags.writeable:
            object.__setattr__(self, "pixels", self.pixels.copy())
            self.pixels.flags.writeable = False

    @property
    def message(self) -> Message:
        """Name of the image as a message."""
        id = parse_image_id(self.id)
        if id.kind in OWN:
            return Message(f"data.image.{id.kind}")
        if id.kind == "pattern":
            return Message("data.image.pattern", {"name": Message(f"data.pattern.{id.name}")})
        kind = id.kind if id.kind in SIDES else "labelled"
        words = Message(f"data.image.{kind}", {"id": self.id, "label": class_words(self.label) if self.label else None})
        return Message("data.image.held_out", {"words": words}) if id.kind in COUNTS and id.held_out else words

    @property
    def words(self) -> str:
        """The image's name in English.

        >>> find_image("test-0").words, find_image("pattern-dot").words, find_image("digit7-h3").words
        ('test-0, cat', 'pattern: dot', 'digit7-h3, handwritten 7, test image')
        """
        return str(self.message)


def find_image(img: str) -> Image:
    """Return the image with an id (see cnnviz.core.setup.image_ids): `test-3`, `train-3`, `cat-17`, `digit7-3`,
    `pattern-edges`, `upload-…`, `drawing-…`.

    Images of the full set are available only if it is in memory or in Keras's cache; the first call may then take
    seconds. Raise ImageUnavailable.

    >>> find_image("test-0").pixels.shape, find_image("digit7-3").pixels.shape
    ((32, 32, 3), (28, 28, 3))
    """
    if "," in str(img):
        raise ImageUnavailable("data.image.several")
    try:
        id = parse_image_id(str(img))
        match id.kind:
            case "cifar10":
                return _from_cifar10(id)
            case "pattern":
                return Image(img, pattern(id.name))
            case "upload":
                return Image(img, unpack(img))
            case "drawing":
                return Image(img, unpack_drawing(img))
        return Image(img, bundled_pixels(id), id.name)
    except Problem as problem:
        raise ImageUnavailable(problem.code, **problem.values) from None


@cache
def load_split(split: str) -> tuple[Image, ...]:
    """Return the bundled images with CIFAR-10 ids: the first 20 of "test", or the first of "train".

    Raise ImageUnavailable if the files are missing.

    >>> load_split("train")[0].words
    'train-0, frog'
    """
    from PIL import Image as Pillow

    images = []
    for path in sorted((ASSETS / {"test": "", "train": "train"}[split]).glob("[0-9][0-9]_[0-9].png")):
        index, label = map(int, path.stem.split("_"))
        with Pillow.open(path) as picture:
            images.append(Image(f"{split}-{index}", np.asarray(picture.convert("RGB")), CLASSES[label]))
    if [image.id for image in images] != [f"{split}-{i}" for i in range(BUNDLED[split])]:
        raise ImageUnavailable("data.image.missing")
    return tuple(images)


def load_images(setup: Setup) -> np.ndarray:
    """Return the input of a setup's network: (H,W) or (3,H,W) for one image, (m,C,H,W) for several. Raise
    ImageUnavailable.

    >>> from cnnviz.core.setup.setup import Setup
    >>> load_images(Setup(img="cat-0,dog-3")).shape, load_images(Setup()).shape
    ((2, 1, 32, 32), (32, 32))
    """
    inputs = [load_image(find_image(img).pixels, setup.ch, setup.scale) for img in setup.images]
    return inputs[0] if len(inputs) == 1 else np.stack(inputs).reshape(setup.batch_shape)


def load_image(image: str | np.ndarray, channel: str = "red", scale: str = "unit") -> np.ndarray:
    """Return one channel of an image as x, float64: 0…1 for the scale "unit" (v / 255), 0…255 for "raw".

    `image` is an id or an array (H,W,3) or (H,W) with values 0…255. The result is (H,W), which is (32,32) for ids and
    (28,28) for digits, or (3,H,W) for "rgb". "gray" is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), not rounded. An
    array (H,W) serves as any channel, and as three equal ones for "rgb". Raise Problem (a ValueError) if the array,
    channel or scale is invalid, and ImageUnavailable for an id.

    >>> load_image(np.full((1, 2), 51)).tolist()
    [[0.2, 0.2]]
    >>> load_image("test-0", "gray", "raw").shape, load_image("test-0", "rgb").shape
    ((32, 32), (3, 32, 32))
    """
    check_channel(channel)
    if scale not in SCALES:
        raise Problem("data.image.no_scale", scale=repr(scale), scales=SCALES)
    pixels = find_image(image).pixels if isinstance(image, str) else _check_pixels(image)
    if pixels.ndim == 2 and channel != "rgb":
        x = pixels.astype(np.float64)
    else:
        x = take_channel(pixels if pixels.ndim == 3 else np.stack([pixels] * 3, axis=-1), channel)
    return x / 255 if scale == "unit" else x


def _check_pixels(image: object) -> np.ndarray:
    """Return `image` as an array (H,W,3) or (H,W) with values 0…255. Raise Problem for anything else."""
    pixels = np.asarray(image)
    if pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,)) or not pixels.size:
        raise Problem("data.image.wrong_shape", shape=str(pixels.shape))
    if pixels.dtype.kind not in "buif":
        raise Problem("data.image.wrong_type", type=str(pixels.dtype))
    lowest, highest = pixels.min().item(), pixels.max().item()
    if not (lowest >= 0 and highest <= 255):  # in this form, NaN fails too
        raise Problem("data.image.wrong_values", least=lowest, most=highest)
    return pixels


def _from_cifar10(id: ImageId) -> Image:
    if id.number < BUNDLED[id.name]:
        return load_split(id.name)[id.number]
    full_set = cifar10.available_full_set()
    if full_set is None:
        raise Problem("data.image.needs_full_set", id=str(id), state=cifar10.LOADER.message)
    images = full_set.held_out if id.held_out else full_set.train
    return Image(str(id), np.ascontiguousarray(images.source[id.number]), CLASSES[images.labels[id.number]])
