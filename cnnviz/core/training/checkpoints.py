"""Checkpoints of one network's training: stored under one name, stacked along the first axis of every array."""

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from cnnviz.core.network.named_arrays import Params
from cnnviz.core.network.stored_params import store_params, stored_params
from cnnviz.core.setup.filters import banks
from cnnviz.core.setup.setup import Setup

MOST = 100
"""Maximum number of checkpoints of one film."""
MAX_NAME_LENGTH = 24
"""Length at which a file name is cut for display."""
MOST_BYTES = 16_000_000
"""Maximum size of one film's checkpoints in bytes: a quarter of the store."""


def keep_checkpoints(params: Sequence[Params], files: Sequence[str] = ()) -> str:
    """Store parameters of equal shapes, in order, and the display names of their files. Return the name they are
    stored under."""
    return store_params({name: np.stack([params_of_file[name] for params_of_file in params]) for name in params[0]}, files=tuple(map(_display_name, files)))


def _display_name(file: str) -> str:
    """Return the end of a file name for display, without folder, suffix and characters that HTML interprets.

    >>> _display_name("runs/<b>epoch-10.npz")
    'b_epoch-10'
    """
    return re.sub(r"[^\w .+=-]+", "_", file.rpartition("/")[2].removesuffix(".npz"))[-MAX_NAME_LENGTH:].strip("_ ")


def from_checkpoint(setup: Setup, name: str, index: int) -> Setup:
    """Return the setup whose update 0 is a checkpoint: all parameters, filters and buffers come from there.

    >>> name = keep_checkpoints([Params(np.eye(3), np.ones((900, 2)), np.full(2, float(n))) for n in range(2)])
    >>> from_checkpoint(Setup(), name, 1).first_params().b
    array([1., 1.])
    """
    checkpoint = f"{name}.{index}"
    filters: dict[str, Any] = {bank.name if n else "f": checkpoint for n, bank in enumerate(banks(setup.network, setup.x_shape))}
    return dataclasses.replace(setup.continuation, w=checkpoint, **filters)


def checkpoints(setup: Setup, name: str) -> tuple[Setup, ...]:
    """Return a setup for each checkpoint stored under `name`. Raise NotStored if they are gone."""
    count = min((len(array) for array in stored_params(name).values() if array.ndim), default=0)
    return tuple(from_checkpoint(setup, name, index) for index in range(min(count, MOST)))
