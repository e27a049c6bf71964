"""The Notebook page's content: the exact rule and the notebook's beside each other, from the same start."""

from __future__ import annotations

import dataclasses

import numpy as np

from cnnviz.core.lesson import RULES, Lesson
from cnnviz.core.notebook import DEVIATION_TABLE, DEVIATIONS, notebook_step
from cnnviz.core.ops import sigmoid_prime
from cnnviz.core.trajectory import Moment, trajectory
from cnnviz.ui.boards import Board, Chart, Row, Switch, true_minus
from cnnviz.ui.maps import MAPS

COLUMNS = ("f", "z1", "a1", "o", "do", "dz2", "dw", "da1", "dz1", "df", "f_next")
MOST_POINTS = 200


def board(lesson: Lesson, moment: Moment) -> Board:
    """What each rule computes at this update, stage by stage, and how far apart they are."""
    x = moment.trace.x
    exact = trajectory(dataclasses.replace(lesson, rule="exact"), x, lesson.k)
    pairs = {symbol: (MAPS[symbol].array(lesson, exact), MAPS[symbol].array(lesson, moment)) for symbol in COLUMNS}
    differing = [symbol for symbol, (ours, theirs) in pairs.items() if not np.array_equal(ours, theirs)]
    return Board(
        title="The notebook, told truthfully",
        verdict=_verdict(lesson, differing),
        good=not differing,
        rows=(
            Row("exact", "exact", {symbol: ours for symbol, (ours, _) in pairs.items()}),
            Row("rule", "exact too" if lesson.rule == "exact" else "notebook", {s: theirs for s, (_, theirs) in pairs.items()}),
        ),
        columns=COLUMNS,
        subject=("df", [0, 0]),
        sentences=_sentences(lesson, exact, moment),
        notes={symbol: _note(*pair) for symbol, pair in pairs.items()},
        first=differing[0] if differing else "",
        inherits=frozenset(differing[1:]),
        switches=_switches(lesson, exact),
        charts=charts(lesson, exact, moment),
    )


