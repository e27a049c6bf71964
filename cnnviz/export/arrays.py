"""Every array of one update by its symbol: as a file for NumPy, and as lines of text."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.trajectory import Moment

FORWARD = ("x", "f", "z1", "a1", "v", "w", "b", "z2", "o", "y", "L", "losses")
BACKWARD = ("do", "dz2", "dw", "db", "da1", "dz1", "df", "dx")
UPDATE = ("f", "w", "b")
"""What is printed, in reading order; the parameters of UPDATE are those that the update leaves."""

_MADE = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive: equal lessons give equal bytes."""


def named_arrays(lesson: Lesson, moment: Moment) -> dict[str, np.ndarray]:
    """Every array of this update by its symbol, in the shapes of the core."""
    homes = ((moment.trace, ("x", "z1", "a1", "v", "z2", "o")), (moment.params, UPDATE), (moment.gradients, BACKWARD))
    arrays = {name: getattr(home, name) for home, names in homes for name in names}
    return arrays | {"y": np.array(lesson.y), "losses": moment.losses}


def arrays_npz(lesson: Lesson, moment: Moment) -> bytes:
    """All arrays of this update as an .npz file, float64 and without pickle: `np.load(file)["z1"]`.

    >>> from cnnviz.core.trajectory import trajectory
    >>> x = np.zeros((32, 32))
    >>> file = arrays_npz(Lesson(k=2), trajectory(Lesson(), x, 2))
    >>> np.load(io.BytesIO(file), allow_pickle=False)["losses"].shape
    (3,)
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in named_arrays(lesson, moment).items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asarray(array, dtype=np.float64), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _MADE), member.getvalue(), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def describe(name: str, value: np.ndarray, whole: int = 9) -> str:
    """One line: arrays of up to `whole` numbers whole, larger ones as least, most and mean, to the last digit.

    >>> describe("o", np.array([0.5, 0.25]))
    'o       (2,)      [0.5, 0.25]'
    >>> describe("z1", np.arange(16.0).reshape(4, 4))
    'z1      (4, 4)    min 0.0  max 15.0  mean 7.5'
    """
    value = np.asarray(value, dtype=float) + 0.0  # no -0.0
    text = str(value.tolist())
    if value.size > whole:
        text = f"min {float(value.min())!r}  max {float(value.max())!r}  mean {float(value.mean())!r}"
    return f"{name:<7} {value.shape!s:<9} {text}"
