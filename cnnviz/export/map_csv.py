"""One array as a table: a row a line, behind the indices of the row, every number to its last digit."""

from collections.abc import Sequence

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment
from cnnviz.export.arrays import named_arrays, shown


def stage_csv(lesson: Lesson, moment: Moment) -> str:
    """The array that the lesson's stage makes; of the update, its first parameter afterwards.

    >>> from cnnviz.core.trajectory import trajectory
    >>> stage_csv(Lesson(stage="L"), trajectory(Lesson(), np.zeros((32, 32)), 0)).split()[0]
    'L'
    """
    if lesson.stage == "update":
        name = lesson.network.parameters[0]
        return map_csv(name, moment.after[name])
    arrays = named_arrays(lesson, moment) | {"L": moment.losses[-1]}
    return map_csv(lesson.stage, arrays[lesson.stage])


def map_csv(name: str, array: np.ndarray) -> str:
    """An array of up to four axes, without those of a map's or a kernel's single channel (view/model/table.js).

    >>> print(map_csv("z", np.array([[0.1, 1e-05], [2.0, -3.0]])), end="")
    i,0,1
    0,0.1,1e-05
    1,2.0,-3.0
    >>> print(map_csv("b", np.array([0.5])), end="")
    i,b
    0,0.5
    """
    array = np.asarray(array, dtype=float)
    array = shown(array) if array.ndim > 2 else array
    columns: Sequence[str | int] = [name]
    letters, rows = ["i"][: array.ndim], array.reshape(-1, 1)
    if array.ndim > 1:
        letters, columns, rows = list("mci"[3 - array.ndim + 1 :]), range(array.shape[-1]), array.reshape(-1, array.shape[-1])
    places = np.ndindex(array.shape if array.ndim < 2 else array.shape[:-1])
    lines = [[*letters, *columns], *([*place, *map(repr, row)] for place, row in zip(places, rows.tolist(), strict=True))]
    return "".join(f"{','.join(map(str, line))}\n" for line in lines)
