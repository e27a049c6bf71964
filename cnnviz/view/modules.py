"""The view's JavaScript and style sheets as texts: one module and one sheet of all that a host needs."""

from pathlib import Path

from cnnviz.view.bundle import bundle, style_sheet
from cnnviz.view.constants import spec
from cnnviz.view.fonts import font_faces
from cnnviz.words import reader

FOLDER = Path(__file__).parents[1]
"""The package: a page's, the audience's and a host's browser part stand beside their Python."""

CONSTANTS = "view/spec"
"""The module that Python writes (constants.py)."""

ENTRY = "hosts/streamlit/streamlit"
"""The module that knows Streamlit; everything else of the component's JavaScript hangs on it."""


def script(entry: str = ENTRY, ending: str = "export default {}", served: bool = True) -> str:
    """The component's JavaScript as one module, what Python knows of the setup among it, in the reader's language; `served` where a server is asked."""
    return bundle(entry, lambda name: spec(reader(), served=served) if name == CONSTANTS else module(name), ending)


def module(name: str) -> str:
    """The text of one of the component's modules by its path, without ".js"."""
    return (FOLDER / f"{name}.js").read_text("utf-8")


def styles(without: frozenset[str] = frozenset()) -> str:
    """The component's style sheet as one file, the typefaces in it; `without` some of its parts."""

    def read(name: str) -> str:
        path = FOLDER / name
        return "" if path.stem in without else path.read_text("utf-8")

    return font_faces() + "\n" + style_sheet("view/style/index.css", read)
