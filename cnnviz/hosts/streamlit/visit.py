"""The Streamlit session of a visit: its address, the last setup, and changes made by dialogs."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.core.setup.setup import Setup
from cnnviz.pages.address import resolve_setup

SETUP = "lesson"
"""Session key of the current setup."""

_ADOPTED = "adopted"


def current_query() -> dict[str, str]:
    """Return the query of the visitor's address, as known to Streamlit."""
    return st.query_params.to_dict()


def current_setup() -> Setup:
    """Return the setup of the visitor's address. Values of the previous setup replace invalid ones. Nothing is
    computed."""
    setup, *_ = resolve_setup(current_query(), "", st.session_state.get(SETUP) or Setup())
    st.session_state[SETUP] = setup
    return setup


def last_adoption() -> tuple[int, Mapping[str, str]]:
    """Return the number of setup changes by dialogs, and the last change."""
    adoption: tuple[int, Mapping[str, str]] = st.session_state.get(_ADOPTED, (0, {}))
    return adoption


def adopt(**change: object) -> None:
    """Pass a change of the setup, made in a dialog, to the component, which adds it to the address.

    `note` is a message about the change, which the page shows.
    """
    count, _ = last_adoption()
    st.session_state[_ADOPTED] = (count + 1, {name: str(value) for name, value in change.items()})
