"""The one custom component: linked maps, transport and controls, drawn in the browser.

It is handed every array of one update as bytes and computes no network math but the products that
it prints. The browser's address is the lesson: the component writes it, and the server answers
whatever address it is asked for. Register once, at import; the modules are served by `ROUTES`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.core.lesson import Lesson
from cnnviz.core.ops import pad_widths, saturated_share
from cnnviz.core.trajectory import Moment
from cnnviz.ui.explain import remarks
from cnnviz.ui.maps import arrays, focus, limits, totals

MOST_LOSSES = 200
"""Points in the small loss curve; more would not be seen."""

_LOADER = """
const modules = import(new URL("stage/stage.js", document.baseURI).href)
export default function (component) {
  let leave = () => {}
  modules.then((module) => { leave = module.default(component) })
  return () => leave()
}
"""

_component = st.components.v2.component(
    "cnnviz", html='<div class="cnnviz" style="visibility:hidden"></div>', js=_LOADER, isolate_styles=False
)


def mount(data: bytes, on_open) -> Mapping:
    """Puts the component on the page; `on_open` is called when the visitor asks for a dialog."""
    return _component(key="stage", data=data, on_open_change=on_open)


def pack(
    lesson: Lesson, moment: Moment, words: str, asked: Mapping[str, str], wrong: Mapping[str, str], **more
) -> bytes:
    """Everything the component shows, as bytes: a JSON header, then float64 arrays one after another.

    `words` name the image, `asked` is the query string that this answers, `wrong` the sentences by
    key. Layout: the header's length as little-endian uint32, the header padded with spaces so that
    the arrays start at a multiple of 8, the arrays.
    """
    values = arrays(lesson, moment)
    header = {
        "asked": dict(asked),
        "lesson": lesson.to_query(),
        "words": words,
        "wrong": dict(wrong),
        "remarks": remarks(lesson, moment),
        "loss": float(moment.losses[-1]),
        "saturated": saturated_share(moment.trace.a1),
        "geometry": {"stride": lesson.stride, "before": pad_widths(3, lesson.pad)[0], "k": 3},
        "limits": {symbol: limits(symbol, array, lesson.scale) for symbol, array in values.items()},
        "focus": focus(lesson, moment),
        "deviations": {},
        **more,
    }
    values |= totals(lesson, moment)
    values |= {"f_next": moment.after.f, "b_next": moment.after.b, "losses": thinned(moment.losses, MOST_LOSSES)}
    return _encode(header, values)


def thinned(values: np.ndarray, most: int) -> np.ndarray:
    """At most `most` of `values`, evenly spaced, first and last among them.

    >>> thinned(np.arange(5.0), 3)
    array([0., 2., 4.])
    """
    if len(values) <= most:
        return values
    return values[np.linspace(0, len(values) - 1, most).round().astype(int)]


def _encode(header: dict, arrays: dict[str, np.ndarray]) -> bytes:
    at, places = 0, {}
    for name, array in arrays.items():
        places[name] = [at, *array.shape]
        at += array.size
    text = json.dumps(header | {"arrays": places}).encode()
    text += b" " * (-(len(text) + 4) % 8)
    body = b"".join(np.ascontiguousarray(array, "<f8").tobytes() for array in arrays.values())
    return len(text).to_bytes(4, "little") + text + body
