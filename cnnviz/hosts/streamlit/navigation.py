"""The script that Streamlit runs for every visitor: page config and navigation.

It must not be next to the folder `pages`, from which Streamlit would make its own navigation.
"""

from functools import partial

import numpy as np
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.core.runtime.lru_cache import owned_by
from cnnviz.hosts.streamlit.language import follow_readers
from cnnviz.hosts.streamlit.page import show
from cnnviz.hosts.streamlit.script_turns import SCRIPTS
from cnnviz.pages.registry import pages
from cnnviz.server.visitors import network_of

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#d9730d" d="M1 1h4v4h-4zM1 6h4v4h-4zM1 11h4v4h-4z"/>'
    '<path fill="#b9bfc8" d="M6 1h4v4h-4zM6 6h4v4h-4zM6 11h4v4h-4z"/><path fill="#2f86de" d="M11 1h4v4h-4zM11 6h4v4h-4zM11 11h4v4h-4z"/></svg>'
)
"""Icon of the browser tab: a kernel. Streamlit treats other strings as file names."""


def navigate() -> None:
    """Render the page for the request path when this session's turn comes."""
    follow_readers()
    context = get_script_run_ctx()
    visitor = network_of(st.context.ip_address or "")
    with SCRIPTS.turn(context.session_id if context else "", visitor), owned_by(visitor):
        _navigate()


def _navigate() -> None:
    st.set_page_config(page_icon=ICON, layout="wide", initial_sidebar_state="collapsed")
    page_list = [
        st.Page(partial(show, page), title=f"{page.name} · cnnviz", url_path=page.path, default=not page.path) for page in pages()
    ]
    with np.errstate(over="ignore", invalid="ignore"):  # a diverged run is shown
        st.navigation(page_list, position="hidden").run()


if __name__ == "__main__":
    navigate()
