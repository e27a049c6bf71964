"""The Check page: our gradients, central differences and TensorFlow, entry by entry; and classic mistakes."""

from __future__ import annotations

from cnnviz.ui import checking, controls, dialogs, stage

now = controls.current()
board = checking.board(now.lesson, now.moment, now.asked)
opened = stage.mount(stage.pack_board("check", now, board))
dialogs.show(opened, now, board.named_charts)
checking.await_tensorflow(now.asked)
