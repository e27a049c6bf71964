"""The Train page: many updates on one image as a film, another start beside it; and a training on a data set."""

from __future__ import annotations

from cnnviz.ui import controls, data_set, dialogs, filming, stage

now = controls.current()
film = filming.film_page(now.lesson, now.moment.trace.x, now.asked)
opened = stage.mount(stage.pack_film(now, film))
data_set.show(now.lesson, now.asked.get("train", ""))
dialogs.show(opened, now, film.named_charts, film.n)
