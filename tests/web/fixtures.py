"""What the core says, as JSON files for the tests that run under node: a function a file."""

from __future__ import annotations

import base64
import itertools
import json
import random
from pathlib import Path
from urllib.parse import urlencode

import numpy as np

from cnnviz import Lesson, load_image, trajectory
from cnnviz.core.ops import output_size, pad_widths
from cnnviz.core.stages import LINKS, Geometry, sources
from cnnviz.data.images import find_image
from cnnviz.ui.controls import Now
from cnnviz.ui.maps import SCALES, arrays
from cnnviz.ui.spec import spec
from cnnviz.ui.stage import pack_step
from cnnviz.words import catalogue, plural, say, written

LESSONS = (
    Lesson(k=2),
    Lesson(k=1, stride=2, pad="same", f="random-3", ch="gray"),
    Lesson(k=3, pad="full", scale="raw", f="notebook"),
    Lesson(k=1, rule="procedural"),
    Lesson(k=1, stride=3, pad=1, y="0.25,0.75", w="zeros"),
)


def write(folder: Path) -> None:
    """Writes every file into `folder`."""
    (folder / "spec.mjs").write_text(spec(), encoding="utf-8")
    for make in (links, words, colours, addresses, moments):
        (folder / f"{make.__name__}.json").write_text(json.dumps(make()), encoding="utf-8")


def links() -> list[dict]:
    """For geometries of all kinds, the sources of every cell as the core has them."""
    found = []
    kinds = itertools.product(((5, 6, 3), (6, 5, 2), (4, 4, 1)), (1, 2, 3), ("valid", "same", "full", 1))
    for (height, width, k), stride, padding in kinds:
        places = output_size(height, k, stride, padding), output_size(width, k, stride, padding)
        geometry = Geometry((height, width), places, k, 3, stride, padding)
        cells = [
            {"map": map_, "cell": cell, "sources": {name: sorted(all_) for name, all_ in sources(map_, cell, geometry).items()}}
            for map_ in LINKS
            for cell in np.ndindex(geometry.shape(map_))
        ]
        names = {*LINKS, *(source for linked in LINKS.values() for source, _ in linked)}
        found.append(
            {
                "stride": stride,
                "before": pad_widths(k, padding)[0],
                "k": k,
                "shapes": {name: geometry.shape(name) for name in names},
                "cells": cells,
            }
        )
    return found


def words() -> dict:
    """Values as sentences have them, plural forms, and messages of every shape that the catalogue has."""
    draw = random.Random(0)
    numbers = [0, 1, -1, 2.5, 0.125, 0.375, 12.5, 1e16, 123456789012345680.0, 1e-5, 0.0001, -7.6e-10, 999999.5, 1 / 3, 1e300, 5e-324]
    numbers += [draw.uniform(-1, 1) * 10 ** draw.randint(-20, 20) for _ in range(200)]
    numbers += [draw.randint(-(10**9), 10**9) for _ in range(50)] + [n / 8 for n in range(-40, 40)]
    cases = [(value, form, written(value, form)) for value in numbers for form in ("", "1", "2", "3", "5", "plain", "%", "1%")]
    cases = [case for case in cases if abs(case[0]) < 1e15 or "%" not in case[1]]  # a share is no such number
    plurals = [(n, lang, plural(n, lang)) for n in (0, 1, -1, 1.5, 2, 5) for lang in ("en", "fr")]
    values = {"n": 1234, "id": "x", "value": 0.5}
    said = []
    for id_, text in catalogue().items():
        fields = {name: values.get(name, 3) for name in _fields(text)}
        for n in (1, 2) if not isinstance(text, str) else (1,):
            said.append((id_, fields | {"n": n}, say(id_, **(fields | {"n": n}))))
    nested = {"id": ["a", 2, {"id": "words.unknown", "values": {"id": "b"}}]}
    said.append(("words.unknown", nested, "There are no words for a, 2, There are no words for b.."))
    return {"written": cases, "plurals": plurals, "said": said}


def _fields(text: str | dict[str, str]) -> set[str]:
    from cnnviz.words import _FIELD

    texts = [text] if isinstance(text, str) else text.values()
    return {field[1] for each in texts for field in _FIELD.finditer(each)}


def colours() -> dict[str, list[list[int]]]:
    """Each scale at its ends and in between, by plain interpolation of its anchors."""
    found = {}
    for name, stops in SCALES.items():
        anchors = np.array([list(bytes.fromhex(stop[1:])) for stop in stops], float)
        at = np.linspace(0, len(anchors) - 1, 256)
        found[name] = np.stack([np.interp(at, np.arange(len(anchors)), c) for c in anchors.T], axis=-1).tolist()
    return found


def addresses() -> list[dict]:
    """Lessons and their query strings."""
    return [{"lesson": lesson.to_query(), "query": urlencode(lesson.to_query(), safe=",")} for lesson in LESSONS]


def moments() -> list[dict]:
    """What the Step page is sent for a lesson, and the core's arrays of it."""
    found = []
    for lesson in LESSONS:
        moment = trajectory(lesson, load_image(lesson.img, lesson.ch, lesson.scale), lesson.k)
        now = Now(lesson.to_query(), lesson, find_image(lesson.img), moment, {}, {}, (0, {}))
        values = {symbol: array.ravel().tolist() for symbol, array in arrays(lesson, moment).items()}
        found.append({"bytes": base64.b64encode(pack_step(now)).decode(), "arrays": values, "loss": float(moment.losses[-1])})
    return found
