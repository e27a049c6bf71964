"""The one custom component: linked maps, transport and controls, drawn in the browser.

It is handed every array of one update as bytes and computes no network math but the products that
it prints. The browser's address is the lesson: the component writes it, and the server answers
whatever address it is asked for. Register once, at import; the modules are served by `ROUTES`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.ui.reader import IN_THE_BROWSER

_LOADER = IN_THE_BROWSER + """
const modules = import(new URL(`web/bundle.js?lang=${lang}`, document.baseURI).href)
export default function (component) {
  let leave = () => {}
  modules.then((module) => { leave = module.default(component) })
  return () => leave()
}
"""


def _registered(name: str, html: str) -> Callable[..., Any]:
    return st.components.v2.component(name, html=html, js=_LOADER, isolate_styles=False)


_component = _registered("cnnviz", '<div class="cnnviz" style="visibility:hidden"></div>')
_report = _registered("cnnviz_training", '<div class="training"></div>')


def mount(data: bytes) -> str | None:
    """Puts the component on the page; gives the name of what the visitor asked to see large, if anything."""
    return _component(key="component", data=data, on_open_change=lambda: None)["open"]


def mount_report(data: bytes) -> str | None:
    """Puts a training's report on the page; gives which of its images was chosen, if one was."""
    return _report(key="training_report", data=data, on_choose_change=lambda: None)["choose"]
