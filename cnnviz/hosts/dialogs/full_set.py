"""The full CIFAR-10 data set: its loading state, and its images page by page."""

import base64
import io
from collections.abc import Mapping

import numpy as np

from cnnviz.core.setup.image_ids import CLASSES, class_words
from cnnviz.data import cifar10
from cnnviz.data.labelled import LabelledImages
from cnnviz.wire.dialogs import FullSet, FullSetPage

PER_PAGE = 24
SPLITS = {"train": "train", "test": "held_out"}
"""Attribute of the data set for each split in a query."""


def full_set(query: Mapping[str, str]) -> FullSet:
    """Return the loading state, or the page of images that `split`, `class` and `from` select. A cached data set is
    loaded at once."""
    loader = cifar10.LOADER
    if reason := loader.missing:
        return FullSet(state="lacking", words=str(reason), share=None, page=None)
    if loader.full_set is None and loader.state == "absent" and cifar10.is_cached():
        loader.start()
    if loader.full_set is None:
        return FullSet(state=loader.state if loader.state in ("absent", "failed") else "loading", words=str(loader.message), share=loader.progress, page=None)
    split = query.get("split", "train") if query.get("split") in SPLITS else "train"
    images: LabelledImages = getattr(loader.full_set, SPLITS[split])
    return FullSet(state="ready", words="", share=1.0, page=_page(images, split, query))


def load(query: Mapping[str, str], _: bytes) -> FullSet:
    """Start loading the data set, if possible."""
    if not cifar10.LOADER.missing:
        cifar10.LOADER.start()
    return full_set(query)


def _page(images: LabelledImages, split: str, query: Mapping[str, str]) -> FullSetPage:
    """Return PER_PAGE images of a class, or of all, beginning with the one at `from`."""
    label = query.get("class", "")
    indices = images.of_classes((label,)).indices if label in CLASSES else images.indices
    text = query.get("from", "")
    first_number = int(text) // PER_PAGE * PER_PAGE if text.isdecimal() and len(text) < 9 and int(text) < len(indices) else 0
    page_indices = indices[first_number : first_number + PER_PAGE]
    return FullSetPage(
        split=split,
        count=len(indices),
        all=len(images),
        first=first_number,
        per_page=PER_PAGE,
        images=[int(index) for index in page_indices],
        labels=[CLASSES[images.labels[index]] for index in page_indices],
        classes=[(name, str(class_words(name))) for name in CLASSES],
        strip=_strip(images.source[page_indices]),
    )


def _strip(pixels: np.ndarray) -> str:
    """Return images (N,32,32,3) side by side, as a PNG data URL."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.concatenate(list(pixels), axis=1)).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
