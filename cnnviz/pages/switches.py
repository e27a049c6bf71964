"""Switches: choices beside a board or a film, each a change of the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Group:
    """Choices under one title."""

    title: Message
    switches: tuple[Switch, ...]

    @property
    def name(self) -> str:
        """What the style sheet calls it, in every language: the end of its title's id."""
        return self.title.id.rpartition(".")[2]


def to_json(groups: Iterable[Group]) -> list[dict]:
    """As the component's switches want them."""
    return [{"name": group.name, "title": group.title, "options": [vars(switch) for switch in group.switches]} for group in groups]
