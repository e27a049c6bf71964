"""What Streamlit runs for every visitor: page config and navigation, nothing else. The other files here are its pages."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui.spec import PAGES

st.set_page_config(page_title="cnnviz", page_icon="▦", layout="wide", initial_sidebar_state="collapsed")
st.navigation(
    [st.Page(f"{name.lower()}.py", title=name, url_path=path, default=not path) for path, name in PAGES],
    position="hidden",
).run()
