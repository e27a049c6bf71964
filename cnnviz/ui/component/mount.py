"""Puts the component on Streamlit's page. It registers once, when this is imported."""


from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from cnnviz.ui import address
from cnnviz.ui.component.answer import encode
from cnnviz.ui.version import code

_LOADER = """
const modules = import(new URL("web/bundle.js", document.baseURI).href)
export default function (component) {
  let leave = () => {}
  modules.then((module) => { leave = module.default(component) })
  return () => leave()
}
"""

_component = st.components.v2.component(
    "cnnviz", html='<div class="cnnviz" style="visibility:hidden"></div>', js=_LOADER, isolate_styles=False
)


def mount(page: str, *, listens: bool = False, private: Mapping[str, str] | None = None, answer: bytes = b"") -> str | None:
    """Puts the component on the page of that path; gives the name of what the visitor asked to see large, if anything.

    `listens` says that something else on the page wants to know of every other lesson. Addresses that hold what
    `private` does are nobody else's: they are answered here, by `answer`, and no resource.
    """
    lesson, wrong = address.looks(address.asked())
    head = {
        "page": page, "code": code(), "adopt": address.adopted(), "stage": str(lesson.stage), "wrong": wrong,
        "listens": listens, "private": private,
    }  # fmt: skip
    data = encode(head, {"answer": np.frombuffer(answer, np.uint8)} if answer else {})
    return _component(key="component", data=data, on_open_change=lambda: None)["open"]
