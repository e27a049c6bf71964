"""The Train page: many updates as a film and as curves, another start beside it."""

from __future__ import annotations

from cnnviz.ui import controls, dialogs, filming, stage

now = controls.current(("n", "vs"))
film = filming.film_page(now.lesson, now.moment.trace.x, now.asked)
opened = stage.mount(stage.pack_film(now, film))
dialogs.show(opened, now, film.named_charts())
