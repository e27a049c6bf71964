"""A setup as a NumPy script or a Jupyter notebook, which are self-contained and print its numbers."""

import base64
import json
import textwrap
from collections.abc import Iterable
from typing import Any

import numpy as np

from cnnviz.core.explain.latex_to_text import translate_words
from cnnviz.core.setup.setup import Setup
from cnnviz.data.images import load_image
from cnnviz.export.animation import setup_picture
from cnnviz.export.code_network import Section
from cnnviz.export.code_sections import introduction, sections


def numpy_script(setup: Setup, pixels: np.ndarray) -> str:
    """Return this setup on the image `pixels` (H,W,3), uint8, as a script that needs only NumPy.

    It prints every array of update `setup.k` as `cnnviz.export.arrays.describe` does, with the same digits, since it runs
    the same operations in the same order. Raise ValueError if the pixels do not fit.

    >>> script = numpy_script(Setup(k=2), np.zeros((32, 32, 3), np.uint8))
    >>> "updates = 2" in script, "import cnnviz" in script
    (True, False)
    """
    return as_script(introduction(setup, pixels), sections(setup, pixels))


def as_script(introduction: str, sections: Iterable[Section]) -> str:
    """Return sections as one script: a docstring, then each section with its text as a comment."""
    parts = [f'"""{introduction}\n"""']
    for number, section in enumerate(sections, start=1):
        title = f"# {number}. {section.title}"
        words = textwrap.fill(section.words, 110, initial_indent="\n# ", subsequent_indent="# ") if section.words else ""
        parts.append(f"{title}{words}\n\n{section.code.strip()}")
    return "\n\n\n".join(parts) + "\n"


def jupyter_notebook(setup: Setup, pixels: np.ndarray) -> str:
    """Return the script as a notebook, nbformat 4.5 as JSON, with a cell of text and formulas before each code cell.

    >>> notebook = json.loads(jupyter_notebook(Setup(), np.zeros((32, 32, 3), np.uint8)))
    >>> notebook["nbformat"], {cell["cell_type"] for cell in notebook["cells"]} == {"markdown", "code"}
    (4, True)
    """
    picture = b"" if len(setup.images) > 1 else setup_picture(setup, load_image(pixels, setup.ch, setup.scale))
    return as_notebook(introduction(setup, pixels), sections(setup, pixels), picture)


def as_notebook(introduction: str, sections: Iterable[Section], picture: bytes = b"") -> str:
    """Return sections as a notebook, each with a cell of text and formulas and a code cell. `picture`, a PNG, is
    shown at the top."""
    title, *body = introduction.splitlines()
    texts: list[tuple[str, str]] = [("markdown", "\n".join([f"# {title}", *body]))]
    for section in sections:
        formulas = "\n\n".join(f"$${translate_words(formula)}$$" for formula in section.formulas)
        texts.append(("markdown", "\n\n".join(filter(None, (f"## {section.title}", section.words, formulas)))))
        texts.append(("code", section.code.strip()))
    cells = [_cell(number, kind, text) for number, (kind, text) in enumerate(texts)]
    if picture:
        cells[0]["source"] += ["\n", "\n", f"![{title}](attachment:lesson.png)"]
        cells[0]["attachments"] = {"lesson.png": {"image/png": base64.b64encode(picture).decode("ascii")}}
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