def charts(lesson: Lesson, exact: Moment, moment: Moment) -> tuple[Chart, ...]:
    """Both losses, and all entries of both kernels, over the updates so far."""
    updates = np.unique(np.linspace(0, lesson.k, min(lesson.k + 1, MOST_POINTS)).round().astype(int))
    both = {"exact": exact, "notebook": moment}
    losses = {name: run.losses[updates].tolist() for name, run in both.items()}
    kernels = {
        f"f[{u},{v}] {name}": run.kernels[updates, u, v].tolist()
        for name, run in both.items()
        for u, v in np.ndindex(lesson.kernel.shape)
    }
    x = updates.tolist()
    return tuple(
        Chart(name, title, x, series, dashed=frozenset(list(series)[len(series) // 2 :]), cursor=lesson.k, y_title=symbol)
        for name, title, symbol, series in (
            ("losses", "loss (dashed: notebook)", "L", losses),
            ("kernels", "kernel f (dashed: notebook)", "f", kernels),
        )
    )


def agreement(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """The cosine between two arrays and the ratio of their norms, theirs to ours; NaN where one is zero.

    >>> agreement(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    (1.0, 2.0)
    """
    left, right = np.linalg.norm(ours), np.linalg.norm(theirs)
    if not left or not right:
        return float("nan"), float("nan") if not left else 0.0
    return float(np.clip((ours / left).ravel() @ (theirs / right).ravel(), -1, 1)), float(right / left)


def _note(ours: np.ndarray, theirs: np.ndarray) -> str:
    if np.array_equal(ours, theirs):
        return "same"
    if not ours.any():
        return true_minus(f"exactly 0 against {np.abs(theirs).max():.3g}")
    cosine, ratio = agreement(ours, theirs)
    return true_minus(f"cos {cosine:.3f}<br>× {ratio:.3g}")


def _verdict(lesson: Lesson, differing: list[str]) -> str:
    if lesson.rule == "exact":
        return "The rule is exact: both rows are the same, bit for bit. Switch a deviation on."
    if not differing:
        return "Here the deviations change nothing: the two rows are the same, bit for bit."
    return f"They part at {MAPS[differing[0]].label}; {len(differing)} of {len(COLUMNS)} stages differ at update {lesson.k}."


def _sentences(lesson: Lesson, exact: Moment, moment: Moment) -> tuple[str, ...]:
    found = []
    if not exact.gradients.df.any() and moment.gradients.df.any():
        found.append("The exact gradient of the kernel is exactly zero, yet the notebook's kernel is told to move.")
    if "scalar_sigmoid" in lesson.deviations:
        a1 = moment.trace.a1
        border = int((a1 == 0.5).sum())
        found.append(
            f"Σ a₁(1 − a₁) = {sigmoid_prime(a1).sum():.6g} stands in place of each unit's own slope; "
            f"{border} units at exactly 0.5 give {border} × ¼ = {border / 4:g} of it."
        )
    if lesson.deviations and lesson.scale == "unit":
        found.append("The notebook itself runs on raw pixels, 0 … 255.")
    return tuple(found)


def _switches(lesson: Lesson, exact: Moment) -> dict[str, tuple[Switch, ...]]:
    presets = tuple(
        Switch(f"rule_{name}", name, f"{len(on)} deviations", lesson.rule == name, {"rule": name} | _fit(on))
        for name, on in RULES.items()
    )
    story = tuple(
        Switch(f"story_{n}", f"{n}. {title}", text, False, step.to_query()) for n, (title, text, step) in enumerate(story_steps(), 1)
    )
    singles = tuple(_single(name, lesson, exact) for name in DEVIATIONS)
    return {"The story": story, "Rule": presets, "Deviations": singles}


def _single(name: str, lesson: Lesson, exact: Moment) -> Switch:
    on = name in lesson.deviations
    chosen = lesson.deviations ^ {name}
    entry = DEVIATION_TABLE[name]
    words = f"Notebook: {entry.notebook}\nExact: {entry.exact}\n{entry.effect}"
    rule = ",".join(name for name in DEVIATIONS if name in chosen) or "exact"
    return Switch(f"deviation_{name}", name.replace("_", " "), words, on, {"rule": rule} | _fit(chosen), _alone(name, lesson, exact))


def _fit(deviations: frozenset[str]) -> dict[str, str]:
    """The notebook runs with stride 1 and no padding only: switching it on brings the lesson there."""
    return {"stride": "1", "pad": "valid"} if deviations else {}


def _alone(name: str, lesson: Lesson, exact: Moment) -> str:
    """What this deviation alone does to the exact step of this lesson, in numbers."""
    if lesson.stride != 1 or lesson.pad not in ("valid", 0):
        return "needs stride 1, padding valid"
    trace, gradients, after = notebook_step(exact.params, exact.trace.x, np.array(lesson.y), lesson.lr, {name})
    alone = dataclasses.replace(exact, trace=trace, gradients=gradients, after=after)
    for symbol in COLUMNS:
        ours, theirs = MAPS[symbol].array(lesson, exact), MAPS[symbol].array(lesson, alone)
        if not np.array_equal(ours, theirs):
            cosine, ratio = agreement(exact.gradients.df, gradients.df)
            effect = "" if np.isnan(cosine) else f", ∂f cos {cosine:.2f} × {ratio:.2g}"
            return true_minus(f"alone: first at {MAPS[symbol].label}{effect}")
    return "alone: w is thrown away between calls" if name == "fresh_weights" else "alone: no change here"


def story_steps() -> list[tuple[str, str, Lesson]]:
    """The story as lessons: title, sentence, and the lesson that shows it.

    It is told on the notebook's own image, from the kernel that its first call left, so that the printed
    numbers are on the screen.
    """
    kernel = (11, 7, 14, 13, 8, 9, 8, 7, 16)
    printed = " These are the notebook's printed numbers."
    raw = Lesson(img="train-0", scale="raw", f=kernel, w="zeros", y=(1, 1), lr=0.01, k=1)
    notebook = dataclasses.replace(raw, rule="object-oriented")
    step = dataclasses.replace
    return [
        ("Raw pixels saturate every unit", "Sums in the thousands: σ is flat there, a₁(1 − a₁) is exactly 0.", step(raw, stage="a1")),
        ("So the exact gradient is zero", "∂z₁ and ∂f are exactly 0: with this input the kernel cannot learn.", step(raw, stage="df")),
        ("Yet the notebook's kernel moves", "Its f′ differs from f although the loss does not depend on it." + printed, step(notebook, stage="update")),
        ("Its border gives it something to sum", "short_loop leaves a border of z₁ = 0, a₁ = ½: 59 × ¼ = 14.75.", step(notebook, stage="dz1")),
        ("One pixel spreads it", "one_pixel multiplies that sum with x[u,v], a number up to 255.", step(notebook, stage="df")),
        ("Divide by 255", "σ is alive, and the exact gradient with it.", step(raw, scale="unit", stage="df")),
    ]  # fmt: skip
