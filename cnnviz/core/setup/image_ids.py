"""Image ids: how an address names an image. Nothing here loads pixels.

    test-3  train-3        CIFAR-10 as published
    cat-17  cat-h17        bundled sample of CIFAR-10: for training, and held out
    digit7-3  digit7-h3    bundled digits of MNIST: for training, and held out
    small7-3  small7-h3    the same digits at 8×8 pixels
    pattern-edges          a computed image
    upload-<text>          a visitor's image, encoded in the id
    drawing-<text>         a visitor's drawn digit, encoded in the id

`cnnviz.data.images.find_image` returns the pixels.
"""

import re
from dataclasses import dataclass, replace

from cnnviz.words import Message, Problem, quote

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
"""CIFAR-10's classes, in its order."""
DIGITS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
CLASSES_OF = {"sample": CLASSES, "digit": DIGITS, "small": DIGITS}
"""The classes of each kind of bundled image."""
PATTERNS = ("edges", "checkerboard", "gradient", "dot")
"""Names of computed images, whose ids are "pattern-edges" and so on."""
SPLITS = {"train": 50_000, "test": 10_000}
"""Number of CIFAR-10 images in each split."""
COUNTS = {"sample": (120, 30), "digit": (200, 50), "small": (200, 50)}
"""Number of bundled images per class: for training, and held out."""
SIDES = {"digit": 28, "small": 8}
"""Height and width, in pixels, of the images that are smaller than CIFAR-10's."""
BUNDLED = {"train": 1, "test": 20}
"""Number of images at the start of each CIFAR-10 split that are bundled under their original ids."""
_LABELS = {"test": (3, 8, 8, 0, 6, 6, 1, 6, 3, 1, 0, 9, 5, 7, 9, 8, 5, 7, 8, 6), "train": (6,)}
"""Classes of these bundled images as indices into CLASSES, so that no file needs to be read."""
OWN = ("upload", "drawing")
"""Kinds of visitors' images."""
MAX_UPLOAD_TEXT = 6000
"""Maximum number of characters of an upload: more than 32·32·3 bytes need when compressed and encoded as base64."""

_NUMBER = r"(0|[1-9]\d{0,4})"
_OF_SPLIT = re.compile(rf"({'|'.join(SPLITS)})-{_NUMBER}", re.ASCII)
_OF_CLASS = re.compile(rf"(?:({'|'.join(CLASSES)})|(digit|small)(\d))-(h?){_NUMBER}", re.ASCII)
_UPLOAD = re.compile(rf"[\w-]{{1,{MAX_UPLOAD_TEXT}}}", re.ASCII)


def class_words(name: str) -> str | Message:
    """Return a class name for display: translated for CIFAR-10's classes, unchanged for all others.

    >>> class_words("cat").say("fr"), class_words("lynx")
    ('chat', 'lynx')
    """
    return Message(f"data.class.{name}") if name in CLASSES else name


@dataclass(frozen=True)
class ImageId:
    """A parsed image id; `str` formats it again.

    `kind` is "cifar10", "sample", "digit", "small", "pattern", "upload" or "drawing". `name` is the split, class, digit
    or pattern, or the text of a visitor's image. `number` counts from 0 within the split or class. `held_out` marks images that are never
    used for training.

    >>> str(ImageId("sample", "cat", 17)), str(ImageId("digit", "7", 3, held_out=True))
    ('cat-17', 'digit7-h3')
    """

    kind: str
    name: str
    number: int = 0
    held_out: bool = False

    @property
    def side(self) -> int:
        """Height and width in pixels."""
        return SIDES.get("digit" if self.kind == "drawing" else self.kind, 32)

    def __str__(self) -> str:
        match self.kind:
            case "sample" | "digit" | "small":
                return f"{self.kind * (self.kind in SIDES)}{self.name}-{'h' * self.held_out}{self.number}"
            case "cifar10":
                return f"{self.name}-{self.number}"
        return f"{self.kind}-{self.name}"


def parse_image_id(text: str) -> ImageId:
    """Parse an image id. Raise Problem with the valid options if no such image exists.

    >>> parse_image_id("cat-h17")
    ImageId(kind='sample', name='cat', number=17, held_out=True)
    >>> parse_image_id("cat-120")
    Traceback (most recent call last):
    cnnviz.words.Problem: There is no image 'cat-120', only cat-0 … cat-119.
    """
    image_id = _parse_numbered(text)
    if image_id and image_id.number < count(image_id):
        return image_id
    if image_id:
        first_id, last_id = (str(replace(image_id, number=number)) for number in (0, count(image_id) - 1))
        raise Problem("data.image.no_number", id=quote(text), first=first_id, last=last_id)
    kind, _, name = text.partition("-")
    if kind == "pattern" and name in PATTERNS:
        return ImageId(kind, name)
    if kind == "pattern":
        raise Problem("data.image.no_pattern", id=quote(text), patterns=[f"pattern-{name}" for name in PATTERNS])
    if kind in OWN and _UPLOAD.fullmatch(name):
        return ImageId(kind, name)
    if kind in OWN:
        raise Problem("data.upload.changed")
    raise Problem("data.image.unknown", id=quote(text))


def own_kind(img: str) -> str:
    """Return the kind of a visitor's image, or "" for any other image.

    >>> own_kind("upload-eJz"), own_kind("drawing-eJz"), own_kind("test-3")
    ('upload', 'drawing', '')
    """
    kind = img.partition("-")[0]
    return kind if kind in OWN else ""


def count(id: ImageId) -> int:
    """Return the number of images in the same split, or of the same class and part.

    >>> count(ImageId("digit", "7")), count(ImageId("cifar10", "test", 3, held_out=True))
    (200, 10000)
    """
    return SPLITS[id.name] if id.kind == "cifar10" else COUNTS[id.kind][id.held_out]


def label(id: ImageId) -> str | None:
    """Return the class of the image, or None if its id does not determine it.

    >>> label(parse_image_id("test-1")), label(parse_image_id("digit7-3")), label(parse_image_id("test-20"))
    ('ship', '7', None)
    """
    if id.kind in COUNTS:
        return id.name
    labels = _LABELS[id.name] if id.kind == "cifar10" else ()
    return CLASSES[labels[id.number]] if id.number < len(labels) else None


def _parse_numbered(text: str) -> ImageId | None:
    """Parse an id that ends with a number, without checking its range. Return None for any other text."""
    if match := _OF_SPLIT.fullmatch(text):
        return ImageId("cifar10", match[1], int(match[2]), match[1] == "test")
    if match := _OF_CLASS.fullmatch(text):
        kind, name = ("sample", match[1]) if match[1] else (match[2], match[3])
        return ImageId(kind, name, int(match[5]), bool(match[4]))
    return None
