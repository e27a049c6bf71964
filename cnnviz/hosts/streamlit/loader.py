"""Loader of the component's JavaScript, used by the component and, earlier, by the page's first line."""

import json

from cnnviz.words import DEFAULT, KEY, languages
from cnnviz.words.pseudo import PSEUDO

IN_THE_BROWSER = f"""
const known = {json.dumps(languages())}
const named = new URLSearchParams(location.search).get("{KEY}")
const wanted = navigator.languages.map((one) => one.split("-")[0].toLowerCase())
const lang = [...known, "{PSEUDO}"].includes(named) ? named : (wanted.find((one) => known.includes(one)) ?? "{DEFAULT}")
"""
"""The rule of `request_language` in JavaScript, for the browser, which requests the view's files before any script
has run here."""

LOADING = (
    IN_THE_BROWSER
    + """
const modules = import(new URL(`web/bundle.js?lang=${lang}`, document.baseURI).href)
"""
)
"""Import statement of the component. Browsers load a module once per URL."""

ICONS_LATER = """
const load = document.fonts.load.bind(document.fonts)
const later = (...asked) => new Promise((done) => setTimeout(() => done(load(...asked)), 5000))
document.fonts.load = (font, ...text) => (font.includes("Material Symbols") ? later : load)(font, ...text)
"""
"""Streamlit requests its icon font, 375 kB, at start, but only its dialog for a lost connection uses it. Delay that."""

SERVER = """
window.__streamlit = { BACKEND_BASE_URL: new URL("./", document.baseURI).href }
"""
"""Sets Streamlit's backend URL. Without it, Streamlit first tries below the page's own path, which yields two 404
responses."""

OWN_TYPEFACE = "<style>body [data-testid=stSkipToContent] { font-family: Inter, system-ui, sans-serif }</style>"
"""Style of Streamlit's only text on every page, so that the browser does not download Streamlit's typeface of 170
kB."""

EARLY = f"{OWN_TYPEFACE}<script>{{{SERVER}{ICONS_LATER}{LOADING}modules.catch(() => {{}})}}</script>"
"""HTML for the top of the page's body, which shows the view before Streamlit's scripts have loaded (streamlit.js)."""
