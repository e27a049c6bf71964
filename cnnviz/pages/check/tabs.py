"""Tabs of the Check page: our gradients, a mistake made on purpose, and the user's gradients; and the list of
mistakes."""

from collections import Counter
from collections.abc import Mapping

from cnnviz.core.mistakes import MISTAKES, mistake_at, mistakes_for
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.pages.switches import group, switch
from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Problem, message, quote

TABS: dict[str, Mapping[str, str]] = {
    "ours": {"check": "", "mistake": ""},
    "break": {"check": "break", "mode": ""},
    "own": {"check": "own", "mistake": ""},
}
"""The change of the address that opens each tab; a mistake determines the mode."""


def tab_of(query: Mapping[str, str]) -> str:
    """Return the tab that an address opens; a link with a mistake opens "break".

    >>> tab_of({}), tab_of({"mistake": "sign_flipped"}), tab_of({"check": "break"})
    ('ours', 'break', 'break')
    """
    tab = query.get("check") or ("break" if query.get("mistake") else "ours")
    return tab if tab in TABS else "ours"


def tabs(current: str) -> tuple[SwitchData, ...]:
    """Return all tabs as switches; `current` is on."""
    return tuple(
        switch(f"tab_{tab}", message(f"ui.check.tabs.{tab}"), "", tab == current, change)
        for tab, change in TABS.items()
    )


def view_switches(setup: Setup, tab: str) -> tuple[SwitchGroup, ...]:
    """Return the switches for the shown image, if there are several, and for the mode, if the network depends on it.

    >>> [group["name"] for group in view_switches(Setup(net="conv1x3-drop50-dense2-mse"), "ours")], view_switches(Setup(), "ours")
    (['mode'], ())
    """
    groups = []
    if len(setup.images) > 1:
        images = [
            switch(f"image_{n}", str(n + 1), message("ui.images.shown", n=n + 1, name=name), n == setup.image, {"image": str(n) if n else ""})
            for n, name in enumerate(setup.images)
        ]
        groups.append(group(message("ui.check.views.image"), tuple(images)))
    program = setup.network.program(setup.x_shape)
    if tab != "break" and (program.buffers or program.draws):
        modes = [
            switch(f"mode_{name}", message(f"ui.check.views.{name}.label"), message(f"ui.check.views.{name}.words"), name == setup.mode, change)
            for name, change in (("train", {"mode": ""}), ("eval", {"mode": "eval"}))
        ]
        groups.append(group(message("ui.check.views.mode"), tuple(modes)))
    return tuple(groups)


def mistake_of(query: Mapping[str, str], setup: Setup) -> PlacedMistake | None:
    """Return the mistake and layer that the address names, or None if it names none that is possible in this setup."""
    try:
        return parse_mistake(name, setup) if (name := query.get("mistake", "")) else None
    except Problem:
        return None


def parse_mistake(name: str, setup: Setup) -> PlacedMistake:
    """Return the mistake with this name, at its layer. Raise Problem if it is impossible in this setup."""
    try:
        return mistake_at(name, setup.network, setup.opt, len(setup.images), setup.mode == "train")
    except Problem as why:  # the page lists all mistakes, so the message does not
        raise Problem("mistake.unlisted", name=quote(name.partition("@")[0])) if why.code == "mistake.unknown" else why from None


def mode_of(name: str) -> str:
    """Return the mode of the pass in which this mistake shows.

    >>> mode_of("batch_statistics@n1"), mode_of("sign_flipped")
    ('eval', 'train')
    """
    mistake = MISTAKES.get(name.partition("@")[0])
    return "eval" if mistake and mistake.after else "train"


def mistake_switches(setup: Setup, chosen: PlacedMistake | None) -> tuple[SwitchGroup, ...]:
    """Return a switch for every mistake that this setup allows, at each of its layers."""
    none_label, untouched_label = message("ui.check.choices.nothing"), message("ui.check.choices.untouched")
    mistakes = [switch("mistake_none", none_label, untouched_label, chosen is None, {"mistake": "", "check": "break"})]
    args = (setup.network, setup.opt, len(setup.images))
    listed_mistakes = [*mistakes_for(*args), *(mistake for mistake in mistakes_for(*args, training=False) if mistake.mistake.after)]
    counts = Counter(mistake.mistake.name for mistake in listed_mistakes)
    mistakes += [_mistake(mistake, mistake == chosen, counts[mistake.mistake.name] > 1) for mistake in listed_mistakes]
    return (group(message("ui.check.choices.break_it"), tuple(mistakes)),)


def _mistake(mistake: PlacedMistake, is_on: bool, several: bool) -> SwitchData:
    """Return the switch of a mistake, which names the affected stage if several layers allow it."""
    address = mistake.address if several else mistake.mistake.name
    return switch(f"mistake_{address}", mistake.title, mistake.sentence, is_on, {"mistake": address}, label(mistake.stage))
