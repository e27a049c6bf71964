"""`python -m cnnviz model FILE`: somebody's own model as a network, layer by layer."""

from __future__ import annotations

import argparse

from cnnviz.export.arguments import command_parser, content_of
from cnnviz.export.cli_output import fail, put, reason
from cnnviz.export.import_weights import MOST_BYTES, lesson_of_weights
from cnnviz.models.reading import read_model
from cnnviz.models.rules import Taken
from cnnviz.words import say


def run(arguments: list[str]) -> int:
    """Prints what each layer is here and net=…; 0 if all is as it was, 1 if something is not, 2 if there is no network in it."""
    asked = _parse(arguments)
    try:
        model = read_model(content_of(asked.file, MOST_BYTES))
    except ValueError as error:
        return fail(2, reason(error))
    lines = [*(line for layer in model.layers for line in _lines(layer)), *(f"# {note}" for note in model.notes)]
    try:
        net = str(model.network)
        ends = [*_weights(asked.weights, net), f"net={net}"]
    except ValueError as error:
        put(lines)
        return fail(2, reason(error))
    return (0 if model.is_whole else 1) if put([*lines, "", *ends]) else 1


def _lines(layer: Taken) -> list[str]:
    words = "-".join(layer.words) or say("terminal.model.left_out" if layer.notes else "terminal.model.nothing")
    return [say("terminal.model.layer", text=layer.text, words=words), *(f"# {note}" for note in layer.notes)]


def _weights(file: str | None, net: str) -> list[str]:
    """What is said of a file of weights; Problem where they do not fit."""
    if file is None:
        return []
    lesson, n = lesson_of_weights(content_of(file, MOST_BYTES), net)
    return [say("terminal.model.fits", n=n, file=file, query=f"?net={net}&img={lesson.img}&ch={lesson.ch}")]


def _parse(arguments: list[str]) -> argparse.Namespace:
    commands = command_parser("model", "model")
    commands.add_argument("file", metavar=say("terminal.help.metavar.file"), help=say("terminal.model.file"))
    commands.add_argument("--weights", metavar=say("terminal.help.metavar.file"), help=say("terminal.model.weights"))
    return commands.parse_args(arguments)
