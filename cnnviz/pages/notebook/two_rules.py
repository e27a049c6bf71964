"""The Notebook page's chain: the exact rule and the notebook's side by side, from the same start."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.network import DEFAULT
from cnnviz.core.network.notebook_ops import sigmoid_prime
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import evenly_spaced
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.pages.charts import Line, chart
from cnnviz.pages.gradient_chain import GradientChain, Operation, Row
from cnnviz.pages.map_parts import filled_part, part, record_of
from cnnviz.pages.map_records import array_of
from cnnviz.pages.notebook import architecture
from cnnviz.pages.notebook.choices import calls, cause_of, repairs, rows, rules, steps, switch_back
from cnnviz.pages.notebook.experiment import DOTS, experiment, headline
from cnnviz.pages.notebook.margin_notes import margin_note
from cnnviz.pages.notebook.story import captions, printed_numbers, story
from cnnviz.pages.notebook.tabs import ELSEWHERE, other_network_tab, place_of, tab_of, tabs
from cnnviz.wire.gradient_chain import CardState
from cnnviz.wire.notebook import StoryData, TagData
from cnnviz.wire.parts import ChartData
from cnnviz.words import Message, message

COLUMNS = ("f", "z1", "a1", "o", "do", "dz2", "dw", "da1", "dz1", "df", "f_next")
IN_STORY = ("z1", "a1", "da1", "dz1", "df", "f_next")
MOST_POINTS, FEWEST = 200, 5
"""Largest number of points of a curve, and the smallest number of updates that it covers."""


def chain(setup: Setup, snapshot: Snapshot, query: Mapping[str, str] | None = None) -> GradientChain:
    """Return the chain of both rules at this update, stage by stage, with their distances.

    In the story there is one row if the rule is exact. With another network than the notebook's, there is one row, and a
    switch back to the notebook's network.
    """
    if is_other_network(setup):
        return _other_network_chain(setup, snapshot, query or {})
    tab = tab_of(setup, query or {})
    is_story = tab == "story"
    columns = IN_STORY if is_story else COLUMNS
    program = setup.network.program(snapshot.trace.x.shape)
    exact = run_updates(dataclasses.replace(setup, rule="exact"), snapshot.image, setup.k)
    pairs = {symbol: (array_of(symbol, setup, exact), array_of(symbol, setup, snapshot)) for symbol in columns}
    different = [symbol for symbol, (ours, theirs) in pairs.items() if not np.array_equal(ours, theirs)]
    exact_row = Row("exact", message("ui.notebook.rows.exact"), {symbol: ours for symbol, (ours, _) in pairs.items()})
    second_label = message("ui.notebook.rows.exact_too" if setup.rule == "exact" else "ui.notebook.rows.notebook")
    own_row = Row("rule", second_label, {symbol: theirs for symbol, (_, theirs) in pairs.items()})
    return GradientChain(
        title=_story_title(setup, query or {}) if is_story else message(f"ui.notebook.titles.{tab}"),
        verdict=_verdict(tab, setup, snapshot, query or {}),
        good=None,
        rows=(exact_row,) if is_story and setup.rule == "exact" else (exact_row, own_row),
        parts=tuple(part(program, symbol) for symbol in columns),
        operations=tuple(Operation(symbol, source, message(f"ui.notebook.columns.{symbol}")) for source, symbol in zip(("", *columns), columns, strict=False)),
        subject="df",
        states=_states(columns, different),
        sentences=_sentences(setup, exact, snapshot),
        notes={symbol: _note(symbol, *pair) for symbol, pair in pairs.items()},
        groups=(rules(setup),) if tab == "experiment" else (),
        charts=_charts(setup, snapshot.image) if tab == "experiment" else (),
        tabs=tabs(tab),
        cells={"df": [0, 0]},
    )


def _states(columns: tuple[str, ...], different: list[str]) -> dict[str, CardState]:
    return {symbol: "first" if symbol == different[0] else "inherits" if symbol in different else "equal" for symbol in columns} if different else {}


def _story_title(setup: Setup, query: Mapping[str, str]) -> Message:
    number, call = place_of(setup, query)
    if not number:
        return message("ui.notebook.story.before.title")
    return message("ui.notebook.titles.call", n=call) if setup.deviations and call else message(f"ui.notebook.titles.{'rules' if setup.deviations else 'exact'}")


def _verdict(tab: str, setup: Setup, snapshot: Snapshot, query: Mapping[str, str]) -> Message:
    if tab == "experiment":
        return headline(setup, snapshot)
    is_before_story = tab == "story" and not place_of(setup, query)[0]
    return message("ui.notebook.story.before.words") if is_before_story else architecture.description(setup)


def is_other_network(setup: Setup) -> bool:
    """Return whether the setup has another network than the notebook's, or another optimizer."""
    return setup.net != DEFAULT or setup.ch == "rgb" or setup.opt != "gd"


