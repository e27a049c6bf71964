"""The words and choices beside a film: how two starts differ, where a run turns, and what else can be shown."""

from __future__ import annotations

import dataclasses
from urllib.parse import urlencode

import numpy as np

from cnnviz.core.kernels import KERNELS
from cnnviz.core.lesson import MAX_SEED, Lesson
from cnnviz.core.network import WEIGHTS
from cnnviz.ui.boards import Switch, true_minus

LENGTHS = (50, 200, 1000, 10_000)
"""Updates that a film may have at a click."""

_NAMES = {"img": "image", "ch": "channel", "scale": "pixels", "f": "kernel", "w": "w starts", "lr": "rate", "y": "targets"}


def difference(lesson: Lesson, other: Lesson) -> str:
    """How the second start differs, in few words."""
    ours, theirs = lesson.start.to_query(), other.start.to_query()
    short = {"f": next((name for name, f in KERNELS.items() if f == other.f), theirs["f"])}
    short["w"] = theirs["w"] if theirs["w"] in WEIGHTS else "trained"
    differing = [key for key in ours if ours[key] != theirs[key]]
    text = ", ".join(f"{_NAMES.get(key, key)} {(theirs | short)[key]}" for key in differing)
    return text if len(text) <= 60 else text[:59] + "…"


def turning(lesson: Lesson, losses: np.ndarray, k: int, how: str, label: str = "") -> str:
    """What went wrong at update `k` of a run, why, and what was before; `label` names one run of two."""
    whose = f"“{label}”" if label else "This run"
    rate = true_minus(f"learning rate {lesson.lr:,.15g}")
    before = f" Before it, at update {k - 1}, L was {losses[k - 1]:.4g}." if k else ""
    if how == "leaps":
        return f"{whose} leaps over the valley at update {k} ({rate}), and comes back."
    if how == "diverges":
        return f"{whose} diverges at update {k}: a step leaps over the valley ({rate}), and none leads back.{before}"
    why = "raw pixels make its sums so large that σ is flat" if lesson.scale == "raw" else "its kernel is too large for σ"
    if not k:
        return f"{whose} is saturated from the start: {why}."
    return f"{whose} saturates at update {k}: {why if lesson.scale == 'raw' else f'its kernel has grown too large for σ ({rate})'}.{before}"


def switches(lesson: Lesson, n: int, vs: str, turns: set[int]) -> dict[str, tuple[Switch, ...]]:
    """How long the film may be, what may stand beside it, and the updates at which it `turns`."""
    lengths = tuple(Switch(f"updates_{m}", f"{m:,}", f"{m:,} updates", n == m, {"n": str(m)}) for m in LENGTHS)
    others = {
        "seed": ("another seed", {"seed": (lesson.seed + 1) % (MAX_SEED + 1), "w": "normal"}),
        "rate_up": ("10 × the rate", {"lr": min(lesson.lr * 10, 1e6)}),
        "rate_down": ("⅒ of the rate", {"lr": lesson.lr / 10}),
        "kernel": ("identity kernel", {"f": "identity"}),
        "pixels": ("raw pixels" if lesson.scale == "unit" else "pixels 0 … 1", {"scale": "raw" if lesson.scale == "unit" else "unit"}),
    }
    compare = [Switch("compare_none", "nothing", "One run alone", not vs, {"vs": ""})]
    for key, (label, change) in others.items():
        there = dataclasses.replace(lesson.start, **change).to_query()
        query = urlencode({name: there[name] for name in change if there[name] != lesson.start.to_query()[name]}, safe=",")
        if query:
            compare.append(Switch(f"compare_{key}", label, f"The same start with {label} beside it", vs == query, {"vs": query}))
    places = sorted({place for k in turns for place in (k - 1, k) if place >= 0})
    turning = tuple(Switch(f"turn_{k}", f"update {k:,}", f"Go to update {k:,}", False, {"k": str(k)}) for k in places)
    return {"Updates": lengths, "Compare with": tuple(compare)} | ({"Look at": turning} if len(turning) > 1 else {})
