"""The inside of one run of a class's experiment: the kernel and the maps that it makes after its updates, and why it ends as it does."""

from cnnviz.core.film import film
from cnnviz.core.run_outcome import outcome
from cnnviz.hall.experiment import Experiment, image_of
from cnnviz.hall.question_view import plate_data
from cnnviz.pages import map_records
from cnnviz.pages.train.film.words import why
from cnnviz.scripts.scope import lesson_of, scope_of
from cnnviz.wire.hall import HallInside

SHOWN = ("f", "z1", "a1")


def inside_data(experiment: Experiment, run: int, lang: str) -> HallInside:
    """A run's maps, where its network begins with one filter, why it wins or fails, and the address where that is seen."""
    here = scope_of(lesson_of(experiment.query(run)))
    records = map_records.records(here.lesson, map_records.program_of(here.lesson, here.moment), here.moment)
    arrays = {name: array for name in SHOWN if (array := here.arrays.get(name)) is not None and array.ndim == 2}
    found = [plate_data(name, array, records.get(name), lang) for name, array in arrays.items()]
    end = outcome(here.lesson, film(here.lesson.start, image_of(here.lesson), experiment.updates, 2))
    return HallInside(
        run=run, value=experiment.value(run), plates=[plate for plate in found if plate],
        say=why(here.lesson, end).say(lang) if end else "", look=experiment.query(run, end.k, end.stage) if end else "", k=end.k if end else 0,
    )  # fmt: skip
