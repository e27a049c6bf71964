"""The tabs of the Notebook page: story, experiment, architecture and theory."""

import dataclasses
from collections.abc import Mapping

from cnnviz.core.setup.setup import Setup
from cnnviz.pages.notebook.story import story
from cnnviz.pages.switches import switch
from cnnviz.wire.parts import SwitchData
from cnnviz.words import message

TABS = ("story", "experiment", "architecture", "theory")
ELSEWHERE = ("experiment", "theory")
"""Tabs of networks other than the notebook's."""


def tab_of(setup: Setup, query: Mapping[str, str]) -> str:
    """Return the tab that an address opens: the one that its key `part` names, or "story" if that is the number of a
    step.

    Without `part`, return "story" for the story's setups and for the default setup, else "experiment".

    >>> tab_of(Setup(), {}), tab_of(Setup(seed=1), {}), tab_of(Setup(seed=1), {"part": "3"})
    ('story', 'experiment', 'story')
    """
    part = query.get("part", "")
    if part in TABS:
        return part
    return "story" if story_step(setup, query) or _untouched(setup) else "experiment"


def other_network_tab(query: Mapping[str, str]) -> str:
    """Return the tab that an address opens with another network than the notebook's.

    >>> other_network_tab({"part": "theory"}), other_network_tab({"part": "3"})
    ('theory', 'experiment')
    """
    return query["part"] if query.get("part") in ELSEWHERE else "experiment"


def story_step(setup: Setup, query: Mapping[str, str]) -> int:
    """Return the number of the story's step that an address shows, or 0.

    >>> story_step(Setup(), {"part": "2"}), story_step(Setup(), {"part": "9"}), story_step(story()[3].setup, {})
    (2, 0, 4)
    """
    steps = story()
    if (part := query.get("part", "")) in {str(n) for n in range(1, len(steps) + 1)}:
        return int(part)
    return next((n for n, step in enumerate(steps, 1) if not part and step.setup == setup), 0)


def call_of(query: Mapping[str, str]) -> int:
    """Return the call of the notebook's class that an address shows.

    >>> call_of({}), call_of({"call": "2"}), call_of({"call": "9"})
    (1, 2, 1)
    """
    return 2 if query.get("call") == "2" else 1


def tabs(current: str, names: tuple[str, ...] = TABS) -> tuple[SwitchData, ...]:
    """Return tabs as switches; `current` is on."""
    return tuple(
        switch(f"tab_{tab}", message(f"ui.notebook.tabs.{tab}"), "", tab == current, {"part": tab, "call": ""})
        for tab in names
    )


def _untouched(setup: Setup) -> bool:
    fresh = Setup()
    return dataclasses.replace(setup, k=fresh.k, stage=fresh.stage) == fresh
