"""The theory that the seed notebook explains, in its order, with what it leaves out or gets wrong."""

from __future__ import annotations

import streamlit as st

from cnnviz.core.deviations import DEVIATION_TABLE
from cnnviz.export.mathml import named
from cnnviz.words import say, text

SECTIONS = ("output_size", "convolution", "sigmoid", "bias", "loss", "chain_rule", "descent")
"""In the notebook's order; their texts are Markdown."""


def deviations() -> str:
    """The deviations, line by line, as Markdown."""
    return "\n".join(
        f"**{entry.title}.** {entry.words}\n```python\n{entry.notebook}\n{entry.exact}\n```"
        for entry in DEVIATION_TABLE.values()
    )


def show() -> None:
    """The sections, folded, below the board."""
    with st.container(key="below"):
        st.subheader(say("ui.notebook.theory.title"))
        for section in SECTIONS:
            with st.expander(say(f"ui.notebook.theory.{section}.title")):
                st.markdown(named(text(f"ui.notebook.theory.{section}.text")))
        with st.expander(say("ui.notebook.theory.deviations")):
            st.markdown(deviations())
