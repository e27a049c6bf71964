"""Mistakes that explain a wrong backward function: the core's catalogue applied to all images, and mistakes that need a
batch."""

import importlib
import pkgutil
from collections.abc import Iterator

from cnnviz.judge.mistakes.core_mistakes import mistakes_of_core
from cnnviz.judge.mistakes.table import Mistake, possible_mistakes
from cnnviz.judge.right_gradients import CorrectResult

__all__ = ["Mistake", "known_mistakes"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def known_mistakes(correct: CorrectResult) -> Iterator[Mistake]:
    """Yield every mistake that is possible in this case.

    >>> import numpy as np
    >>> from cnnviz.judge.case import Case
    >>> from cnnviz.judge.right_gradients import right
    >>> case = Case("relu", {"x": np.array([[1.0, -2.0]]), "dout": np.array([[3.0, 4.0]])})
    >>> mistake = next(known_mistakes(right(case)))
    >>> str(mistake.title), mistake.make().tolist(), mistake.code({"x": "x", "dx": "dx", "dout": "dout", "out": "out"})
    ('ReLU′ forgotten in a hidden layer', [[3.0, 4.0]], ('dx = dout', 'dx = dout * (x > 0)'))
    """
    yield from mistakes_of_core(correct)
    yield from possible_mistakes(correct)
