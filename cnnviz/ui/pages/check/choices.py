"""What can be chosen on the Check page: a mistake, and a third opinion."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.mistakes import MISTAKES, Mistake
from cnnviz.ui.pages.check import tensorflow
from cnnviz.ui.switches import Group, Switch
from cnnviz.words import message


def choices(chosen: Mistake | None, asked: Mapping[str, str]) -> tuple[Group, ...]:
    """Every mistake, and TensorFlow."""
    nothing, untouched = message("ui.check.choices.nothing"), message("ui.check.choices.untouched")
    mistakes = [Switch("mistake_none", nothing, untouched, chosen is None, {"mistake": ""})]
    for name, mistake in MISTAKES.items():
        words = message("ui.check.choices.mistake", sentence=mistake.sentence, source=mistake.source)
        mistakes.append(Switch(f"mistake_{name}", mistake.title, words, mistake == chosen, {"mistake": name}))
    on = tensorflow.asked_for(asked)
    label, words = message("ui.check.choices.tensorflow"), message("ui.check.choices.compare")
    third = Switch("tensorflow", label, words, on, {"tf": "" if on else "1"})
    return (
        Group(message("ui.check.choices.break_it"), tuple(mistakes)),
        Group(message("ui.check.choices.third_opinion"), (third,)),
    )
