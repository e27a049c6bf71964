"""A lesson and its numbers -> sentences: what is worth noticing on the screen, and why it is so."""

from __future__ import annotations

import numpy as np

from cnnviz.core.film import LEAP, NEARLY_ALL
from cnnviz.core.lesson import Lesson
from cnnviz.core.ops import saturated_share, sigmoid_prime
from cnnviz.core.stages import PARTS, SHARE, STAGES, formula_here
from cnnviz.core.trajectory import Moment
from cnnviz.ui.boards import true_minus


def remarks(lesson: Lesson, moment: Moment) -> list[str]:
    """What a teacher would point out about this moment, the most important first; often nothing."""
    found = (_saturated(lesson, moment), _no_weights(lesson, moment), _diverging(lesson, moment), _stuck(moment))
    return [true_minus(remark) for remark in found if remark]


def formulas(lesson: Lesson) -> dict[str, str]:
    """The formula of each stage and part by its symbol, and that of a share of ∂f, as this lesson has them."""
    texts = {stage.symbol: stage.formula for stage in (*STAGES, *PARTS)} | {"share": SHARE}
    return {symbol: formula_here(text, lesson.stride, lesson.pad, lesson.scale) for symbol, text in texts.items()}


def _saturated(lesson: Lesson, moment: Moment) -> str:
    share = saturated_share(moment.trace.a1)
    if share < NEARLY_ALL or lesson.deviations & {"scalar_sigmoid", "one_pixel"}:  # there ∂f comes from elsewhere
        return ""
    reach = np.abs(moment.trace.z1).max()
    size = np.abs(moment.gradients.df).max()
    if size == 0:
        effect = "∂f is exactly zero: the kernel cannot learn"
    elif share == 1:
        effect = f"next to nothing is left of ∂f (at most {size:.1e})"
    else:
        effect = f"only the few others decide about ∂f (at most {size:.1e})"
    cause = "Raw pixels make the sums huge" if lesson.scale == "raw" else "The kernel makes the sums large"
    cure = "Choose pixels 0 … 1." if lesson.scale == "raw" else "Choose a smaller kernel."
    all_or_most = "All" if share == 1 else f"{np.floor(1000 * share) / 10:g} %"
    return (
        f"{all_or_most} of the units are saturated. {cause} (|z₁| up to {reach:,.0f}), so a₁(1 − a₁) vanishes and {effect}. {cure}"
    )


def _no_weights(lesson: Lesson, moment: Moment) -> str:
    if np.any(moment.params.w) or np.any(moment.gradients.da1):
        return ""
    then = "The update moves w, and from then on the kernel learns."
    if "fresh_weights" in lesson.deviations:
        then = "The update moves w, but the notebook throws that away and starts from zeros again."
    return f"All of w is zero, so ∂a₁ = ∂z₂·wᵀ is zero and nothing reaches the kernel yet. {then}"


def _diverging(lesson: Lesson, moment: Moment) -> str:
    losses = moment.losses
    if len(losses) < 2 or losses[-1] <= losses.min() + LEAP:
        return ""
    best = int(losses.argmin())
    return (
        f"The loss was {losses[best]:.4g} after {best} updates and is {losses[-1]:.4g} now: with a learning rate of "
        f"{lesson.lr:,g} a step leaps over the valley. Choose a smaller one."
    )


def _stuck(moment: Moment) -> str:
    slopes = sigmoid_prime(moment.trace.o)
    if moment.losses[-1] < 0.2 or slopes.max() > 1e-3:
        return ""
    return "The outputs are saturated on the wrong side: o(1 − o) is nearly zero, so hardly any gradient gets back."