def tab_records(setup: Setup, snapshot: Snapshot, query: Mapping[str, str]) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Return the records of the open tab besides the chain, and its arrays."""
    is_other, arrays = is_other_network(setup), {}
    tab = other_network_tab(query) if is_other else tab_of(setup, query)
    exact = None if is_other else run_updates(dataclasses.replace(setup, rule="exact"), snapshot.image, setup.k)
    record: dict[str, object] = {"tab": tab, "switches": rows(setup, exact, snapshot, DOTS) if exact else [], "story": None, "experiment": None, "architecture": None}
    if tab == "story":
        record[tab] = _story(setup, exact, snapshot, query) if exact else _opening()
    elif tab == "architecture":
        record[tab], arrays = architecture.architecture(setup, snapshot), architecture.arrays(setup, snapshot)
    elif exact:
        record[tab] = experiment(setup, snapshot)
    return {"notebook": record}, arrays


def _opening() -> StoryData:
    """Return the screen before the story's first step, which does not depend on the setup."""
    return StoryData(
        place=0, is_changed=False, steps=steps(0), title=message("ui.notebook.story.before.title"), paragraphs=[message("ui.notebook.story.before.words")],
        about=[], tags=[], captions={}, repairs=None, calls=[], note=None, printed=printed_numbers(),
    )  # fmt: skip


def _story(setup: Setup, exact: Snapshot, snapshot: Snapshot, query: Mapping[str, str]) -> StoryData:
    """Return the step of the story: its text, its two deviations and their effect, and the notebook's output.

    If the setup is not the step's, its text is left out, since its numbers would not be those on the screen.
    """
    number, call = place_of(setup, query)
    if not number:
        return _opening()
    step = story()[number - 1]
    has_both = set(step.about) <= setup.deviations
    rule_arrays, exact_arrays = ({symbol: array_of(symbol, setup, shown) for symbol in IN_STORY} for shown in (snapshot, exact))
    effect = "stays" if np.array_equal(rule_arrays["f_next"], snapshot.params.f) else "moved"
    return StoryData(
        place=number,
        is_changed=not call,
        steps=steps(number),
        title=step.title if call else message("ui.notebook.story.changed.title"),
        paragraphs=step.paragraphs(call) if call else [message("ui.notebook.story.changed.words", n=number), message(f"ui.notebook.story.changed.{effect}")],
        about=list(step.about),
        tags=_tags(step.about, setup, snapshot) if has_both else [],
        captions=captions(exact_arrays, rule_arrays, {"exact": exact.params.f, "rule": snapshot.params.f}),
        repairs=repairs(setup, snapshot, step.about) if has_both else None,
        calls=calls(number, call) if len(step.calls) > 1 else [],
        note=margin_note(step.note),
        printed=printed_numbers(),
    )


def _tags(about: tuple[str, ...], setup: Setup, snapshot: Snapshot) -> list[TagData]:
    """Return the causes at the first array that each changes, and where the first two meet, if they are the subject."""
    acts_at = {name: DEVIATION_TABLE[name].acts_at for name in about}
    causes = {name: cause_of(name) for name in about}
    tags = [TagData(symbol=_FIRST_CARD.get(acts_at[name], acts_at[name]), causes=[cause["number"]], words=cause["title"]) for name, cause in causes.items()]
    a1, da1, dz1 = snapshot.trace.a1, snapshot.gradients.da1, snapshot.gradients.dz1
    if about == story()[2].about and "scalar_sigmoid" in setup.deviations:
        total = float(sigmoid_prime(a1).sum())
        words = message("ui.notebook.meet", total=total, da1=float(da1[0, 0]), dz1=float(dz1[0, 0]))
        tags.append(TagData(symbol="dz1", causes=[cause["number"] for cause in causes.values()], words=words))
    return tags


_FIRST_CARD = {"update": "f_next"}
"""The card of what a deviation changes first, if it has another name."""


