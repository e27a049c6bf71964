"""An example of somebody's own gradients: this lesson's, with one slip that the stages after it inherit."""

import io
from collections.abc import Mapping

import numpy as np

from cnnviz.core.comparison.case import Case
from cnnviz.core.layers._activation import Activation
from cnnviz.core.mistake_model import Placed
from cnnviz.core.mistakes import mistakes_for


def example_of(case: Case) -> tuple[Placed, Mapping[str, np.ndarray]] | None:
    """A classic mistake in the first hidden activation, and the gradients that it leads to; None where there is none to be made.

    >>> from cnnviz.core.lesson import Lesson
    >>> from cnnviz.core.trajectory import trajectory
    >>> from cnnviz.export.own_report import case_of
    >>> mistake, gradients = example_of(case_of(Lesson(), trajectory(Lesson(), np.zeros((32, 32)), 0)))
    >>> mistake.address, sorted(gradients)
    ('sigmoid_prime_of_z@dz1', ['da1', 'db', 'df', 'do', 'dw', 'dz1', 'dz2'])
    """
    network = case.program.network
    hidden = [
        one
        for one in mistakes_for(network, case.optimizer)
        if one.place is not None and one.place < len(network.layers) - 1 and isinstance(network.layers[one.place], Activation)
    ]
    if not hidden:
        return None
    mistake = min(hidden, key=lambda one: one.place or 0)
    made = mistake.run(case.program, case.params, case.trace, case.y, case.optimizer, case.state)
    return mistake, {name: made[name] for name in made if name not in ("dx", "dv")}


def as_file(gradients: Mapping[str, np.ndarray]) -> bytes:
    """As np.savez writes them."""
    file = io.BytesIO()
    np.savez(file, **dict(gradients))  # type: ignore[arg-type]  # of its keywords only allow_pickle is no array
    return file.getvalue()
