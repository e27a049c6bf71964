"""Loading of the component's JavaScript by a page of Streamlit's: the same from its own frame and, earlier, from its first line."""

import json

from cnnviz.words import DEFAULT, KEY, languages
from cnnviz.words.pseudo import PSEUDO

IN_THE_BROWSER = f"""
const known = {json.dumps(languages())}
const named = new URLSearchParams(location.search).get("{KEY}")
const wanted = navigator.languages.map((one) => one.split("-")[0].toLowerCase())
const lang = [...known, "{PSEUDO}"].includes(named) ? named : (wanted.find((one) => known.includes(one)) ?? "{DEFAULT}")
"""
"""The rule of `of_request` for the browser, which asks for the view's files before any script has run here."""

LOADING = (
    IN_THE_BROWSER
    + """
const modules = import(new URL(`web/bundle.js?lang=${lang}`, document.baseURI).href)
"""
)
"""A module is loaded once, however often it is asked for by one address."""

EARLY = f"<script>{{{LOADING}modules.catch(() => {{}})}}</script>"
"""For the top of the page's body: its view is there before Streamlit's own scripts are (streamlit.js)."""
