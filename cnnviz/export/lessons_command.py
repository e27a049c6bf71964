"""`python -m cnnviz lessons FILE…`: what is wrong with files of guided lessons, and where."""

from __future__ import annotations

import argparse
from pathlib import Path

from cnnviz.export.arguments import command_parser
from cnnviz.export.cli_output import put
from cnnviz.scripts.lesson_checker import check_file
from cnnviz.scripts.lesson_file import Fault
from cnnviz.scripts.library import bundled
from cnnviz.words import message, say


def run(arguments: list[str]) -> int:
    """Checks and prints, a line for each fault; 0 if there is none, 1 if there are some."""
    asked = _parse(arguments)
    lines: list[str] = []
    taken = {lesson.id: "cnnviz" for lesson in bundled()}
    own = {lesson.id: lesson for lesson in bundled()}
    wrong = 0
    for name in asked.files:
        lesson, faults = check_file(Path(name))
        if lesson is not None and lesson.id in taken and lesson != own.get(lesson.id):
            faults = [Fault(1, message("lessons.file.taken_by", id=lesson.id, file=taken[lesson.id]))]
        elif lesson is not None:
            taken[lesson.id] = name
        wrong += len(faults)
        lines += [say("terminal.lessons.fault", file=name, line=str(fault.line), what=fault.what) for fault in faults]
        if lesson is not None and not faults:
            lines.append(say("terminal.lessons.fine", file=name, title=str(lesson.title), n=len(lesson.steps)))
    if wrong:
        lines.append(say("terminal.lessons.faults", n=wrong))
    return 1 if not put(lines) or wrong else 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    commands = command_parser("lessons", "lessons")
    commands.add_argument("files", nargs="+", metavar=say("terminal.help.metavar.file"), help=say("terminal.lessons.files"))
    return commands.parse_args(arguments)
