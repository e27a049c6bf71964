"""The tabs of the Check page: our own gradients, a mistake that is made on purpose, and somebody's own."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.pages.switches import Switch
from cnnviz.words import message

TABS: dict[str, Mapping[str, str]] = {"ours": {"check": "", "mistake": ""}, "break": {"check": "break"}, "own": {"check": "own", "mistake": ""}}
"""Each tab, and the change of the address that opens it."""


def tab_of(asked: Mapping[str, str]) -> str:
    """The tab that an address opens: a link with a mistake in it opens that one.

    >>> tab_of({}), tab_of({"mistake": "sign_flipped"}), tab_of({"check": "break"})
    ('ours', 'break', 'break')
    """
    tab = asked.get("check") or ("break" if asked.get("mistake") else "ours")
    return tab if tab in TABS else "ours"


def tabs(now: str) -> tuple[Switch, ...]:
    """All of them, as switches, of which one is on."""
    return tuple(
        Switch(f"tab_{tab}", message(f"ui.check.tabs.{tab}.label"), message(f"ui.check.tabs.{tab}.words"), tab == now, change)
        for tab, change in TABS.items()
    )
