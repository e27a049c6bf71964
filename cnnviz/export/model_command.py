"""`python -m cnnviz model FILE`: converts a user's model to a network, layer by layer."""

import argparse
from collections.abc import Mapping

import numpy as np

from cnnviz.export.arguments import command_parser, read_content
from cnnviz.export.cli_output import error_message, fail, print_lines
from cnnviz.export.import_weights import MOST_BYTES, arrays_of, setup_of_weights
from cnnviz.models.layer_rules import ConvertedLayer
from cnnviz.models.reading import read_model
from cnnviz.models.weights import weights_in
from cnnviz.words import Problem, say


def run(arguments: list[str]) -> int:
    """Print each layer's counterpart and net=…. Return 0 if all layers are converted exactly, 1 if some are not, 2 if
    no network exists."""
    options = _parse(arguments)
    try:
        content = read_content(options.file, MOST_BYTES)
        model = read_model(content, options.name or "")
    except ValueError as error:
        return fail(2, error_message(error))
    lines = [*(line for layer in model.layers for line in _lines(layer)), *(f"# {note}" for note in (*model.refused, *model.notes))]
    try:
        net = str(model.checked_network)
        ends = [*_weights(options, content, net), f"net={net}"]
    except ValueError as error:
        print_lines(lines)
        return fail(2, error_message(error))
    return (0 if model.is_exact else 1) if print_lines([*lines, "", *ends]) else 1


def _lines(layer: ConvertedLayer) -> list[str]:
    words = "-".join(layer.words) or say("model.left_out" if layer.notes else "model.nothing")
    return [say("terminal.model.layer", text=layer.text, words=words), *(f"# {note}" for note in layer.remarks)]


def _weights(args: argparse.Namespace, content: bytes, net: str) -> list[str]:
    """Return the lines about weights from --weights or the model's file, and write them for --npz. Raise Problem if
    they do not fit."""
    try:
        arrays = arrays_of(read_content(args.weights, MOST_BYTES)) if args.weights is not None else weights_in(content)
    except Problem as problem:
        if args.weights or args.npz:
            raise
        return [f"# {problem}"]
    if not arrays and args.npz:
        raise Problem("terminal.model.none", file=args.file)
    if not arrays:
        return []
    try:
        setup, n = setup_of_weights(arrays, net)
    except Problem as problem:
        if args.weights or args.npz:
            raise
        return [f"# {problem}"]
    file = args.weights or args.npz
    if args.npz is not None:
        _write(args.npz, arrays)
    query = f"?net={net}&img={setup.img}&ch={setup.ch}"
    return [say("terminal.model.fits" if file else "terminal.model.holds", n=n, file=file or args.file, query=query)]


def _write(name: str, arrays: Mapping[str, np.ndarray]) -> None:
    try:
        with open(name, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # of its keywords all but allow_pickle are arrays
    except OSError as error:
        raise Problem("terminal.unwritable", file=repr(name), error=error.strerror) from None


def _parse(arguments: list[str]) -> argparse.Namespace:
    commands = command_parser("model", "model")
    commands.add_argument("file", metavar=say("terminal.help.metavar.file"), help=say("terminal.model.file"))
    commands.add_argument("--name", metavar=say("terminal.help.metavar.name"), help=say("terminal.model.name"))
    commands.add_argument("--weights", metavar=say("terminal.help.metavar.file"), help=say("terminal.model.weights"))
    commands.add_argument("--npz", metavar=say("terminal.help.metavar.file"), help=say("terminal.model.npz"))
    return commands.parse_args(arguments)
