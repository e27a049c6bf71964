"""Text that others wrote, for places where Streamlit reads Markdown."""

from __future__ import annotations

import re


def escape_markdown(text: object) -> str:
    r"""Markdown that shows a text as it stands: no link, formula or picture comes of what stands in an address or a file.

    A backslash does not keep Streamlit from turning what looks like an address into a link; a word joiner, which
    nobody sees, does.

    >>> escape_markdown("[a] www.x.y").replace("\u2060", "|")
    '\\[a\\] www|\\.x\\.y'
    """
    kept = re.sub(r"(?<=www)(?=\.)|(?=://)|(?=@)", "\u2060", str(text), flags=re.IGNORECASE)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", kept)
