"""Switches: choices beside a board or a film, each a change of the address."""

from collections.abc import Mapping
from dataclasses import dataclass

from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Message


@dataclass(frozen=True)
class Switch:
    """One choice: what it says, whether it is on, and the change of the address that it makes."""

    key: str
    label: Message | str
    words: Message | str
    on: bool
    change: Mapping[str, str]
    more: Message | str = ""

    @property
    def record(self) -> SwitchData:
        """As the component has it."""
        return SwitchData(key=self.key, label=self.label, words=self.words, on=self.on, change=self.change, more=self.more)


@dataclass(frozen=True)
class Group:
    """Choices under one title."""

    title: Message
    switches: tuple[Switch, ...]

    @property
    def name(self) -> str:
        """Its name in the style sheet, the same in every language: the end of its title's id."""
        return self.title.id.rpartition(".")[2]

    @property
    def record(self) -> SwitchGroup:
        """As the component has it."""
        return SwitchGroup(name=self.name, title=self.title, options=[switch.record for switch in self.switches])
