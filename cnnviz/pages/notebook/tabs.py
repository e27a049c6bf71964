"""The tabs of the Notebook page: story, experiment and architecture; and the step of the story that an address shows."""

import dataclasses
from collections.abc import Mapping

from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import integer_parser
from cnnviz.pages.notebook.story import story
from cnnviz.pages.switches import switch
from cnnviz.wire.parts import SwitchData
from cnnviz.words import Problem, message

TABS = ("story", "experiment", "architecture")
CALLS = ("1", "2")
"""Calls of the notebook's class, as in the address."""
ELSEWHERE = ("story", "experiment")
"""Tabs of networks other than the notebook's."""


def tab_of(setup: Setup, query: Mapping[str, str]) -> str:
    """Return the tab that an address opens: the one that its key `part` names, or "story" if that is the number of a
    step, or "theory" as in old links.

    Without `part`, return "story" for the story's setups and for the default setup, else "experiment".

    >>> tab_of(Setup(), {}), tab_of(Setup(seed=1), {}), tab_of(Setup(seed=1), {"part": "3"})
    ('story', 'experiment', 'story')
    """
    part = query.get("part", "")
    if part in TABS:
        return part
    return "story" if part == "theory" or place_of(setup, query)[0] or _is_default(setup) else "experiment"


def parse_part(text: str) -> str:
    """Return `text` if it is a value of the key `part`, else raise Problem."""
    if text in (*TABS, "theory"):
        return text
    try:
        return str(integer_parser(1, len(story()))(text))
    except Problem as why:
        raise Problem("lesson.why.either", options=TABS, why=why) from None


def other_network_tab(query: Mapping[str, str]) -> str:
    """Return the tab that an address opens with another network than the notebook's.

    >>> other_network_tab({}), other_network_tab({"part": "experiment"})
    ('story', 'experiment')
    """
    return "experiment" if query.get("part") in ("experiment", "architecture") else "story"


def story_step(query: Mapping[str, str]) -> int:
    """Return the number of the story's step that an address names, or 0.

    >>> story_step({"part": "2"}), story_step({"part": "9"})
    (2, 0)
    """
    part = query.get("part", "")
    return int(part) if part in {str(n) for n in range(1, len(story()) + 1)} else 0


def place_of(setup: Setup, query: Mapping[str, str]) -> tuple[int, int]:
    """Return the step of the story that an address shows, and the call of the notebook's class, both from 1.

    The step is 0 before the first one. The call is 0 if the setup is not the one that the step is about.

    >>> place_of(story()[3].setup, {}), place_of(story()[2].at_call(2), {"part": "3"}), place_of(Setup(), {"part": "3"})
    ((4, 1), (3, 2), (3, 0))
    """
    number = story_step(query)
    if not number:
        number = next((n for n, step in enumerate(story(), 1) if not query.get("part") and step.setup == setup), 0)
        return number, 1
    step = story()[number - 1]
    is_step = setup.start == step.setup.start
    return number, next((call for call in step.calls if is_step and setup.k == step.at_call(call).k), 0)


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


def _is_default(setup: Setup) -> bool:
    default_setup = Setup()
    return dataclasses.replace(setup, k=default_setup.k, stage=default_setup.stage) == default_setup
