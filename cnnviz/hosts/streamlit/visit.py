"""One visit, as Streamlit's session knows it: the visitor's address, the last setup, and changes of it that a dialog made."""

from collections.abc import Mapping

import streamlit as st

from cnnviz.core.setup.setup import Setup
from cnnviz.pages.address import resolve_setup

SETUP = "lesson"
"""The session's key of the setup that is shown."""

_ADOPTED = "adopted"


def asked() -> dict[str, str]:
    """The visitor's address, as far as Streamlit was told of it."""
    return st.query_params.to_dict()


def current_setup() -> Setup:
    """The setup of the visitor's address, with the last one in place of what cannot be used; nothing is computed for it."""
    setup, *_ = resolve_setup(asked(), "", st.session_state.get(SETUP) or Setup())
    st.session_state[SETUP] = setup
    return setup


def adopted() -> tuple[int, Mapping[str, str]]:
    """The number of changes of the setup by dialogs, and the last of them."""
    last: tuple[int, Mapping[str, str]] = st.session_state.get(_ADOPTED, (0, {}))
    return last


def adopt(**change: object) -> None:
    """Hands a change of the setup, made in a dialog, to the component, which makes it part of the address.

    A `note` among it says what came of it, to be read on the page.
    """
    count, _ = adopted()
    st.session_state[_ADOPTED] = (count + 1, {name: str(value) for name, value in change.items()})
