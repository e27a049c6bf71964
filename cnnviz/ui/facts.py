"""A lesson's numbers -> a fact a stage: what this image did there, in a sentence."""

from __future__ import annotations

import numpy as np

from cnnviz.core.lesson import Lesson
from cnnviz.core.network import Names, Network
from cnnviz.core.ops import SATURATED, sigmoid_prime
from cnnviz.core.stages import label
from cnnviz.core.trajectory import Moment
from cnnviz.words import Message, message


def facts(lesson: Lesson, network: Network, moment: Moment) -> dict[str, Message]:
    """What is worth knowing of this lesson at some of its stages, by the stage's symbol."""
    found: dict[str, Message] = {}
    for layer, names in zip(network.layers, network.names, strict=True):
        found |= _activation(layer.kind, names, moment)
    if len(lesson.y) > 1:
        found["o"] = verdict(lesson, moment)
    if lesson.opt == "gd" and lesson.lr and not lesson.deviations:
        found |= _promise(moment)
    return found


def verdict(lesson: Lesson, moment: Moment) -> Message:
    """What the network says, the output that is largest, and what the targets say that it is."""
    names = lesson.output_names
    o, y = moment.trace.o, np.asarray(lesson.y)
    said = int(o.argmax())
    sure = {"said": names[said], "value": float(o[said])}
    if np.count_nonzero(y == y.max()) > 1:
        return message("ui.facts.says", **sure)
    true = int(y.argmax())
    return message("ui.facts.right" if said == true else "ui.facts.wrong", **sure, true=names[true])


def _activation(kind: str, names: Names, moment: Moment) -> dict[str, Message]:
    """Units that are saturated or silent, and how much of what arrives their slopes let through."""
    made, read = names.output, names.input
    units = moment.trace[made]
    if kind == "sigmoid":
        flat = int(np.count_nonzero(sigmoid_prime(units) < SATURATED))
    elif kind == "tanh":
        flat = int(np.count_nonzero(1 - units**2 < SATURATED))
    elif kind == "relu":
        silent = int(np.count_nonzero(units == 0))
        return {
            made: message("ui.facts.silent", n=silent, count=units.size),
            f"d{read}": message("ui.facts.open", n=units.size - silent, count=units.size),
        }
    else:
        return {}
    found = {made: message("ui.facts.flat", n=flat, count=units.size) if flat else message("ui.facts.alive", count=units.size)}
    gradients = moment.gradients
    if f"d{made}" in gradients and f"d{read}" in gradients and (arrived := float(np.abs(gradients[f"d{made}"]).sum())):
        found[f"d{read}"] = message("ui.facts.passes", share=float(np.abs(gradients[f"d{read}"]).sum()) / arrived)
    return found


def _promise(moment: Moment) -> dict[str, Message]:
    """Whose step promises how much of the first-order fall of the loss, η·‖∂θ‖²: its share, the largest first."""
    falls = {name: float(np.sum(moment.gradients[f"d{name}"] ** 2)) for name in moment.params}
    total = sum(falls.values())
    if not total or not np.isfinite(total):
        return {}
    ordered = sorted(falls, key=lambda name: -falls[name])
    shares = [message("ui.facts.share", name=label(name), share=falls[name] / total) for name in ordered[:3]]
    return {"update": message("ui.facts.promise", shares=shares)}
