"""Notes on the screen as a whole: what is worth noticing about a setup and its numbers, and why."""

import numpy as np

from cnnviz.core.network.notebook_ops import saturated_share, sigmoid_prime
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.film_analysis import LEAP, NEARLY_ALL
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.words import Message, message


def page_notes(setup: Setup, snapshot: Snapshot) -> list[Message]:
    """Return the notes that a teacher would make about this snapshot, most important first. Often there are none."""
    kinds = [layer.kind for layer in setup.network.layers]
    if kinds != ["conv", "sigmoid", "dense", "sigmoid"]:  # the other notes are about this network alone
        return [remark for remark in (_single_numbers(setup, snapshot), _diverging(setup, snapshot)) if remark]
    notes = (_no_weights(setup, snapshot), _saturated(setup, snapshot), _diverging(setup, snapshot), _stuck(snapshot))
    return [remark for remark in notes if remark]


def _saturated(setup: Setup, snapshot: Snapshot) -> Message | None:
    share = saturated_share(snapshot.trace.a1)
    # these deviations compute ∂f from other terms
    if share < NEARLY_ALL or setup.deviations & {"scalar_sigmoid", "one_pixel"}:
        return None
    size = float(np.abs(snapshot.gradients.df).max())
    if not np.any(snapshot.gradients.da1):
        message_key = "later"  # the incoming gradient is zero already, so the units are not the cause
    else:
        message_key = "nothing" if size == 0 else "next_to_nothing" if share == 1 else "few"
    cause = "raw" if setup.scale == "raw" else "kernel"
    return message(
        "ui.remarks.saturated.words",
        units=message(f"ui.remarks.saturated.units.{'all' if share == 1 else 'most'}", share=float(np.floor(1000 * share) / 1000)),
        cause=message(f"ui.remarks.saturated.cause.{cause}"),
        reach=round(float(np.abs(snapshot.trace.z1).max())),
        effect=message(f"ui.remarks.saturated.effect.{message_key}", size=size),
        cure=message(f"ui.remarks.saturated.cure.{cause}"),
    )


def _no_weights(setup: Setup, snapshot: Snapshot) -> Message | None:
    if np.any(snapshot.params.w) or np.any(snapshot.gradients.da1):
        return None
    is_saturated = saturated_share(snapshot.trace.a1) >= NEARLY_ALL
    message_key = "fresh" if "fresh_weights" in setup.deviations else "flat" if is_saturated else "exact"
    start = message("ui.remarks.no_weights.start")
    return message("words.sentences", first=start, second=message(f"ui.remarks.no_weights.{message_key}"))


def _diverging(setup: Setup, snapshot: Snapshot) -> Message | None:
    """Return a note if the loss is above an earlier one of the same pass. Losses with other masks or in eval mode are
    not comparable."""
    losses = snapshot.losses
    if not snapshot.trace.training or setup.network.program(setup.x_shape).draws:
        return None
    if len(losses) < 2 or losses[-1] <= losses.min() + LEAP:
        return None
    best_k = int(losses.argmin())
    return message("ui.remarks.diverging", best=float(losses[best_k]), n=best_k, loss=float(losses[-1]), rate=setup.lr)


def _single_numbers(setup: Setup, snapshot: Snapshot) -> Message | None:
    """Return a note if a batch norm has one number per unit, as with one image after a dense layer."""
    norms = [names for layer, names in zip(setup.network.layers, setup.network.names, strict=True) if layer.kind == "bn"]
    is_single = any(snapshot.trace[names.output].size == snapshot.params[names.of("g")].size for names in norms)
    return message("ui.remarks.single_numbers") if is_single and snapshot.trace.training else None


def _stuck(snapshot: Snapshot) -> Message | None:
    slopes = sigmoid_prime(snapshot.trace.o)
    if snapshot.losses[-1] < 0.2 or slopes.max() > 1e-3:
        return None
    return message("ui.remarks.stuck")
