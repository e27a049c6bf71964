"""Mount the component on Streamlit's page, and pass it the data of a training. Importing this module registers both
components."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.hosts.streamlit import visit
from cnnviz.hosts.streamlit.loader import LOADING
from cnnviz.pages.address import resolve_view
from cnnviz.pages.encoding import encode
from cnnviz.pages.version import code

_LOADER = LOADING + """
export default function (component) {
  let leave = () => {}
  modules.then((module) => { leave = module.default(component) })
  return () => leave()
}
"""


def _register(name: str, html: str) -> Callable[..., Any]:
    return st.components.v2.component(name, html=html, js=_LOADER, isolate_styles=False)


_component = _register("cnnviz", '<div class="cnnviz" style="visibility:hidden"></div>')
_training = _register("cnnviz_training", '<div class="training-told" hidden></div>')


def mount(page: str, *, listens: bool = False) -> None:
    """Mount the component on the page with that path.

    With `listens`, Streamlit is notified of changes of the setup, because another part of the page depends on it.
    """
    setup, errors = resolve_view(visit.current_query())
    header = {
        "page": page, "code": code(), "adopt": visit.last_adoption(), "stage": str(setup.stage), "wrong": errors,
        "listens": listens,
    }  # fmt: skip
    _component(key="component", data=encode(header, {}))


def mount_training(data: bytes) -> tuple[str | None, str | None]:
    """Pass a training and its form to the view. Return the button that was pressed and the image that was chosen, or
    None."""
    events = _training(key="training_told", data=data, on_act_change=lambda: None, on_choose_change=lambda: None)
    return events["act"], events["choose"]
