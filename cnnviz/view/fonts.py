"""The typefaces, so that the page looks alike on every machine and in every host: subsets of open families.

They stand in view/fonts with their licences: Inter for words and numbers, STIX Two Text for formulas, each with the letters
and signs that the page uses. fonttools' subsetter was given all characters of the catalogues and of the JavaScript,
with ASCII and the letters of Western Europe for Inter, and ASCII and the Greek of the formulas for STIX. The style sheet
carries them itself: no host has to serve or find another file.
"""

from __future__ import annotations

import base64
from pathlib import Path

FOLDER = Path(__file__).with_name("fonts")
_LATIN, _GREEK = "U+0000-036F, U+1E00-22FF", "U+0370-03FF"
FACES = {
    "inter": ("Inter", "normal", "400 700", ""),
    "stix-latin-normal": ("STIX Two Text", "normal", "400", _LATIN),
    "stix-latin-italic": ("STIX Two Text", "italic", "400", _LATIN),
    "stix-greek-normal": ("STIX Two Text", "normal", "400", _GREEK),
    "stix-greek-italic": ("STIX Two Text", "italic", "400", _GREEK),
}
"""Family, style, weights and the characters that a file is for, by its name."""


def font_faces() -> str:
    """A rule of the style sheet for each file, with the file in it.

    >>> font_faces().count("@font-face"), "data:font/woff2;base64," in font_faces()
    (5, True)
    """
    return "\n".join(_face(name, *face) for name, face in FACES.items())


def _face(name: str, family: str, style: str, weight: str, characters: str) -> str:
    data = base64.b64encode((FOLDER / f"{name}.woff2").read_bytes()).decode()
    only = f"; unicode-range: {characters}" if characters else ""
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}{only}; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2") }}'
    )
