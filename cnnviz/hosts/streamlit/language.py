"""Language of the visitor for whom Streamlit runs a script."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnnviz.words import DEFAULT, KEY, choose_language, set_reader_lookup


def script_language() -> str:
    """Return the language of the visitor for whom Streamlit runs this thread; the default in other threads."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return DEFAULT
    # Browsers may send another list of languages when they open a WebSocket than with other requests. The locale is what
    # JavaScript sees, as the view does.
    accepted = f"{st.context.locale or ''},{st.context.headers.get('Accept-Language', '')}"
    return choose_language(st.query_params.get(KEY, ""), accepted)


def follow_readers() -> None:
    """Make messages in Streamlit's script threads use the visitor's language from now on."""
    set_reader_lookup(script_language)
