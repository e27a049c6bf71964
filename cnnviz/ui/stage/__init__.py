"""The one custom component: linked maps, transport and controls, drawn in the browser.

It is handed every array of one update as bytes and computes no network math but the products that
it prints. The browser's address is the lesson: the component writes it, and the server answers
whatever address it is asked for. Register once, at import; the modules are served by `ROUTES`.
"""

from __future__ import annotations

import json

import numpy as np
import streamlit as st

from cnnviz.core.notebook import effects
from cnnviz.core.ops import pad_widths, saturated_share
from cnnviz.core.trajectory import Moment
from cnnviz.ui.boards import Board
from cnnviz.ui.controls import Now
from cnnviz.ui.explain import formulas, remarks
from cnnviz.ui.filming import DEFAULT_UPDATES, FilmPage
from cnnviz.ui.maps import arrays, focus, limits, totals

MOST_LOSSES = 200
"""Points in the small loss curve; more would not be seen."""

_LOADER = """
const modules = import(new URL("stage/bundle.js", document.baseURI).href)
export default function (component) {
  let leave = () => {}
  modules.then((module) => { leave = module.default(component) })
  return () => leave()
}
"""

_component = st.components.v2.component(
    "cnnviz", html='<div class="cnnviz" style="visibility:hidden"></div>', js=_LOADER, isolate_styles=False
)


def mount(data: bytes) -> str | None:
    """Puts the component on the page; gives the name of what the visitor asked to see large, if anything."""
    return _component(key="stage", data=data, on_open_change=lambda: None)["open"]


def pack_step(now: Now) -> bytes:
    """Everything that the Step page shows."""
    lesson, moment = now.lesson, now.moment
    values = arrays(lesson, moment)
    header = _header("", now) | {
        "geometry": {"stride": lesson.stride, "before": pad_widths(3, lesson.pad)[0], "k": 3},
        "formulas": formulas(lesson),
        "limits": {symbol: limits(symbol, array, lesson.scale) for symbol, array in values.items()},
    }
    values |= totals(lesson, moment) | {"b_next": moment.after.b}
    return _encode(header, values | _losses(moment))


def pack_board(page: str, now: Now, board: Board) -> bytes:
    """Everything that a page with a board shows."""
    header = _header(page, now) | {"board": board.to_json(now.moment.trace.z1.shape)}
    return _encode(header, board.arrays() | _losses(now.moment))


def pack_film(now: Now, run: FilmPage) -> bytes:
    """Everything that the Train page's film shows."""
    header = _header("train", now)
    if "n" in now.extras or run.n != DEFAULT_UPDATES:
        header["lesson"]["n"] = str(run.n)
    return _encode(header | {"film": run.to_json()}, run.arrays())


def _header(page: str, now: Now) -> dict:
    """What every page needs: the lesson that this answers, sentences, and the status line."""
    return {
        "page": page,
        "asked": dict(now.asked),
        "lesson": now.lesson.to_query() | now.extras,
        "words": now.image.words,
        "wrong": dict(now.wrong),
        "remarks": remarks(now.lesson, now.moment),
        "deviations": effects(now.lesson.deviations),
        "adopt": now.adopted,
        "loss": float(now.moment.losses[-1]),
        "saturated": saturated_share(now.moment.trace.a1),
        "focus": focus(now.lesson, now.moment),
    }


def _losses(moment: Moment) -> dict[str, np.ndarray]:
    return {"losses": thinned(moment.losses, MOST_LOSSES)}


def thinned(values: np.ndarray, most: int) -> np.ndarray:
    """At most `most` of `values`, evenly spaced, first and last among them.

    >>> thinned(np.arange(5.0), 3)
    array([0., 2., 4.])
    """
    if len(values) <= most:
        return values
    return values[np.linspace(0, len(values) - 1, most).round().astype(int)]


def _encode(header: dict, arrays: dict[str, np.ndarray]) -> bytes:
    """The header's length as little-endian uint32, the header as JSON, the arrays one after another.

    Each array starts at a multiple of 8, and so does the first: spaces after the JSON see to it. The
    header says of each its kind, where it starts after the header, and its shape.
    """
    at, places, body = 0, {}, []
    for name, array in arrays.items():
        data = np.ascontiguousarray(array, _KINDS.get(array.dtype.name, "<f8"))
        places[name] = [data.dtype.name, at, *data.shape]
        body += [data.tobytes(), bytes(-data.nbytes % 8)]
        at += data.nbytes + -data.nbytes % 8
    text = json.dumps(header | {"arrays": places}, allow_nan=False).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return b"".join([len(text).to_bytes(4, "little"), text, *body])


_KINDS = {"uint8": "u1", "float32": "<f4"}
"""What is sent as it is; all else goes as float64."""
