"""Switches of the Notebook page: rules, steps of the story, and each deviation with its line of code and effect."""

import dataclasses

import numpy as np

from cnnviz.core.network.stages import display_name
from cnnviz.core.notebook.notebook import CAUSES, DEVIATIONS, notebook_step
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.setup.setup import RULES, SETUP_KEYS, Setup
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.pages.map_records import array_of
from cnnviz.pages.notebook.story import story
from cnnviz.pages.round_distinct import round_distinct
from cnnviz.pages.switches import group, switch
from cnnviz.wire.notebook import CauseData, RepairsData
from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import Message, message


def rules(setup: Setup) -> SwitchGroup:
    """Return the switches for the named rules."""
    switches = (
        switch(
            f"rule_{name}", message(f"ui.notebook.choices.{name.replace('-', '_')}"), message("ui.notebook.choices.count", n=len(deviations)),
            setup.rule == name, {"rule": name} | required_change(deviations),
        )
        for name, deviations in RULES.items()
    )  # fmt: skip
    return group(message("ui.notebook.choices.rule"), tuple(switches))


def steps(current: int) -> tuple[SwitchData, ...]:
    """Return the story's steps as switches that each set a setup; the one at `current` is on."""
    return tuple(
        switch(f"story_{n}", str(n), step.title, n == current, complete_change(step.setup.to_query()) | {"part": str(n), "call": ""}) for n, step in enumerate(story(), 1)
    )


def calls(step_number: int, current: int) -> tuple[SwitchData, ...]:
    """Return switches for the calls of the notebook's class that a step shows; `current` is on."""
    step = story()[step_number - 1]
    return tuple(
        switch(f"call_{n}", message("ui.notebook.call", n=n), "", n == current,
               complete_change(step.at_call(n).to_query()) | {"part": str(step_number), "call": str(n) if n > 1 else ""})
        for n in step.calls
    )  # fmt: skip


def repairs(setup: Setup, snapshot: Snapshot, about: tuple[str, str]) -> RepairsData:
    """Return one entry of f after a step with both deviations, without the first, without the second, and without
    both. Prefer an entry that one repair alone still moves."""
    sets = [setup.deviations - set(repaired) for repaired in ((), about[:1], about[1:], about)]
    kernel_before, kernels_after = snapshot.params.f, [_step(setup, snapshot, deviations).after.f for deviations in sets]
    moving_kernel = next((kernel for kernel in (kernels_after[2], kernels_after[1], kernels_after[0]) if (kernel != kernel_before).any()), kernel_before)
    index = tuple(int(i) for i in np.unravel_index(int((moving_kernel != kernel_before).argmax()), kernel_before.shape))
    return RepairsData(
        entry=f"f[{index[0]},{index[1]}]",
        before=float(kernel_before[index]),
        after=[float(kernel[index]) for kernel in kernels_after],
        causes=[cause_of(name) for name in about],
    )


def cause_of(name: str) -> CauseData:
    """Return a deviation's number on the screen, and its title."""
    return CauseData(number=CAUSES.index(name) + 1, title=DEVIATION_TABLE[name].title)


def switch_back(setup: Setup) -> tuple[SwitchGroup, ...]:
    """Return the switch from another network to the notebook's, on this image."""
    channel = {"ch": "red"} if setup.ch == "rgb" else {}
    query = Setup().with_query({"img": setup.img, "ch": setup.ch, "scale": setup.scale} | channel)[0].to_query()
    words = message("ui.notebook.choices.back.words", net=setup.net)
    back_switch = switch("notebook_network", message("ui.notebook.choices.back.label"), words, False, complete_change(query))
    return (group(message("ui.notebook.choices.network"), (back_switch,)),)


def complete_change(query: dict[str, str]) -> dict[str, str]:
    """Return a complete setup as a change of the address, which clears all other keys of a setup."""
    return dict.fromkeys(sorted(SETUP_KEYS - query.keys()), "") | query


def required_change(deviations: frozenset[str]) -> dict[str, str]:
    """Return the change to stride 1 and no padding, which all deviations require."""
    return {"stride": "1", "pad": "valid"} if deviations else {}