def _other_network_chain(setup: Setup, snapshot: Snapshot, query: Mapping[str, str]) -> GradientChain:
    """Return the chain of the setup's own pass alone, since the deviations belong to the notebook's network."""
    program, tab = setup.network.program(snapshot.trace.x.shape), other_network_tab(query)
    backward = [symbol for stage in setup.network.stages if stage.phase == "backward" for symbol in stage.makes]
    symbols = [*setup.network.symbols[1:], *backward]
    exact = Row("exact", message("ui.notebook.rows.exact"), {symbol: array_of(symbol, setup, snapshot) for symbol in symbols})
    words = {symbol: record_of(program, symbol)["plain"] for symbol in symbols}
    return GradientChain(
        title=message("ui.notebook.titles.elsewhere"),
        verdict=message("ui.notebook.elsewhere", net=DEFAULT),
        good=None,
        rows=(exact,),
        parts=tuple(filled_part(program, symbol, exact.arrays[symbol]) for symbol in symbols),
        operations=tuple(Operation(symbol, "", words[symbol]) for symbol in symbols),
        subject=backward[-1],
        states={},
        groups=switch_back(setup),
        tabs=tabs(tab, ELSEWHERE),
    )


def _charts(setup: Setup, x: np.ndarray) -> tuple[ChartData, ...]:
    """Return charts of both losses and of both kernels' entries, over at least FEWEST updates."""
    n = max(setup.k, FEWEST)
    updates = evenly_spaced(n, MOST_POINTS)
    runs = {name: run_updates(dataclasses.replace(setup, rule=rule), x, n) for name, rule in (("exact", "exact"), ("notebook", setup.rule))}
    losses = [Line(message(f"ui.notebook.rows.{name}"), run.losses[updates].tolist(), name == "notebook") for name, run in runs.items()]
    kernels = [
        Line(message(f"ui.notebook.charts.{name}", entry=f"f[{u},{v}]"), run.kernels[updates, u, v].tolist(), name == "notebook")
        for name, run in runs.items()
        for u, v in np.ndindex(setup.kernel.shape)
    ]
    return tuple(
        chart(name, message(f"ui.notebook.charts.{name}"), updates.tolist(), tuple(lines), message("ui.charts.updates"), symbol, cursor=setup.k)
        for name, symbol, lines in (("losses", "L", losses), ("kernels", "f", kernels))
    )


def _note(symbol: str, ours: np.ndarray, theirs: np.ndarray) -> Message:
    """Return the sentence on the distance between the two rules' arrays: for gradients their directions, else the
    number of different entries."""
    if np.array_equal(ours, theirs):
        return message("ui.notebook.note.same")
    if not ours.any():
        return message("ui.notebook.note.zero", most=float(np.abs(theirs).max()))
    cosine, ratio = agreement(ours, theirs)
    if symbol.startswith("d") and np.isfinite([cosine, ratio]).all():
        direction = next(name for threshold, name in WAYS if cosine >= threshold)
        return message("ui.notebook.note.apart", way=message(f"ui.notebook.way.{direction}"), ratio=ratio)
    return message("ui.notebook.note.differ", n=int((ours != theirs).sum()), count=ours.size)


WAYS = ((0.9945, "same"), (0.7071, "near"), (-0.7071, "else"), (-0.9945, "against"), (-1.0, "opposite"))
"""Names of the direction between two arrays, by the smallest cosine: within 6°, 45°, …"""


def _sentences(setup: Setup, exact: Snapshot, snapshot: Snapshot) -> tuple[Message, ...]:
    sentences = []
    if not exact.gradients.df.any() and snapshot.gradients.df.any():
        sentences.append(message("ui.notebook.moves"))
    if "scalar_sigmoid" in setup.deviations:
        a1 = snapshot.trace.a1
        border = int((a1 == 0.5).sum())
        sentences.append(message("ui.notebook.one_number", total=float(sigmoid_prime(a1).sum()), n=border, part=border / 4))
    if setup.deviations and setup.scale == "unit":
        sentences.append(message("ui.notebook.raw"))
    return tuple(sentences)


def agreement(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """Return the cosine between two arrays and the ratio of their norms, theirs to ours; NaN if ours is zero.

    >>> agreement(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    (1.0, 2.0)
    """
    our_limit, their_limit = (float(np.abs(array).max(initial=0)) for array in (ours, theirs))
    if not our_limit or not their_limit:
        return float("nan"), float("nan") if not our_limit else 0.0
    ours, theirs = ours / our_limit, theirs / their_limit  # normalize first, so that squares neither underflow nor overflow
    our_norm, their_norm = np.linalg.norm(ours), np.linalg.norm(theirs)
    return float(np.clip((ours / our_norm).ravel() @ (theirs / their_norm).ravel(), -1, 1)), float(their_norm / our_norm * (their_limit / our_limit))
