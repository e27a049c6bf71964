"""The module spec.js: constants of the core for the browser.

Stages, colours and the options of each control are defined in Python. The browser caches the module.
"""

import dataclasses
import io
import json
import re
from collections.abc import Mapping
from functools import cache

from PIL import Image as Pillow

from cnnviz.core.mistakes import MISTAKES
from cnnviz.core.network.layers import LAYERS
from cnnviz.core.network.losses import LOSSES
from cnnviz.core.network.network import WEIGHTS
from cnnviz.core.network.notebook_ops import PADDINGS
from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.setup import setup_fields as bounds
from cnnviz.core.setup.image_ids import CLASSES, CLASSES_OF, PATTERNS, SIDES
from cnnviz.core.setup.kernels import KERNELS
from cnnviz.core.setup.page_state import PAGE_KEYS
from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.read_setup import FILTERS
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.setup.targets import DEFAULT_CLASSES
from cnnviz.core.training.loss_change import FAR
from cnnviz.data.channels import LUMA
from cnnviz.data.disabled_features import disabled_message
from cnnviz.data.images import Image, find_image, load_split
from cnnviz.data.installed import has_tensorflow
from cnnviz.data.uploads import MAX_BYTES
from cnnviz.decks import screen_address
from cnnviz.decks.deck_file import MOST_BYTES, MOST_SECONDS
from cnnviz.decks.library import library
from cnnviz.export.mathml import insert_formulas, mathml
from cnnviz.pages.charts import LINE_COLOURS
from cnnviz.pages.deck_screens import opening_deck
from cnnviz.pages.learn.script.handler import deck_data
from cnnviz.pages.map_settings import MOST_PRINTED, SCALES
from cnnviz.pages.registry import page_keys, pages
from cnnviz.pages.train.film.curves import CURVES
from cnnviz.pages.version import code
from cnnviz.words import DEFAULT, LocalizedText, catalogue, languages, say, use_language


@cache
def gallery() -> tuple[Image, ...]:
    """Return the images of the image panel: the bundled ones and the computed patterns."""
    return (*load_split("test"), *(find_image(f"pattern-{name}") for name in PATTERNS))


PYTHON_ONLY = ("export", "judge", "terminal")
"""Sections of messages that the browser never shows: in exported files, in `judge`, and in the terminal."""


def browser_messages(lang: str) -> dict[str, str | Mapping[str, str]]:
    """Return the messages of a language that the browser may show, which excludes the sections in PYTHON_ONLY.

    >>> "words.point" in browser_messages("en"), "export.html.noscript" in browser_messages("en")
    (True, False)
    """
    return {id: text for id, text in catalogue(lang).items() if id.split(".")[0] not in PYTHON_ONLY}


def formulas_in_messages(words: Mapping[str, str | Mapping[str, str]]) -> dict[str, str]:
    """Return the formulas in messages, LaTeX between dollar signs, as MathML.

    >>> found = formulas_in_messages(browser_messages("en"))
    >>> found["L"], found["<<L>>"] == mathml(Setup().network.program((32, 32)).formulas["L"])
    ('<math><mi>L</mi></math>', True)
    """
    forms = [form for text in words.values() for form in ([text] if isinstance(text, str) else text.values())]
    return {latex: mathml(insert_formulas(latex)) for form in forms for latex in re.findall(r"\$([^$]+)\$", form)}


def streamlit_messages(lang: str) -> dict[str, str]:
    """Return the message ids for Streamlit's own texts, by their English wording; {} for English.

    >>> streamlit_messages("en"), streamlit_messages("fr")["Connecting"]
    ({}, 'web.streamlit.connecting')
    """
    if lang == DEFAULT:
        return {}
    return {text: id for id, text in catalogue().items() if id.startswith("web.streamlit.") and isinstance(text, str)}


@cache
def spec(lang: str = DEFAULT, ids: frozenset[str] | None = None, served: bool = True) -> str:
    """Return the module's source in a language, one exported constant per line. Only messages in `ids` are included,
    if given.

    `served` is whether a server answers requests, and not Python in the browser.
    """
    words = {id: text for id, text in browser_messages(lang).items() if ids is None or id in ids}
    with use_language(lang):
        return "\n".join(f"export const {name} = {json.dumps(value)}" for name, value in _constants(lang, words, served).items())


def _constants(lang: str, words: Mapping[str, str | Mapping[str, str]], served: bool) -> dict[str, object]:
    return {
        "SCALES": SCALES,
        "CODE": code(),
        "LANG": lang,
        "LANGUAGES": [{"id": language, "name": say("words.name", language)} for language in languages()],
        "WORDS": words,
        "STREAMLITS": streamlit_messages(lang),
        "MATH": formulas_in_messages(words),
        "LINE_COLOURS": LINE_COLOURS,
        "MOST_PRINTED": MOST_PRINTED,
        "CURVES": [{"name": name, "title": str(curve.title), "log": curve.log} for name, curve in CURVES.items()],
        "FILTERS": FILTERS,
        "KEYS": [*(names := [field.name for field in dataclasses.fields(Setup)]), *sorted(SETUP_KEYS.difference(names))],
        "EXTRA_KEYS": page_keys(),
        "PAGE_KEYS": PAGE_KEYS,
        "KERNELS": KERNELS,
        "RAISED_FAR": FAR,
        "CHANNELS": bounds.CHANNELS,
        "LUMA": LUMA,
        "OPTIMIZERS": list(OPTIMIZERS),
        "ACTIVATIONS": [kind for kind, layer in LAYERS.items() if layer.letter == "a"],
        "POOLS": [kind for kind, layer in LAYERS.items() if layer.letter == "p" and layer.output_kind == "map"],
        "LOSSES": list(LOSSES),
        "PRESETS": [{"label": str(preset.label), "source": preset.source, "query": preset.query} for preset in PRESETS],
        "SCALE_NAMES": [[name, say(f"ui.pixels.{name}")] for name in ("unit", "raw")],
        "PADDINGS": PADDINGS,
        "WEIGHTS": WEIGHTS,
        "RULES": list(bounds.RULES),
        "LIMITS": {"strides": list(range(1, bounds.MAX_STRIDE + 1)), "seeds": 1_000_000, "bytes": MAX_BYTES, "script": MOST_BYTES, "seconds": MOST_SECONDS},
        "IMAGES": [{"id": image.id, "label": image.label or "", "words": image.words} for image in gallery()],
        "DEFAULT_CLASSES": DEFAULT_CLASSES,
        "CLASSES": {"": CLASSES, **{kind: CLASSES_OF[kind] for kind in SIDES}},
        "PAGES": [{"path": page.path, "name": page.name, "keys": screen_address.keys_of(page.path)} for page in pages()],
        "TENSORFLOW": served and has_tensorflow() and not disabled_message("tensorflow"),
        "LACKS_TENSORFLOW": served and not has_tensorflow() and not disabled_message("tensorflow"),
        "MISTAKES": list(MISTAKES),
        "STORY": [{name: str(value) if isinstance(value, LocalizedText) else value for name, value in screen.items()} for screen in deck_data(opening_deck())["screens"]],
        "LESSONS": [{"id": lesson.id, "title": str(lesson.title)} for lesson in library().lessons],
    }


@cache
def sprite() -> bytes:
    """Return a PNG with the images side by side, for the thumbnails."""
    strip = Pillow.new("RGB", (32 * len(gallery()), 32))
    for index, image in enumerate(gallery()):
        strip.paste(Pillow.fromarray(image.pixels), (32 * index, 0))
    buffer = io.BytesIO()
    strip.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
