"""What can be chosen on the Check page: a mistake, and a third opinion."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.mistakes import Mistake, mistakes_for, placed
from cnnviz.core.network import Network
from cnnviz.ui.pages.check import tensorflow
from cnnviz.ui.switches import Group, Switch
from cnnviz.words import Problem, message


def mistake_in(asked: Mapping[str, str], network: Network) -> Mistake | None:
    """The mistake that the address names, if it can be made in this network."""
    try:
        return placed(asked.get("mistake", ""), network).mistake
    except Problem:
        return None


def choices(network: Network, chosen: Mistake | None, asked: Mapping[str, str]) -> tuple[Group, ...]:
    """Every mistake that this network allows, and TensorFlow."""
    nothing, untouched = message("ui.check.choices.nothing"), message("ui.check.choices.untouched")
    mistakes = [Switch("mistake_none", nothing, untouched, chosen is None, {"mistake": ""})]
    for mistake in (place.mistake for place in mistakes_for(network)):
        name = mistake.name
        words = message("ui.check.choices.mistake", sentence=mistake.sentence, source=mistake.source)
        mistakes.append(Switch(f"mistake_{name}", mistake.title, words, mistake == chosen, {"mistake": name}))
    on = tensorflow.asked_for(asked)
    label, words = message("ui.check.choices.tensorflow"), message("ui.check.choices.compare")
    third = Switch("tensorflow", label, words, on, {"tf": "" if on else "1"})
    return (
        Group(message("ui.check.choices.break_it"), tuple(mistakes)),
        Group(message("ui.check.choices.third_opinion"), (third,)),
    )
