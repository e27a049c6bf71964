"""The slips that a backward function is compared with: the core's classic mistakes, made over all images, and those of a batch."""

import importlib
import pkgutil
from collections.abc import Iterator

from cnnviz.judge.right_gradients import Right
from cnnviz.judge.slips.core_mistakes import slips_of_core
from cnnviz.judge.slips.table import Slip, entered

__all__ = ["Slip", "known_slips"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def known_slips(of: Right) -> Iterator[Slip]:
    """Every slip that can be made in this case.

    >>> import numpy as np
    >>> from cnnviz.judge.case import Case
    >>> from cnnviz.judge.right_gradients import right
    >>> case = Case("relu", {"x": np.array([[1.0, -2.0]]), "dout": np.array([[3.0, 4.0]])})
    >>> slip = next(known_slips(right(case)))
    >>> str(slip.title), slip.make().tolist(), slip.code({"x": "x", "dx": "dx", "dout": "dout", "out": "out"})
    ('ReLU′ forgotten in a hidden layer', [[3.0, 4.0]], ('dx = dout', 'dx = dout * (x > 0)'))
    """
    yield from slips_of_core(of)
    yield from entered(of)
