"""What the component's JavaScript knows of the core: written out as the module spec.js of the bundle.

Stages, links, colours and the options of each control are data in Python; this hands them over once,
cached by the browser, so that nothing is written twice.
"""

from __future__ import annotations

import dataclasses
import io
import json
from functools import cache

from PIL import Image as Pillow

from cnnviz import words
from cnnviz.core import lesson as bounds
from cnnviz.core.kernels import KERNELS
from cnnviz.core.network import WEIGHTS
from cnnviz.core.ops import PADDINGS, SATURATED
from cnnviz.core.stages import LINKS, PARTS, STAGES
from cnnviz.data.images import Image, bundled, find_image
from cnnviz.ui.boards import LINE_COLOURS
from cnnviz.ui.filming import CURVES
from cnnviz.ui.maps import MAPS, MOST_PRINTED, SCALES

PAGES = (("", "Step"), ("train", "Train"), ("check", "Check"), ("notebook", "Notebook"))
"""The pages by path and name, in the order of the navigation."""

EXTRA_KEYS = ("mistake", "tf", "n", "vs", "train")
"""A page's own keys in the address, beside the lesson's."""


@cache
def gallery() -> tuple[Image, ...]:
    """The images that can be chosen at a click: the bundled ones and the computed patterns."""
    return (*bundled(), *(find_image(f"pattern-{name}") for name in bounds.PATTERNS))


@cache
def spec() -> str:
    """The module as text: one exported constant a line."""
    constants = {
        "STAGES": [dataclasses.asdict(stage) for stage in STAGES],
        "PARTS": [dataclasses.asdict(part) for part in PARTS],
        "LINKS": LINKS,
        "MAPS": {symbol: {"words": entry.words, "scale": entry.scale} for symbol, entry in MAPS.items()},
        "FAMILIES": {symbol: entry.family for symbol, entry in MAPS.items()} | {"update": MAPS["f"].family},
        "SCALES": SCALES,
        "LINE_COLOURS": LINE_COLOURS,
        "MOST_PRINTED": MOST_PRINTED,
        "CURVES": [{"name": name, **dataclasses.asdict(curve)} for name, curve in CURVES.items()],
        "SATURATED": SATURATED,
        "KEYS": [field.name for field in dataclasses.fields(bounds.Lesson)],
        "EXTRA_KEYS": EXTRA_KEYS,
        "KERNELS": KERNELS,
        "CHANNELS": bounds.CHANNELS,
        "SCALE_NAMES": [["unit", "0 … 1"], ["raw", "0 … 255 raw"]],
        "PADDINGS": PADDINGS,
        "WEIGHTS": WEIGHTS,
        "RULES": list(bounds.RULES),
        "LIMITS": {"strides": list(range(1, bounds.MAX_STRIDE + 1)), "seeds": 1_000_000},
        "IMAGES": [{"id": image.id, "words": image.words} for image in gallery()],
        "PAGES": [{"path": path, "name": name} for path, name in PAGES],
        "LANG": words.DEFAULT,
        "WORDS": words.catalogue(),
    }
    return "\n".join(f"export const {name} = {json.dumps(value)}" for name, value in constants.items())


@cache
def sprite() -> bytes:
    """The gallery's images side by side in one PNG, for the thumbnails."""
    strip = Pillow.new("RGB", (32 * len(gallery()), 32))
    for place, image in enumerate(gallery()):
        strip.paste(Pillow.fromarray(image.pixels), (32 * place, 0))
    out = io.BytesIO()
    strip.save(out, "PNG", optimize=True)
    return out.getvalue()
