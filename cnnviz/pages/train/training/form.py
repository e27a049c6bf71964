"""The form of a training: options, values and the resulting layers."""

import math
from collections.abc import Sequence

from cnnviz.core.network.optimizers import OPTIMIZERS
from cnnviz.core.setup.image_ids import CLASSES, DIGITS, class_words
from cnnviz.core.setup.presets import PRESETS
from cnnviz.core.setup.setup import CHANNELS, as_text
from cnnviz.core.training.training import DTYPES
from cnnviz.pages.train.training.settings import LEARNS, RATES, Settings
from cnnviz.pages.train.training.trainer import Job
from cnnviz.wire.records import Text
from cnnviz.wire.training import TrainingForm, TrainingLayer
from cnnviz.words import Message, message

NUMBERS = ("epochs", "batch", "rate", "seed")
"""Numeric settings, in the address's order."""


def form(settings: Settings, text: str, job: Job | None, sentences: Sequence[Message], problem: Message | str) -> TrainingForm:
    """Return the form for the address's text `text`. `job` is None if the settings are invalid, and `problem` says
    why."""
    return TrainingForm(
        asked=text,
        text=settings.to_text(),
        classes=settings.classes,
        kinds=[[(name, class_words(name)) for name in names] for names in (CLASSES, DIGITS)],
        values={name: as_text(getattr(settings, name)) for name in (*NUMBERS, "net", "ch", "opt", "dtype")},
        choices=_choices(settings),
        fits=_presets(),
        rates=RATES,
        layers=_layers(job) if job else [],
        learn=message("ui.train.training.fields.learn", n=_count(job)) if job else "",
        sentences=sentences,
        wrong=problem,
    )


def _choices(settings: Settings) -> dict[str, list[tuple[str, Message | str]]]:
    setup_label = message("ui.train.training.fields.own")
    nets: dict[str, Message | str] = {"": setup_label, LEARNS: message("ui.train.training.fields.proposed")}
    nets |= {preset.query["net"]: preset.label for preset in PRESETS}
    return {
        "net": list((nets | {settings.net: nets.get(settings.net, settings.net)}).items()),
        "ch": [("", setup_label), *((channel, message(f"web.channels.{channel}")) for channel in CHANNELS)],
        "opt": [(name, message(f"web.network.{name}")) for name in OPTIMIZERS],
        "dtype": [(name, name) for name in DTYPES],
    }


def _presets() -> dict[str, tuple[str, str]]:
    """Return the channel and the optimizer that each network was designed for."""
    preset_choices = {preset.query["net"]: (preset.query["ch"], preset.query["opt"]) for preset in PRESETS}
    return {LEARNS: ("rgb", "adam")} | preset_choices


def _layers(job: Job) -> list[TrainingLayer]:
    """Return a line for each layer with parameters, with the layers that follow it, and its output shape."""
    program = job.settings.network.program(job.data.train.pixels(job.channel).shape[1:])
    lines: list[TrainingLayer] = []
    for layer, names, shape in zip(program.network.layers, program.network.names, program.inputs, strict=True):
        starts_line = not lines or bool(layer.parameters(shape))
        kinds: Sequence[tuple[Text, str]] = () if starts_line else lines.pop()["kinds"]
        kind = (message(f"layer.{layer.kind}.short"), str(layer))
        lines.append(TrainingLayer(kinds=[*kinds, kind], shape=program.shapes[names.output]))
    return lines


def _count(job: Job) -> int:
    program = job.settings.network.program(job.data.train.pixels(job.channel).shape[1:])
    return sum(math.prod(program.shapes[name]) for name in program.parameters)
