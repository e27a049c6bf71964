"""How a page of Streamlit's loads the component's JavaScript: the same from its own frame and, earlier, from its first line."""

from __future__ import annotations

from cnnviz.ui.reader import IN_THE_BROWSER

LOADING = (
    IN_THE_BROWSER
    + """
const modules = import(new URL(`web/bundle.js?lang=${lang}`, document.baseURI).href)
"""
)
"""A module is loaded once, however often it is asked for by one address."""

EARLY = f"<script>{{{LOADING}modules.catch(() => {{}})}}</script>"
"""For the top of the page's body: its view is there before Streamlit's own scripts are (web/hosts/streamlit.js)."""
