"""The Step page: one lesson, stage by stage, and its dialogs."""

from __future__ import annotations

import streamlit as st

from cnnviz.ui import controls, dialogs, stage

asked, lesson, image, moment, wrong = controls.current()
opened = stage.mount(
    stage.pack(lesson, moment, image.words, asked, wrong, page="", adopt=controls.adopted()), on_open=lambda: None
)["open"]
if opened:
    dialogs.show(opened, lesson, moment)
