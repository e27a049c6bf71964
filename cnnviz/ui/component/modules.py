"""The view's JavaScript and style sheets as texts: one module and one sheet of all that a host needs."""

from __future__ import annotations

from pathlib import Path

from cnnviz.ui.component.bundle import bundle, style_sheet
from cnnviz.ui.component.fonts import font_faces
from cnnviz.ui.component.spec import spec
from cnnviz.words import reader

WEB_FOLDER = Path(__file__).parents[1] / "web"
ENTRY = "hosts/streamlit"
"""The module that knows Streamlit; everything else of the component's JavaScript hangs on it."""


def script(entry: str = ENTRY, ending: str = "export default {}") -> str:
    """The component's JavaScript as one module, what Python knows of the lesson among it, in the reader's language."""
    return bundle(entry, lambda name: spec(reader()) if name == "spec" else module(name), ending)


def module(name: str) -> str:
    """The text of one of the component's modules by its path, without ".js"."""
    return (WEB_FOLDER / f"{name}.js").read_text("utf-8")


def styles(without: frozenset[str] = frozenset()) -> str:
    """The component's style sheet as one file, the typefaces in it; `without` some of its parts."""

    def read(name: str) -> str:
        return "" if name.removesuffix(".css") in without else (WEB_FOLDER / "style" / name).read_text("utf-8")

    return font_faces() + "\n" + style_sheet("index.css", read)
