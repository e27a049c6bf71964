"""Switches of a chain or a recording. Each is a change of the address."""

from collections.abc import Mapping, Sequence

from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Message


def switch(key: str, label: Message | str, words: Message | str, on: bool, change: Mapping[str, str], more: Message | str = "") -> SwitchData:
    """Return one choice: its label, whether it is on, and the change of the address that it makes."""
    return SwitchData(key=key, label=label, words=words, on=on, change=change, more=more)


def group(title: Message, options: Sequence[SwitchData]) -> SwitchGroup:
    """Return choices under one title. The group's name in the style sheet is the end of the title's id, the same in
    every language."""
    return SwitchGroup(name=title.id.rpartition(".")[2], title=title, options=options)
