"""Labelled images, browsed by class."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SPLITS = {"train": 50_000, "test": 10_000}


@dataclass(frozen=True, eq=False)
class DataSet:
    """Images uint8 (50000,32,32,3) and (10000,32,32,3), labels uint8 (50000,) and (10000,), all read-only."""

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray

    def __post_init__(self):
        for field in fields(self):
            getattr(self, field.name).flags.writeable = False

    def images(self, split: str) -> np.ndarray:
        """The images of "train" or "test"; ValueError for another split."""
        return getattr(self, _checked("images", split, tuple(SPLITS)))

    def labels(self, split: str) -> np.ndarray:
        """The labels (0 to 9) of "train" or "test"; ValueError for another split."""
        return getattr(self, f"{_checked('labels', split, tuple(SPLITS))}_labels")

    def indices(self, split: str, label: str | None = None) -> np.ndarray:
        """Which images of a split are of class `label`, in order; of every class for None.

        >>> few = DataSet(np.zeros((3, 32, 32, 3)), np.array([3, 8, 3]), np.zeros((1, 32, 32, 3)), np.array([0]))
        >>> few.indices("train", "cat").tolist()
        [0, 2]
        """
        labels = self.labels(split)
        if label is None:
            return np.arange(len(labels))
        return np.flatnonzero(labels == CLASSES.index(_checked("indices", label, CLASSES)))


def _checked(operation: str, value: str, options: tuple[str, ...]) -> str:
    if value not in options:
        raise ValueError(f"{operation}: {value!r} is none of {', '.join(options)}")
    return value
