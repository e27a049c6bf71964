"""The tabs of the Notebook page: its story, an experiment with its switches, its architecture, and what it explains."""

import dataclasses
from collections.abc import Mapping

from cnnviz.core.setup.setup import Setup
from cnnviz.pages.notebook.story import story
from cnnviz.pages.switches import switch
from cnnviz.wire.parts import SwitchData
from cnnviz.words import message

TABS = ("story", "experiment", "architecture", "theory")
ELSEWHERE = ("experiment", "theory")
"""Those that another network than the notebook's has."""


def tab_of(setup: Setup, asked: Mapping[str, str]) -> str:
    """The tab that an address opens: what its key `part` names, a number being a step of the story.

    Without that key it is the story for its own setups and for the one that every page opens with, else the experiment.

    >>> tab_of(Setup(), {}), tab_of(Setup(seed=1), {}), tab_of(Setup(seed=1), {"part": "3"})
    ('story', 'experiment', 'story')
    """
    part = asked.get("part", "")
    if part in TABS:
        return part
    return "story" if place_in_story(setup, asked) or _untouched(setup) else "experiment"


def tab_elsewhere(asked: Mapping[str, str]) -> str:
    """The same with another network than the notebook's.

    >>> tab_elsewhere({"part": "theory"}), tab_elsewhere({"part": "3"})
    ('theory', 'experiment')
    """
    return asked["part"] if asked.get("part") in ELSEWHERE else "experiment"


def place_in_story(setup: Setup, asked: Mapping[str, str]) -> int:
    """The step of the story at which an address stands, 0 for none.

    >>> place_in_story(Setup(), {"part": "2"}), place_in_story(Setup(), {"part": "9"}), place_in_story(story()[3].setup, {})
    (2, 0, 4)
    """
    steps = story()
    if (part := asked.get("part", "")) in {str(n) for n in range(1, len(steps) + 1)}:
        return int(part)
    return next((n for n, step in enumerate(steps, 1) if not part and step.setup == setup), 0)


def call_of(asked: Mapping[str, str]) -> int:
    """The call of the notebook's class that an address shows.

    >>> call_of({}), call_of({"call": "2"}), call_of({"call": "9"})
    (1, 2, 1)
    """
    return 2 if asked.get("call") == "2" else 1


def tabs(now: str, names: tuple[str, ...] = TABS) -> tuple[SwitchData, ...]:
    """Those of these names, as switches, of which one is on."""
    return tuple(
        switch(f"tab_{tab}", message(f"ui.notebook.tabs.{tab}.label"), message(f"ui.notebook.tabs.{tab}.words"), tab == now, {"part": tab, "call": ""})
        for tab in names
    )


def _untouched(setup: Setup) -> bool:
    fresh = Setup()
    return dataclasses.replace(setup, k=fresh.k, stage=fresh.stage) == fresh
