"""`python -m cnnviz check FILE`: compares a user's gradients with the gradients of a setup."""

import argparse
import sys
from pathlib import Path

import numpy as np

from cnnviz.core.diagnosis.diagnosis import diagnose
from cnnviz.data.images import find_image, load_images
from cnnviz.data.user_gradients import max_bytes, read_gradients
from cnnviz.export.arguments import (
    add_fields,
    check_start,
    command_parser,
    join_negative_values,
    read_content,
    setup_from_arguments,
)
from cnnviz.export.cli_output import error_message, fail, print_lines, print_message
from cnnviz.export.terminal import Progress, title
from cnnviz.export.terminal import run as run_setup
from cnnviz.export.user_gradients_report import reference_of, report, summary_line
from cnnviz.words import say

EXITS = {"right": 0, "wrong": 1}
"""Exit codes by verdict; 2 if nothing could be decided."""


def run(arguments: list[str]) -> int:
    """Compare gradients and print a report. Return 0 if all are right, 1 if any is wrong, 2 if nothing can be
    decided."""
    args = _parse(arguments)
    try:
        setup, _, notes = setup_from_arguments(args)
        images, x = [find_image(img) for img in setup.images], load_images(setup)
        program = setup.network.program(x.shape)
        user_gradients = read_gradients(read_content(args.file, max_bytes(program, len(images))), program, len(images))
        progress = Progress(sys.stderr, setup.k, "terminal.computing")
        try:
            with np.errstate(all="ignore"):
                reference = reference_of(setup, run_setup(setup, x, progress).in_mode(setup.mode))
        finally:
            progress.clear()
        diagnosis = diagnose(reference, user_gradients.arrays, user_gradients.precisions)
    except ValueError as error:
        return fail(2, error_message(error))
    for note in (*notes, *user_gradients.notes):
        print_message(str(note))
    heading = title(setup, ", ".join(image.words for image in images))
    is_printed = print_lines([*heading, *report(diagnosis, Path(args.file).name, len(user_gradients.passed_over)), summary_line(diagnosis)])
    return EXITS.get(diagnosis.verdict, 2) if is_printed else 1


def _parse(arguments: list[str]) -> argparse.Namespace:
    commands = command_parser("check", "check")
    commands.add_argument("file", metavar=say("terminal.help.metavar.file"), help=say("terminal.check.file"))
    commands.add_argument("link", nargs="?", metavar=say("terminal.help.metavar.link"), help=say("terminal.help.link"))
    add_fields(commands)
    args = commands.parse_args(join_negative_values(arguments))
    check_start(commands, args)
    return args
