"""The tabs of the Check page, our own gradients, a mistake that is made on purpose, and somebody's own; and the mistakes, each in any of its places."""

from collections import Counter
from collections.abc import Mapping

from cnnviz.core.mistakes import MISTAKES, mistakes_for, placed
from cnnviz.core.mistakes.mistake_model import PlacedMistake
from cnnviz.core.network.stages import label
from cnnviz.core.setup.setup import Setup
from cnnviz.pages.switches import group, switch
from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Message, Problem, message

TABS: dict[str, Mapping[str, str]] = {
    "ours": {"check": "", "mistake": ""},
    "break": {"check": "break", "mode": ""},
    "own": {"check": "own", "mistake": ""},
}
"""Each tab, and the change of the address that opens it; a mistake has a mode of its own."""


def tab_of(asked: Mapping[str, str]) -> str:
    """The tab that an address opens: a link with a mistake in it opens that one.

    >>> tab_of({}), tab_of({"mistake": "sign_flipped"}), tab_of({"check": "break"})
    ('ours', 'break', 'break')
    """
    tab = asked.get("check") or ("break" if asked.get("mistake") else "ours")
    return tab if tab in TABS else "ours"


def tabs(now: str) -> tuple[SwitchData, ...]:
    """All of them, as switches, of which one is on."""
    return tuple(
        switch(f"tab_{tab}", message(f"ui.check.tabs.{tab}.label"), message(f"ui.check.tabs.{tab}.words"), tab == now, change)
        for tab, change in TABS.items()
    )


def views(setup: Setup, tab: str) -> tuple[SwitchGroup, ...]:
    """Choices of the image that is shown, where there are several, and of our pass as one in training or in eval mode, where the network makes them differ.

    >>> [group["name"] for group in views(Setup(net="conv1x3-drop50-dense2-mse"), "ours")], views(Setup(), "ours")
    (['mode'], ())
    """
    found = []
    if len(setup.images) > 1:
        images = [
            switch(f"image_{n}", str(n + 1), message("ui.images.shown", n=n + 1, name=name), n == setup.image, {"image": str(n) if n else ""})
            for n, name in enumerate(setup.images)
        ]
        found.append(group(message("ui.check.views.image"), tuple(images)))
    program = setup.network.program(setup.x_shape)
    if tab != "break" and (program.buffers or program.draws):
        modes = [
            switch(f"mode_{name}", message(f"ui.check.views.{name}.label"), message(f"ui.check.views.{name}.words"), name == setup.mode, change)
            for name, change in (("train", {"mode": ""}), ("eval", {"mode": "eval"}))
        ]
        found.append(group(message("ui.check.views.mode"), tuple(modes)))
    return tuple(found)


def mistake_in(asked: Mapping[str, str], setup: Setup) -> tuple[PlacedMistake | None, Message | None]:
    """The mistake that the address names and the place where it is made, or why it cannot be made in this setup."""
    name = asked.get("mistake", "")
    try:
        return (placed(name, setup.network, setup.opt, len(setup.images), setup.mode == "train") if name else None), None
    except Problem as why:  # all that can be chosen stand below: they need not be named
        return None, message("mistake.unlisted", name=name.partition("@")[0]) if why.code == "mistake.unknown" else why.message


def mode_of(name: str) -> str:
    """The mode of the pass in which a mistake of this name shows.

    >>> mode_of("batch_statistics@n1"), mode_of("sign_flipped")
    ('eval', 'train')
    """
    mistake = MISTAKES.get(name.partition("@")[0])
    return "eval" if mistake and mistake.after else "train"


def choices(setup: Setup, chosen: PlacedMistake | None) -> tuple[SwitchGroup, ...]:
    """Every mistake that this setup allows, in each of its places."""
    nothing, untouched = message("ui.check.choices.nothing"), message("ui.check.choices.untouched")
    mistakes = [switch("mistake_none", nothing, untouched, chosen is None, {"mistake": "", "check": "break"})]
    of = (setup.network, setup.opt, len(setup.images))
    found = [*mistakes_for(*of), *(one for one in mistakes_for(*of, training=False) if one.mistake.after)]
    places = Counter(one.mistake.name for one in found)
    mistakes += [_mistake(one, one == chosen, places[one.mistake.name] > 1) for one in found]
    return (group(message("ui.check.choices.break_it"), tuple(mistakes)),)


def _mistake(one: PlacedMistake, on: bool, several: bool) -> SwitchData:
    """A mistake; where it can be made in several places, each is named by the stage that it spoils."""
    address = one.address if several else one.mistake.name
    return switch(f"mistake_{address}", one.title, one.sentence, on, {"mistake": address}, label(one.stage))
