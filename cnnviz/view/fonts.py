"""The fonts, embedded so that pages look alike on every machine and in every host: subsets of open font families.

They are in view/fonts with their licences: Inter for text and numbers, STIX Two Text for formulas, and DejaVu Sans for the
signs that these two lack. fonttools' subsetter kept all characters of the catalogues and the JavaScript, ASCII, the letters
of Western Europe for Inter, and the Greek letters of the formulas for STIX. A test lists characters that no font has. The
style sheet embeds the files, so that no host has to serve them.
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
"""File, family, style, weights and Unicode range. For a character in several ranges, the last face wins."""


def font_faces() -> str:
    """Return the @font-face rules, with the files embedded.

    >>> font_faces().count("@font-face"), "data:font/woff2;base64," in font_faces()
    (7, True)
    """
    return "\n".join(_face(*face) for face in FACES)


def _face(name: str, family: str, style: str, weight: str, characters: str) -> str:
    data = base64.b64encode((FOLDER / f"{name}.woff2").read_bytes()).decode()
    unicode_range = f"; unicode-range: {characters}" if characters else ""
    return (
        f'@font-face {{ font-family: "{family}"; font-style: {style}; font-weight: {weight}{unicode_range}; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2") }}'
    )
