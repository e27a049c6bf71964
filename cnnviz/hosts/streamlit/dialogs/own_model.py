"""Somebody's own model: pasted or as a file, shown layer by layer, and opened as a network. It is read, and never kept."""

from __future__ import annotations

from functools import partial

import streamlit as st

from cnnviz.core.image_ids import CLASSES
from cnnviz.core.lesson import LESSON_KEYS, Lesson
from cnnviz.hosts.streamlit.escape_markdown import escape_markdown
from cnnviz.hosts.streamlit.visit import adopt
from cnnviz.models.reading import Model, read_model
from cnnviz.models.rules import Taken
from cnnviz.words import say


def own_model(lesson: Lesson) -> None:
    """Opens the dialog."""
    st.dialog(say("ui.own_model.title"), width="large", on_dismiss="ignore")(partial(_dialog, lesson))()


def _dialog(lesson: Lesson) -> None:
    st.write(say("ui.own_model.what_happens"))
    text = st.text_area(say("ui.own_model.text"), key="own_model_text", height=160)
    file = st.file_uploader(say("ui.own_model.file"), key="own_model_file", type=["py", "txt", "json", "keras", "onnx"])
    content = file.getvalue() if file is not None else text
    if not content.strip():
        st.button(say("ui.own_model.read"), key="own_model_read")  # a text is taken when its field is left
        return
    try:
        model = read_model(content)
    except ValueError as error:
        st.error(escape_markdown(error))
        return
    _network(lesson, model)
    _layers(model)


def _network(lesson: Lesson, model: Model) -> None:
    """The network's text with a button, or why what was taken is none."""
    try:
        network = model.network
    except ValueError as error:
        st.error(escape_markdown(error))
        return
    st.code(str(network), language=None, wrap_lines=True)
    if st.button(say("ui.own_model.open"), key="own_model_open", type="primary"):
        _open(lesson, model)


def _layers(model: Model) -> None:
    """What each layer is here, a line each, and what is to be said of the whole."""
    lines = [_line(layer) for layer in model.layers] + [escape_markdown(note) for note in model.notes]
    st.markdown("\n".join(f"- {line}" for line in lines))


def _line(layer: Taken) -> str:
    words = "-".join(layer.words) or say("terminal.model.left_out" if layer.notes else "terminal.model.nothing")
    said = " ".join([f"{layer.text} → {words}.", *map(str, layer.notes)] if layer.notes else [f"{layer.text} → {words}"])
    return escape_markdown(said)


def _open(lesson: Lesson, model: Model) -> None:
    """Has the lesson take the network, and the channels that it reads."""
    ten = ",".join(CLASSES) if model.network.outputs == len(CLASSES) else ""
    channels = {"ch": "rgb" if model.channels == 3 else "red"} if model.channels else {}
    start, wrong = lesson.gone_on.changed({"net": model.net, "classes": ten} | channels)
    query = start.to_query()
    note = " ".join(map(str, wrong.values())) or say("ui.own_model.opened")
    adopt(**{name: query.get(name, "") for name in LESSON_KEYS}, note=note)
    st.rerun()
