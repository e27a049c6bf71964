"""Choices on the Check page: a mistake, in any of its places."""

from collections import Counter
from collections.abc import Mapping

from cnnviz.core.lesson import Lesson
from cnnviz.core.mistake_model import Placed
from cnnviz.core.mistakes import MISTAKES, mistakes_for, placed
from cnnviz.core.stages import label
from cnnviz.pages.switches import group, switch
from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Message, Problem, message


def mistake_in(asked: Mapping[str, str], lesson: Lesson) -> tuple[Placed | None, Message | None]:
    """The mistake that the address names and the place where it is made, or why it cannot be made in this lesson."""
    name = asked.get("mistake", "")
    try:
        return (placed(name, lesson.network, lesson.opt, len(lesson.images), lesson.mode == "train") if name else None), None
    except Problem as why:  # all that can be chosen stand below: they need not be named
        return None, message("mistake.unlisted", name=name.partition("@")[0]) if why.code == "mistake.unknown" else why.message


def mode_of(name: str) -> str:
    """The mode of the pass in which a mistake of this name shows.

    >>> mode_of("batch_statistics@n1"), mode_of("sign_flipped")
    ('eval', 'train')
    """
    mistake = MISTAKES.get(name.partition("@")[0])
    return "eval" if mistake and mistake.after else "train"


def choices(lesson: Lesson, chosen: Placed | None) -> tuple[SwitchGroup, ...]:
    """Every mistake that this lesson allows, in each of its places."""
    nothing, untouched = message("ui.check.choices.nothing"), message("ui.check.choices.untouched")
    mistakes = [switch("mistake_none", nothing, untouched, chosen is None, {"mistake": "", "check": "break"})]
    of = (lesson.network, lesson.opt, len(lesson.images))
    found = [*mistakes_for(*of), *(one for one in mistakes_for(*of, training=False) if one.mistake.after)]
    places = Counter(one.mistake.name for one in found)
    mistakes += [_switch(one, one == chosen, places[one.mistake.name] > 1) for one in found]
    return (group(message("ui.check.choices.break_it"), tuple(mistakes)),)


def _switch(one: Placed, on: bool, several: bool) -> SwitchData:
    """A mistake; where it can be made in several places, each is named by the stage that it spoils."""
    address = one.address if several else one.mistake.name
    return switch(f"mistake_{address}", one.title, one.sentence, on, {"mistake": address}, label(one.stage))
