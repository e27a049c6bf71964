"""Training images: two to ten classes, from the best available source."""

from collections.abc import Sequence

from cnnviz.core.setup.image_ids import CLASSES, DIGITS
from cnnviz.data import cifar10
from cnnviz.data.bundled_images import load_bundled
from cnnviz.data.labelled import Collection
from cnnviz.words import Message, Problem

SOURCES = ("cifar10", "sample", "digits", "small")


def training_data(classes: Sequence[str] = ("cat", "dog"), source: str = "") -> Collection:
    """Return training and held-out images of two to ten classes of CIFAR-10 or digits.

    `source` is one of SOURCES. If it is empty, digits come from the bundled digits, and other classes from the full set
    if it is in memory or in Keras's cache (the first call may then take seconds), otherwise from the bundled sample.
    Raise Problem if classes or source are invalid or unavailable.

    >>> data = training_data(("ship", "cat", "dog"), "sample")
    >>> data.train.targets.shape, data.held_out.ids[0], data.names[data.held_out.labels[0]]
    ((360, 3), 'cat-h0', 'cat')
    """
    if source not in ("", *SOURCES):
        raise Problem("data.training.no_source", source=repr(source), sources=SOURCES)
    class_set = set(classes)
    are_digits = source in ("digits", "small") or (not source and class_set <= set(DIGITS))
    if not 2 <= len(class_set) == len(classes) or not class_set <= set(DIGITS if are_digits else CLASSES):
        raise Problem("data.training.classes", classes=[repr(name) for name in classes], names=CLASSES)
    return (load_bundled(source or "digits") if are_digits else _photographs(source)).of_classes(classes)


def describe(data: Collection) -> Message:
    """Return a message with the number, classes and source of these images.

    >>> print(describe(training_data(("3", "8"))))
    3 against 8: 400 training images, 100 test images, from MNIST.
    """
    return Message(f"data.training.{data.source}", {"counts": data.counts, "state": cifar10.LOADER.message})


def _photographs(source: str) -> Collection:
    full_set = cifar10.available_full_set() if source != "sample" else None
    if full_set is None and source == "cifar10":
        raise Problem("data.training.needs_full_set", state=cifar10.LOADER.message)
    return full_set or load_bundled("sample")
