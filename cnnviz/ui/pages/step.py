"""The Step page: one lesson, stage by stage, and its dialogs."""

from __future__ import annotations

from cnnviz.ui import controls, dialogs, stage

now = controls.current()
opened = stage.mount(stage.pack_step(now))
dialogs.show(opened, now)
