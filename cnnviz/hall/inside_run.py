"""The inside of one run of a class's experiment, after its updates: the kernel, the maps that it makes, and what its ReLU lets through."""

import numpy as np

from cnnviz.hall.experiment import Experiment
from cnnviz.hall.question_view import plate_data
from cnnviz.pages import map_records
from cnnviz.scripts.scene import Scene, lesson_of, scene
from cnnviz.wire.hall import HallInside
from cnnviz.words import say

SHOWN = ("f", "z1", "a1")


def inside_data(experiment: Experiment, run: int, lang: str) -> HallInside:
    """A run's maps, where its network begins with one filter, and a sentence about them."""
    here = scene(lesson_of(experiment.query(run)))
    records = map_records.records(here.lesson, map_records.program_of(here.lesson, here.moment), here.moment)
    arrays = {name: array for name in SHOWN if (array := here.arrays.get(name)) is not None and array.ndim == 2}
    found = [plate_data(name, array, records.get(name), lang) for name, array in arrays.items()]
    return HallInside(run=run, value=experiment.value(run), plates=[plate for plate in found if plate], say=_said(here, lang) if "a1" in arrays else "")


def _said(here: Scene, lang: str) -> str:
    """The number of cells that the first activation lets through, where that is a ReLU."""
    a, silent = here.arrays["a1"], here.lesson.network.layers[1].silent(here.arrays["a1"])
    if silent is None:
        return ""
    still = not np.any(here.arrays["df"])
    name = "ui.rooms.inside.closed" if not np.any(a) and still else "ui.rooms.inside.open"
    return say(name, lang, n=np.count_nonzero(a), count=a.size)