def toggle_change(name: str, setup: Setup) -> dict[str, str]:
    """Return the change of the address that toggles a deviation."""
    new_deviations = setup.deviations ^ {name}
    return {"rule": ",".join(name for name in DEVIATIONS if name in new_deviations) or "exact"} | required_change(new_deviations)


def can_run_notebook(setup: Setup) -> bool:
    """Return whether the notebook's loops can run this setup."""
    return setup.stride == 1 and setup.pad in ("valid", 0)


def rows(setup: Setup, exact: Snapshot, snapshot: Snapshot, columns: tuple[str, ...]) -> list[dict[str, object]]:
    """Return each deviation: its switch, both lines of code, the stages that change if it is toggled or on alone, and
    whether it has an effect."""
    return [_row(name, setup, exact, snapshot, columns) for name in CAUSES]


def _row(name: str, setup: Setup, exact: Snapshot, snapshot: Snapshot, columns: tuple[str, ...]) -> dict[str, object]:
    entry, is_on = DEVIATION_TABLE[name], name in setup.deviations
    row: dict[str, object] = {
        "name": name, "cause": cause_of(name), "on": is_on, "change": toggle_change(name, setup),
        "notebook": entry.notebook, "exact": entry.exact, "effect": entry.words,
    }  # fmt: skip
    if not can_run_notebook(setup):
        return row | {"flipped": [], "alone": [], "matters": message("ui.notebook.alone.not_here"), "yes": False, "more": ""}
    flipped_snapshot = _step(setup, snapshot, setup.deviations ^ {name})
    alone_snapshot = _step(setup, exact, {name})
    changed_symbols = _different_arrays(setup, snapshot, flipped_snapshot, columns)
    return row | {
        "flipped": changed_symbols,
        "alone": _different_arrays(setup, exact, alone_snapshot, columns),
        "matters": _effect_sentence(is_on, changed_symbols, snapshot, flipped_snapshot),
        "yes": "f_next" in changed_symbols,
        "more": _first_change(name, setup, exact, alone_snapshot, columns),
    }


def _step(setup: Setup, snapshot: Snapshot, deviations: frozenset[str] | set[str]) -> Snapshot:
    trace, gradients, next_params = notebook_step(snapshot.params, snapshot.trace.x, np.array(setup.y), setup.lr, deviations)
    return dataclasses.replace(snapshot, trace=trace, gradients=gradients, after=next_params)


def _different_arrays(setup: Setup, first: Snapshot, second: Snapshot, columns: tuple[str, ...]) -> list[str]:
    return [symbol for symbol in columns if not np.array_equal(array_of(symbol, setup, first), array_of(symbol, setup, second))]


def _effect_sentence(is_on: bool, changed: list[str], current: Snapshot, flipped: Snapshot) -> Message:
    """Return the sentence on how toggling this switch affects the new kernel."""
    condition = message(f"ui.notebook.matters.{'without' if is_on else 'with'}")
    if not changed:
        return message("ui.notebook.matters.nothing", without=condition)
    if "f_next" not in changed:
        return message("ui.notebook.matters.not_f", without=condition, first=display_name(changed[0]))
    is_unchanged = not (flipped.after.f != flipped.params.f).any()
    index = tuple(int(i) for i in np.unravel_index(np.abs(flipped.after.f - current.after.f).argmax(), current.after.f.shape))
    entry = f"f′[{index[0]},{index[1]}]"
    values = dict(zip(("now", "flipped"), round_distinct(current.after.f[index], flipped.after.f[index]), strict=True))
    return message(f"ui.notebook.matters.{'stands' if is_unchanged else 'moves'}", without=condition, entry=entry, **values)


def _first_change(name: str, setup: Setup, exact: Snapshot, alone_snapshot: Snapshot, columns: tuple[str, ...]) -> Message:
    """Return the sentence on the first array that this deviation alone changes in the exact step."""
    changed_symbols = _different_arrays(setup, exact, alone_snapshot, columns)
    if not changed_symbols:
        return message("ui.notebook.alone.fresh" if name == "fresh_weights" else "ui.notebook.alone.nothing")
    return message("ui.notebook.alone.first", first=display_name(changed_symbols[0]))
