"""Notes on stages: what an image did at a stage, in a sentence."""

import numpy as np

from cnnviz.core.network.architecture import Architecture
from cnnviz.core.network.layers.layer import Layer
from cnnviz.core.network.symbols import Names
from cnnviz.core.setup.image_ids import class_words, parse_image_id
from cnnviz.core.setup.image_ids import label as label_of
from cnnviz.core.setup.setup import Setup
from cnnviz.core.training.losses_ahead import Promise, loss_after
from cnnviz.core.training.snapshots import Snapshot
from cnnviz.pages.address import PageRequest
from cnnviz.words import Message, message, written

LEAST_SHARE = 0.001
"""Smallest share that is printed as a number."""


def stage_notes(
    setup: Setup, network: Architecture, snapshot: Snapshot, promised: Promise | None = None, of_all: PageRequest | None = None
) -> dict[str, Message]:
    """Return notes on stages by their symbol. `of_all` is the request for all images if `setup` is one image of it."""
    found: dict[str, Message] = {}
    images = len((of_all.setup if of_all else setup).images)
    for layer, names in zip(network.layers, network.names, strict=True):
        found |= _activation(layer, names, snapshot)
        if layer.across and snapshot.trace.training and snapshot.trace[names.output].ndim == 1 and images == 1:
            found[names.output] = message("ui.facts.one_number")
    if len(setup.y) > 1:
        found["o"] = _beside_image(verdict(setup, snapshot), setup)
    if setup.mode == "eval":
        return found
    return found | (_step(of_all.setup, of_all.snapshot, promised) if of_all else _step(setup, snapshot, promised))


def verdict(setup: Setup, snapshot: Snapshot) -> Message:
    """Return the network's answer, the largest output, beside the class of the targets."""
    names = setup.output_words
    o, y = snapshot.trace.o, np.asarray(setup.y)
    said = int(o.argmax())
    sure = {"said": names[said], "value": float(o[said])}
    if np.count_nonzero(y == y.max()) > 1:
        return message("ui.facts.says", **sure)
    true = int(y.argmax())
    return message("ui.facts.right" if said == true else "ui.facts.wrong", **sure, true=names[true])


def _beside_image(verdict: Message, setup: Setup) -> Message:
    """Return the verdict, with a note if the image's class is known to be none of the named outputs."""
    shown = label_of(parse_image_id(setup.img))
    if shown is None or shown in setup.output_names or not all(isinstance(name, str) for name in setup.output_names):
        return verdict
    return message("words.sentences", first=verdict, second=message("ui.facts.no_class", label=class_words(shown)))


def _activation(layer: Layer, names: Names, snapshot: Snapshot) -> dict[str, Message]:
    """Return notes on the number of saturated or silent units, and on the share of the gradient that passes."""
    made, read = names.output, names.input
    units = snapshot.trace[made]
    if (silent := layer.silent(units)) is not None:
        n = int(np.count_nonzero(silent))
        return {
            made: message("ui.facts.silent", n=n, count=units.size),
            f"d{read}": message("ui.facts.open", n=units.size - n, count=units.size),
        }
    if (saturated := layer.saturated(units)) is None:
        return {}
    flat = int(np.count_nonzero(saturated))
    found = {made: message("ui.facts.flat", n=flat, count=units.size)}
    gradients = snapshot.gradients
    if f"d{made}" in gradients and f"d{read}" in gradients and (arrived := float(np.abs(gradients[f"d{made}"]).sum())):
        share = float(np.abs(gradients[f"d{read}"]).sum()) / arrived
        if np.isfinite(share):
            found[f"d{read}"] = message("ui.facts.passes", share=share) if share >= LEAST_SHARE else message("ui.facts.shut", most=LEAST_SHARE)
    return found


def _step(setup: Setup, snapshot: Snapshot, promised: Promise | None) -> dict[str, Message]:
    """Return the note on how the step changes the loss; empty under a rule that is not exact."""
    if setup.deviations:
        return {}
    before = float(snapshot.losses[-1])
    after = promised.after if promised else loss_after(setup, snapshot)
    moves = "falls" if after < before else "rises" if after > before else "stays"
    if not np.isfinite(before - after):
        return {}
    values = {"rate": setup.lr, "before": before}
    if moves != "stays" and written(before, "4") == written(after, "4"):
        fact = message(f"ui.facts.{moves}_little", **values, change=abs(before - after))
    else:
        fact = message(f"ui.facts.{moves}", **values, **({} if moves == "stays" else {"after": after}))
    if setup.network.program(setup.x_shape).draws:
        fact = message("words.sentences", first=fact, second=message("ui.facts.drawn_anew"))
    return {"update": fact}
