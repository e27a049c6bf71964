"""Switches of the Notebook page: rules, steps of the story, and each deviation with its line of code and effect."""

import dataclasses

import numpy as np

from cnnviz.core.network.stages import named
from cnnviz.core.notebook.notebook import DEVIATIONS, notebook_step
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.setup.setup import RULES, SETUP_KEYS, Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.pages.map_records import array_of
from cnnviz.pages.notebook.story import story
from cnnviz.pages.round_distinct import round_distinct
from cnnviz.pages.switches import group, switch
from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Message, message


def rules(setup: Setup) -> SwitchGroup:
    """Return the switches for the named rules."""
    found = (
        switch(f"rule_{name}", name, message("ui.notebook.choices.count", n=len(on)), setup.rule == name, {"rule": name} | fit(on))
        for name, on in RULES.items()
    )
    return group(message("ui.notebook.choices.rule"), tuple(found))


def steps(place: int) -> tuple[SwitchData, ...]:
    """Return the story's steps as switches that each set a setup; the one at `place` is on."""
    return tuple(
        switch(f"story_{n}", str(n), step.title, n == place, whole(step.setup.to_query()) | {"part": str(n), "call": ""}) for n, step in enumerate(story(), 1)
    )


def calls(place: int, now: int) -> tuple[SwitchData, ...]:
    """Return switches for the first two calls of the notebook's class; `now` is on."""
    step = story()[place - 1]
    return tuple(
        switch(f"call_{n}", message("ui.notebook.calls.label", n=n), message("ui.notebook.calls.words", n=n), n == now,
               whole(step.at_call(n).to_query()) | {"part": str(place), "call": str(n) if n > 1 else ""})
        for n in (1, 2)
    )  # fmt: skip


def repairs(setup: Setup, snapshot: Snapshot, about: tuple[str, str]) -> dict[str, object]:
    """Return one entry of f after a step with both deviations, without the first, without the second, and without
    both. Prefer an entry that one repair alone still moves."""
    kept = [setup.deviations - set(gone) for gone in ((), about[:1], about[1:], about)]
    before, after = snapshot.params.f, [_step(setup, snapshot, deviations).after.f for deviations in kept]
    moved = next((kernel for kernel in (after[2], after[1], after[0]) if (kernel != before).any()), before)
    place = tuple(int(at) for at in np.unravel_index(int((moved != before).argmax()), before.shape))
    return {
        "entry": f"f[{place[0]},{place[1]}]",
        "before": float(before[place]),
        "after": [float(kernel[place]) for kernel in after],
        "names": [DEVIATION_TABLE[name].title for name in about],
    }


def lead_back(setup: Setup) -> tuple[SwitchGroup, ...]:
    """Return the switch from another network to the notebook's, on this image."""
    channel = {"ch": "red"} if setup.ch == "rgb" else {}
    query = Setup().changed({"img": setup.img, "ch": setup.ch, "scale": setup.scale} | channel)[0].to_query()
    words = message("ui.notebook.choices.back.words", net=setup.net)
    back = switch("notebook_network", message("ui.notebook.choices.back.label"), words, False, whole(query))
    return (group(message("ui.notebook.choices.network"), (back,)),)


def whole(query: dict[str, str]) -> dict[str, str]:
    """Return a complete setup as a change of the address, which clears all other keys of a setup."""
    return dict.fromkeys(sorted(SETUP_KEYS - query.keys()), "") | query


def fit(deviations: frozenset[str]) -> dict[str, str]:
    """Return the change to stride 1 and no padding, which all deviations require."""
    return {"stride": "1", "pad": "valid"} if deviations else {}


def toggled(name: str, setup: Setup) -> dict[str, str]:
    """Return the change of the address that toggles a deviation."""
    chosen = setup.deviations ^ {name}
    return {"rule": ",".join(name for name in DEVIATIONS if name in chosen) or "exact"} | fit(chosen)


def fits(setup: Setup) -> bool:
    """Return whether the notebook's loops can run this setup."""
    return setup.stride == 1 and setup.pad in ("valid", 0)


def rows(setup: Setup, exact: Snapshot, snapshot: Snapshot, columns: tuple[str, ...]) -> list[dict[str, object]]:
    """Return each deviation: its switch, both lines of code, where it shows when toggled or when alone, and whether
    it matters."""
    return [_row(name, setup, exact, snapshot, columns) for name in DEVIATIONS]


def _row(name: str, setup: Setup, exact: Snapshot, snapshot: Snapshot, columns: tuple[str, ...]) -> dict[str, object]:
    entry, on = DEVIATION_TABLE[name], name in setup.deviations
    found: dict[str, object] = {
        "name": name, "label": entry.title, "on": on, "change": toggled(name, setup),
        "notebook": entry.notebook, "exact": entry.exact, "effect": entry.words,
    }  # fmt: skip
    if not fits(setup):
        return found | {"flipped": [], "alone": [], "matters": message("ui.notebook.alone.not_here"), "yes": False, "more": ""}
    flipped = _step(setup, snapshot, setup.deviations ^ {name})
    alone = _step(setup, exact, {name})
    changed = _differing(setup, snapshot, flipped, columns)
    return found | {
        "flipped": changed,
        "alone": _differing(setup, exact, alone, columns),
        "matters": _matters(on, changed, snapshot, flipped),
        "yes": "f_next" in changed,
        "more": _alone(name, setup, exact, alone, columns),
    }


def _step(setup: Setup, snapshot: Snapshot, deviations: frozenset[str] | set[str]) -> Snapshot:
    trace, gradients, after = notebook_step(snapshot.params, snapshot.trace.x, np.array(setup.y), setup.lr, deviations)
    return dataclasses.replace(snapshot, trace=trace, gradients=gradients, after=after)


def _differing(setup: Setup, one: Snapshot, other: Snapshot, columns: tuple[str, ...]) -> list[str]:
    return [symbol for symbol in columns if not np.array_equal(array_of(symbol, setup, one), array_of(symbol, setup, other))]


def _matters(on: bool, changed: list[str], now: Snapshot, flipped: Snapshot) -> Message:
    """Return the sentence on how toggling this switch affects the new kernel."""
    without = message(f"ui.notebook.matters.{'without' if on else 'with'}")
    if not changed:
        return message("ui.notebook.matters.nothing", without=without)
    if "f_next" not in changed:
        return message("ui.notebook.matters.not_f", without=without, first=named(changed[0]))
    stands = not (flipped.after.f != flipped.params.f).any()
    place = tuple(int(i) for i in np.unravel_index(np.abs(flipped.after.f - now.after.f).argmax(), now.after.f.shape))
    entry = f"f′[{place[0]},{place[1]}]"
    values = dict(zip(("now", "flipped"), round_distinct(now.after.f[place], flipped.after.f[place]), strict=True))
    return message(f"ui.notebook.matters.{'stands' if stands else 'moves'}", without=without, entry=entry, **values)


def _alone(name: str, setup: Setup, exact: Snapshot, alone: Snapshot, columns: tuple[str, ...]) -> Message:
    """Return the sentence on the first array that this deviation alone changes in the exact step."""
    changed = _differing(setup, exact, alone, columns)
    if not changed:
        return message("ui.notebook.alone.fresh" if name == "fresh_weights" else "ui.notebook.alone.nothing")
    return message("ui.notebook.alone.first", first=named(changed[0]))
