"""The Notebook page's chain: the exact rule and the notebook's beside each other, from the same start."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from cnnviz.core.network.network import DEFAULT
from cnnviz.core.network.notebook_ops import sigmoid_prime
from cnnviz.core.network.stages import display_name
from cnnviz.core.notebook.notebook_deviations import DEVIATION_TABLE
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film import evenly_spaced
from cnnviz.core.training.snapshots import Snapshot, run_updates
from cnnviz.pages.charts import Line, chart
from cnnviz.pages.gradient_chain import GradientChain, Operation, Row
from cnnviz.pages.map_parts import filled_part, part, record_of
from cnnviz.pages.map_records import array_of
from cnnviz.pages.notebook import architecture
from cnnviz.pages.notebook.choices import calls, repairs, rows, rules, steps, switch_back
from cnnviz.pages.notebook.experiment import DOTS, experiment
from cnnviz.pages.notebook.story import printed_numbers, story
from cnnviz.pages.notebook.tabs import ELSEWHERE, call_of, other_network_tab, story_step, tab_of, tabs
from cnnviz.pages.notebook.theory import theory
from cnnviz.wire.gradient_chain import CardState
from cnnviz.wire.parts import ChartData
from cnnviz.words import Message, message

COLUMNS = ("f", "z1", "a1", "o", "do", "dz2", "dw", "da1", "dz1", "df", "f_next")
IN_STORY = ("z1", "a1", "da1", "dz1", "df", "f_next")
MOST_POINTS, FEWEST = 200, 5
"""Largest number of points of a curve, and the smallest number of updates that it covers."""


def chain(setup: Setup, snapshot: Snapshot, query: Mapping[str, str] | None = None) -> GradientChain:
    """Return the chain of both rules at this update, stage by stage, with their distances.

    With another network than the notebook's, there is one row, and a switch back to the notebook's network.
    """
    if is_other_network(setup):
        return _other_network_chain(setup, snapshot, query or {})
    tab = tab_of(setup, query or {})
    columns = IN_STORY if tab == "story" else COLUMNS
    program = setup.network.program(snapshot.trace.x.shape)
    exact = run_updates(dataclasses.replace(setup, rule="exact"), snapshot.image, setup.k)
    pairs = {symbol: (array_of(symbol, setup, exact), array_of(symbol, setup, snapshot)) for symbol in columns}
    different = [symbol for symbol, (ours, theirs) in pairs.items() if not np.array_equal(ours, theirs)]
    second_label = message("ui.notebook.rows.exact_too" if setup.rule == "exact" else "ui.notebook.rows.notebook")
    return GradientChain(
        title=message(f"ui.notebook.titles.{tab}"),
        verdict=_verdict(setup, different, len(columns)),
        good=not different,
        rows=(
            Row("exact", message("ui.notebook.rows.exact"), {symbol: ours for symbol, (ours, _) in pairs.items()}),
            Row("rule", second_label, {symbol: theirs for symbol, (_, theirs) in pairs.items()}),
        ),
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


def is_other_network(setup: Setup) -> bool:
    """Return whether the setup has another network than the notebook's, or another optimizer."""
    return setup.net != DEFAULT or setup.ch == "rgb" or setup.opt != "gd"


def tab_records(setup: Setup, snapshot: Snapshot, query: Mapping[str, str]) -> tuple[dict[str, object], dict[str, np.ndarray]]:
    """Return the records of the open tab besides the chain, and its arrays."""
    is_other, arrays = is_other_network(setup), {}
    tab = other_network_tab(query) if is_other else tab_of(setup, query)
    switches = [] if is_other else rows(setup, run_updates(dataclasses.replace(setup, rule="exact"), snapshot.image, setup.k), snapshot, DOTS)
    record: dict[str, object] = {"tab": tab, "switches": switches, "story": None, "experiment": None, "architecture": None, "theory": None}
    if tab == "theory" or is_other:
        record["theory"] = theory()  # applies to every network, and fills the page of another one
    elif tab == "architecture":
        record[tab], arrays = architecture.architecture(setup, snapshot), architecture.arrays(setup, snapshot)
    else:
        record[tab] = _story(setup, snapshot, query) if tab == "story" else experiment(setup, snapshot)
    return {"notebook": record}, arrays


def _story(setup: Setup, snapshot: Snapshot, query: Mapping[str, str]) -> dict[str, object]:
    """Return the current step of the story: its text, its two deviations and their effect, and the notebook's output."""
    step_number = story_step(setup, query)
    step = story()[step_number - 1] if step_number else None
    about = (step or story()[2]).about
    has_both = step is not None and set(about) <= setup.deviations
    return {
        "place": step_number,
        "steps": steps(step_number),
        "title": step.title if step else message("ui.notebook.story.before.title"),
        "paragraphs": step.paragraphs(call_of(query)) if step else [message("ui.notebook.story.before.words")],
        "about": list(about),
        "tags": [_tag(name) for name in about] if has_both else [],
        "repairs": repairs(setup, snapshot, about) if has_both else None,
        "calls": calls(step_number, call_of(query)) if step and step.setup.deviations else [],
        "printed": printed_numbers(),
    }


def _tag(name: str) -> dict[str, object]:
    """Return the first array that a deviation changes, and its title."""
    entry = DEVIATION_TABLE[name]
    return {"symbol": {"update": "f_next"}.get(entry.acts_at, entry.acts_at), "title": entry.title}


def _other_network_chain(setup: Setup, snapshot: Snapshot, query: Mapping[str, str]) -> GradientChain:
    """Return the chain of the setup's own pass alone, since the deviations belong to the notebook's network."""
    program, tab = setup.network.program(snapshot.trace.x.shape), other_network_tab(query)
    backward = [symbol for stage in setup.network.stages if stage.phase == "backward" for symbol in stage.makes]
    symbols = [*setup.network.symbols[1:], *backward]
    exact = Row("exact", message("ui.notebook.rows.exact"), {symbol: array_of(symbol, setup, snapshot) for symbol in symbols})
    words = {symbol: record_of(program, symbol)["plain"] for symbol in symbols}
    return GradientChain(
        title=message(f"ui.notebook.titles.{'theory' if tab == 'theory' else 'elsewhere'}"),
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


def _verdict(setup: Setup, different: list[str], count: int) -> Message:
    if setup.rule == "exact":
        return message("ui.notebook.verdict.exact")
    if not different:
        return message("ui.notebook.verdict.same")
    return message(
        "ui.notebook.verdict.apart", first=display_name(different[0]), count=len(different), stages=count, update=setup.k
    )


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
