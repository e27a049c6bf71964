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

ICONS_LATER = """
const load = document.fonts.load.bind(document.fonts)
const later = (...asked) => new Promise((done) => setTimeout(() => done(load(...asked)), 5000))
document.fonts.load = (font, ...text) => (font.includes("Material Symbols") ? later : load)(font, ...text)
"""
"""Streamlit asks for its icons, 375 kB, as it starts: what it shows on a lost connection has them, and the setup has none."""

OWN_TYPEFACE = "<style>body [data-testid=stSkipToContent] { font-family: Inter, system-ui, sans-serif }</style>"
"""The one text of Streamlit's that is always there: in Streamlit's own typeface it would have a browser fetch that, 170 kB."""

EARLY = f"{OWN_TYPEFACE}<script>{{{ICONS_LATER}{LOADING}modules.catch(() => {{}})}}</script>"
"""For the top of the page's body: its view is there before Streamlit's own scripts are (streamlit.js)."""
