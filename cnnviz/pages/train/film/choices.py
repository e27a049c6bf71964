"""Switches of a recording: its length, a second run, and a sweep."""

from urllib.parse import urlencode

from cnnviz.core.network.stages import label
from cnnviz.core.setup.read_setup import FILTERS
from cnnviz.core.setup.setup import MAX_SEED, Setup, as_text
from cnnviz.pages.switches import group, switch
from cnnviz.pages.train.film.query_parameters import LENGTHS
from cnnviz.wire.parts import SwitchData, SwitchGroup
from cnnviz.words import message

MANY = "many"
"""Value of `of` in the address for training on many images."""
HALVES = {"one": "", MANY: MANY}
"""The page's halves, and the value of `of` that opens each."""


def choices(setup: Setup, n: int, vs: str, hold: tuple[str, ...] = (), checkpoints: int = 0) -> tuple[SwitchGroup, ...]:
    """Return the switches for the length and for a second run. With `checkpoints` of them shown, a switch leads back
    to updates."""
    title = message("ui.train.film.choices.checkpoints", n=checkpoints)
    current = (switch("checkpoints", title, title, True, {}),) if checkpoints else ()
    lengths = tuple(
        switch(f"updates_{m}", message("words.value", value=m), message("ui.train.film.choices.length", n=m), n == m and not current, {"n": str(m), "checkpoints": ""})
        for m in sorted({*LENGTHS, *(() if current else (n,))})
        if m <= setup.most_updates
    )
    return (
        group(message("ui.train.film.choices.lengths"), current + lengths),
        group(message("ui.train.film.choices.hold"), _hold(setup, hold)),
        group(message("ui.train.film.choices.compare"), _compare(setup, vs)),
        group(message("ui.train.film.choices.sweep"), _sweeps()),
    )


def opening_change(setup: Setup) -> dict[str, str]:
    """Return the change of the address that opens a checkpoint on Step, at update 0."""
    query, program = setup.to_query(), setup.network.program(setup.x_shape)
    mode = "eval" if program.buffers or program.draws else ""  # as in the recording
    return {key: query.get(key, "") for key in ("w", *FILTERS, "set", "k")} | {"mode": mode, "checkpoints": ""}


def halves(half_open: str) -> tuple[SwitchData, ...]:
    """Return the switches for the page's halves: the recording of one image, and training on many.

    >>> [half["on"] for half in halves("many")]
    [False, True]
    """
    return tuple(
        switch(f"half_{half}", message(f"ui.train.halves.{half}"), "", (half_open == MANY) == bool(change), {"of": change})
        for half, change in HALVES.items()
    )


def _sweeps() -> tuple[SwitchData, ...]:
    """Return the switches that show a sweep instead of the recording."""
    words = "ui.train.film.choices.sweep"
    return tuple(
        switch(f"sweep_{name}", message(f"{words}_{name}"), "", False, {"sweep": text, "vs": "", "hold": ""})
        for name, text in (("seed", "seed:0..239"), ("start", "start:1..240"), ("lr", "lr:0.001..1"))
    )


def _hold(setup: Setup, hold: tuple[str, ...]) -> tuple[SwitchData, ...]:
    """Return a switch for each parameter that holds it fixed in a second run."""
    switches = []
    for name in setup.network.parameters:
        held_names = [other for other in setup.network.parameters if (other in hold) != (other == name)]
        words = message("ui.train.film.choices.hold_words", name=label(name))
        switches.append(switch(f"hold_{name}", label(name), words, name in hold, {"hold": ",".join(held_names), "vs": ""}))
    return tuple(switches)


def _compare(setup: Setup, vs: str) -> tuple[SwitchData, ...]:
    """Return switches for other starts of the setup, without the ones that equal it."""
    other_changes: dict[str, dict[str, object]] = {
        "seed": {"seed": (setup.seed + 1) % (MAX_SEED + 1), "w": "normal"},
        "rate_up": {"lr": min(setup.lr * 10, 1e6)},
        "rate_down": {"lr": setup.lr / 10},
        "kernel": {"f": "identity"},
        "pixels": {"scale": "raw" if setup.scale == "unit" else "unit"},
    }
    none_label, none_words = message("ui.train.film.choices.nothing"), message("ui.train.film.choices.alone")
    switches = [switch("compare_none", none_label, none_words, not vs, {"vs": "", "hold": ""})]
    own_query = setup.start.to_query()
    for key, change in other_changes.items():
        other_query = setup.start.with_query({name: as_text(value) for name, value in change.items()})[0].to_query()
        query = urlencode({name: other_query[name] for name in change if name in other_query and other_query[name] != own_query.get(name)}, safe=",")
        if query:
            name = message(f"ui.train.film.choices.{key}" + (f".{change['scale']}" if key == "pixels" else ""))
            words = message("ui.train.film.choices.beside", label=name)
            switches.append(switch(f"compare_{key}", name, words, vs == query, {"vs": query, "hold": ""}))
    return tuple(switches)
