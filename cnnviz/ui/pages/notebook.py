"""The Notebook page: the seed notebook's rule beside the exact one, and its theory."""

from __future__ import annotations

from cnnviz.ui import comparing, controls, dialogs, stage, theory

now = controls.current()
board = comparing.board(now.lesson, now.moment)
opened = stage.mount(stage.pack_board("notebook", now, board))
theory.show()
dialogs.show(opened, now, board.named_charts)
