"""The pseudo-language: English with accents, 40 % longer, and in brackets.

It reveals text that would not fit in a longer language, truncated text, and text outside the catalogue. `lang=en-XA`,
Unicode's name for such a language, selects it; no menu offers it.
"""

import re
from collections.abc import Mapping

PSEUDO = "en-XA"
_ACCENTS = str.maketrans("aceinosuyACEINOSUY", "áçéíñöšûýÁÇÉÎÑÖŠÛÝ")
_VERBATIM = re.compile(r"(\{[^{}]*\}|`[^`]*`|\$[^$]*\$|<[^<>]*>|https?://\S+|\]\([^)]*\))")
_UNCHANGED = ("words.", "web.signs.")
"""Sections without sentences: formats of numbers, and signs."""


def pseudo_catalogue(english: Mapping[str, str | Mapping[str, str]]) -> dict[str, str | Mapping[str, str]]:
    """Return all messages in the pseudo-language; fields, code, formulas and tags stay unchanged.

    >>> pseudo_catalogue({"a": "Saved {n} kB."})["a"]
    '[Šávéd {n} kB. ~~~~]'
    """
    return {id: text if id.startswith(_UNCHANGED) else _pseudo_message(text) for id, text in english.items()}


def _pseudo_message(text: str | Mapping[str, str]) -> str | Mapping[str, str]:
    if not isinstance(text, str):
        return {form: _pseudo_text(plural_text) for form, plural_text in text.items()}
    return _pseudo_text(text)


def _pseudo_text(text: str) -> str:
    if not re.search("[A-Za-z]{2}", _VERBATIM.sub("", text)):
        return text  # a sign
    parts = _VERBATIM.split(text)
    letters = sum(len(part) for part in parts[::2])
    accented = "".join(part if i % 2 else part.translate(_ACCENTS) for i, part in enumerate(parts))
    longer = " ".join(["~~~~"] * (2 * letters // 25)) or "~" * max(1, 2 * letters // 5)
    return f"[{accented} {longer}]"
