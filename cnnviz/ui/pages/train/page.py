"""Many updates on one image as a film, another start beside it; and a training on a data set."""

from __future__ import annotations

from cnnviz.ui import address, component, dialogs
from cnnviz.ui.pages.train import film, training


def show() -> None:
    """The page from top to bottom."""
    now = address.current()
    shown = film.film_page(now.lesson, now.moment.trace.x, now.asked)
    opened = component.mount(film.answer(now, shown))
    training.show(now.lesson, now.asked.get("train", ""))
    dialogs.show(opened, now, shown.named_charts, shown.n)
