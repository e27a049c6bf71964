"""Switches: choices beside a board or a film, each a change of the address."""

from collections.abc import Mapping, Sequence

from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Message


def switch(key: str, label: Message | str, words: Message | str, on: bool, change: Mapping[str, str], more: Message | str = "") -> SwitchData:
    """One choice: what it says, whether it is on, and the change of the address that it makes."""
    return SwitchData(key=key, label=label, words=words, on=on, change=change, more=more)


def group(title: Message, options: Sequence[SwitchData]) -> SwitchGroup:
    """Choices under one title; its name in the style sheet, the same in every language, is the end of its title's id."""
    return SwitchGroup(name=title.id.rpartition(".")[2], title=title, options=options)
