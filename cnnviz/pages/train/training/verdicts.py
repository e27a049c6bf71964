"""The meaning of a training's numbers: why nothing more is learned, and what an accuracy is worth."""

from collections.abc import Sequence

from cnnviz.core.evaluation import guessed_share
from cnnviz.core.film_analysis import NEARLY_ALL
from cnnviz.core.training import Progress, Training
from cnnviz.words import Message, message

FEW = 10
"""Held-out images; of fewer, guessing may get all or none right."""


def stuck(reports: Sequence[Progress], settings: Training) -> Message | None:
    """Why nothing more is learned, if that is so."""
    first, now = reports[0], reports[-1]

    def said(what: str, cure: str = "rate") -> Message:
        return message(f"ui.train.training.stuck.{what}", update=now.step, cure=message(f"ui.train.training.stuck.{cure}"))

    if now.diverged:
        return said("diverged")
    if now.saturated >= NEARLY_ALL:
        return said("units", "pixels" if settings.scale == "raw" else "kernel" if first.saturated >= NEARLY_ALL else "rate")
    if now.silent >= NEARLY_ALL:
        return said("silent")
    if now.saturated_outputs >= NEARLY_ALL and now.accuracy < NEARLY_ALL:
        return said("outputs")
    return None


def beside_guessing(accuracy: float, images: int, classes: int = 2) -> Message:
    """The worth of an accuracy on so few images.

    >>> str(beside_guessing(0.5, 4))
    '4 images are too few to judge.'
    """
    if images < FEW:
        return message("ui.train.training.too_few", n=images)
    low, high = guessed_share(images, classes)
    verdict = "more" if accuracy > high else "less" if accuracy < low else "luck"
    return message(f"ui.train.training.guessing.{verdict}", chance=1 / classes, low=low, high=high)
