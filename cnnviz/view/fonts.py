"""The typefaces, so that the page looks alike on every machine and in every host: subsets of open families.

They stand in view/fonts with their licences: Inter for words and numbers, STIX Two Text for formulas, each with the letters
and signs that the page uses, and of DejaVu Sans the signs that these two lack. A test says which sign is in none.
fonttools' subsetter was given all characters of the catalogues and of the JavaScript,
with ASCII and the letters of Western Europe for Inter, and ASCII and the Greek of the formulas for STIX. The style sheet
carries them itself: no host has to serve or find another file.
"""

import base64
from pathlib import Path

FOLDER = Path(__file__).with_name("fonts")
_LATIN, _GREEK = "U+0000-036F, U+1E00-22FF", "U+0370-03FF"
_SIGNS = (
    "U+15D, U+302, U+3B3, U+3BC, U+1D40, U+2003, U+2009, U+2016, U+2022, U+202F, U+2152, U+2195, U+2197, U+21BA, U+2211, "
    "U+2217, U+221A, U+2237, U+2299, U+22EE, U+2318, U+2460-2469, U+25B2, U+25B6, U+25B8, U+25BC, U+25BE, U+25C0, U+25C9, U+25CC, U+25CF, U+2630, U+2684, U+2715, U+2C7C"
)
FACES = (
    ("inter", "Inter", "normal", "400 700", ""),
    ("stix-latin-normal", "STIX Two Text", "normal", "400", _LATIN),
    ("stix-latin-italic", "STIX Two Text", "italic", "400", _LATIN),
    ("stix-greek-normal", "STIX Two Text", "normal", "400", _GREEK),
    ("stix-greek-italic", "STIX Two Text", "italic", "400", _GREEK),
    ("signs", "STIX Two Text", "normal", "400", _SIGNS),
    ("signs", "Inter", "normal", "400 700", _SIGNS),
)
"""Of each file the family, style, weights and the characters that it is for; of those of one character the last goes first."""


def font_faces() -> str:
    """A rule of the style sheet for each file, with the file in it.

    >>> font_faces().count("@font-face"), "data:font/woff2;base64," in font_faces()
    (7, True)
    """
    return "\n".join(_face(*face) for face in FACES)


def _face(name: str, family: str, style: str, weight: str, characters: str) -> str:
    data = base64.b64encode((FOLDER / f"{name}.woff2").read_bytes()).decode()
    only = f"; unicode-range: {characters}" if characters else ""
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}{only}; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2") }}'
    )
