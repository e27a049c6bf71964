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
from cnnviz.words import Message, format_value, message

LEAST_SHARE = 0.001
"""Smallest share that is printed as a number."""


def stage_notes(
    setup: Setup, network: Architecture, snapshot: Snapshot, promise: Promise | None = None, of_all: PageRequest | None = None
) -> dict[str, Message]:
    """Return notes on stages by their symbol. `of_all` is the request for all images if `setup` is one image of it."""
    notes: dict[str, Message] = {}
    image_count = len((of_all.setup if of_all else setup).images)
    for layer, names in zip(network.layers, network.names, strict=True):
        notes |= _activation(layer, names, snapshot)
        if layer.roles_across_images and snapshot.trace.training and snapshot.trace[names.output].ndim == 1 and image_count == 1:
            notes[names.output] = message("ui.facts.one_number")
    if len(setup.y) > 1:
        notes["o"] = _beside_image(verdict(setup, snapshot), setup)
    if setup.mode == "eval":
        return notes
    return notes | (_step(of_all.setup, of_all.snapshot, promise) if of_all else _step(setup, snapshot, promise))


def verdict(setup: Setup, snapshot: Snapshot) -> Message:
    """Return the network's answer, the largest output, beside the class of the targets."""
    names = setup.output_words
    o, y = snapshot.trace.o, np.asarray(setup.y)
    predicted_class = int(o.argmax())
    values = {"said": names[predicted_class], "value": float(o[predicted_class])}
    if np.count_nonzero(y == y.max()) > 1:
        return message("ui.facts.says", **values)
    target = int(y.argmax())
    return message("ui.facts.right" if predicted_class == target else "ui.facts.wrong", **values, true=names[target])


def _beside_image(verdict: Message, setup: Setup) -> Message:
    """Return the verdict, with a note if the image's class is known to be none of the named outputs."""
    image_class = label_of(parse_image_id(setup.img))
    if image_class is None or image_class in setup.output_names or not all(isinstance(name, str) for name in setup.output_names):
        return verdict
    return message("words.sentences", first=verdict, second=message("ui.facts.no_class", label=class_words(image_class)))


def _activation(layer: Layer, names: Names, snapshot: Snapshot) -> dict[str, Message]:
    """Return notes on the number of saturated or silent units, and on the share of the gradient that passes."""
    output, input_name = names.output, names.input
    units = snapshot.trace[output]
    if (silent := layer.silent(units)) is not None:
        n = int(np.count_nonzero(silent))
        return {
            output: message("ui.facts.silent", n=n, count=units.size),
            f"d{input_name}": message("ui.facts.open", n=units.size - n, count=units.size),
        }
    if (is_saturated := layer.saturated(units)) is None:
        return {}
    saturated_count = int(np.count_nonzero(is_saturated))
    notes = {output: message("ui.facts.flat", n=saturated_count, count=units.size)}
    gradients = snapshot.gradients
    if f"d{output}" in gradients and f"d{input_name}" in gradients and (incoming := float(np.abs(gradients[f"d{output}"]).sum())):
        share = float(np.abs(gradients[f"d{input_name}"]).sum()) / incoming
        if np.isfinite(share):
            notes[f"d{input_name}"] = message("ui.facts.passes", share=share) if share >= LEAST_SHARE else message("ui.facts.shut", most=LEAST_SHARE)
    return notes


def _step(setup: Setup, snapshot: Snapshot, promise: Promise | None) -> dict[str, Message]:
    """Return the note on the change of the loss by the step, or nothing if the rule is not exact."""
    if setup.deviations:
        return {}
    loss = float(snapshot.losses[-1])
    next_loss = promise.after if promise else loss_after(setup, snapshot)
    change = "falls" if next_loss < loss else "rises" if next_loss > loss else "stays"
    if not np.isfinite(loss - next_loss):
        return {}
    values = {"rate": setup.lr, "before": loss}
    if change != "stays" and format_value(loss, "4") == format_value(next_loss, "4"):
        note = message(f"ui.facts.{change}_little", **values, change=abs(loss - next_loss))
    else:
        note = message(f"ui.facts.{change}", **values, **({} if change == "stays" else {"after": next_loss}))
    if setup.network.program(setup.x_shape).draws:
        note = message("words.sentences", first=note, second=message("ui.facts.drawn_anew"))
    return {"update": note}
