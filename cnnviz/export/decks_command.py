"""`python -m cnnviz scripts FILE…`: prints the diagnostics of deck files, or which mistakes each question detects."""

import argparse
from pathlib import Path

from cnnviz.decks.deck import Deck
from cnnviz.decks.deck_checker import check_file
from cnnviz.decks.deck_fields import Diagnostic
from cnnviz.decks.library import bundled_lessons, deck_key, line_of_after, reserved_decks
from cnnviz.decks.mistakes_found import matrix
from cnnviz.decks.prerequisites import prerequisite_faults
from cnnviz.export.arguments import command_parser
from cnnviz.export.cli_output import print_lines
from cnnviz.words import message, say


def run(arguments: list[str], name: str = "scripts") -> int:
    """Print a line for each diagnostic, and the matrix if requested. Return 1 if there are diagnostics, otherwise 0."""
    args = _parse(arguments, name)
    reserved = reserved_decks()
    file_of, bundled_decks = {deck_key(deck): "cnnviz" for deck in reserved}, {deck_key(deck): deck for deck in reserved}
    lines: list[str] = []
    valid_decks: list[Deck] = []
    error_count = 0
    checked = {file: check_file(Path(file)) for file in args.files}
    lessons = {deck.id: deck for deck in (*bundled_lessons(), *(deck for deck, _ in checked.values() if deck)) if deck.is_lesson}
    prerequisites = dict(prerequisite_faults(lessons))
    for file, (deck, diagnostics) in checked.items():
        if deck and deck_key(deck) in file_of and deck != bundled_decks.get(deck_key(deck)):
            diagnostics = [Diagnostic(1, message("lessons.file.taken_by", id=deck.id, file=file_of[deck_key(deck)]))]
        elif deck:
            file_of[deck_key(deck)] = file
            if deck.is_lesson and deck.id in prerequisites:
                diagnostics = [*diagnostics, Diagnostic(line_of_after(Path(file)), prerequisites[deck.id])]
        error_count += len(diagnostics)
        lines += [say("lessons.fault", file=file, line=str(diagnostic.line), what=diagnostic.what) for diagnostic in diagnostics]
        if deck is not None and not diagnostics:
            valid_decks.append(deck)
            lines.append(say("terminal.scripts.fine", file=file, title=str(deck.title), n=len(deck.screens)))
    if error_count:
        lines.append(say("terminal.scripts.faults", n=error_count))
    if args.matrix:
        lines += _matrix(valid_decks if args.files else [*bundled_lessons()])
    return 1 if not print_lines(lines) or error_count else 0


def lessons(arguments: list[str]) -> int:
    """Run the command under its former name."""
    return run(arguments, "lessons")


def _matrix(decks: list[Deck]) -> list[str]:
    """Return the matrix as lines: a row for each question and a column for each mistake, × if the key changes, and a
    dot if the mistake is impossible."""
    table = matrix(decks)
    names = [question for question, _ in table.rows]
    width = max(map(len, names), default=0)
    header = " " * width + "  " + " ".join(f"{n:>2}" for n in range(1, len(table.mistakes) + 1))
    rows = [f"{name:<{width}}  " + " ".join(f"{_SIGNS[verdict]:>2}" for verdict in row) for name, row in table.rows]
    counts = [f"{n:>2} {name}: {table.count(n - 1)}" for n, name in enumerate(table.mistakes, 1)]
    return [header, *rows, "", say("terminal.scripts.changes"), *counts]


_SIGNS = {None: ".", False: "-", True: "×"}


def _parse(arguments: list[str], name: str) -> argparse.Namespace:
    commands = command_parser("scripts", name)
    commands.add_argument("files", nargs="*", metavar=say("terminal.help.metavar.file"), help=say("terminal.scripts.files"))
    commands.add_argument("--matrix", action="store_true", help=say("terminal.scripts.matrix"))
    args = commands.parse_args(arguments)
    if not args.files and not args.matrix:
        commands.error(say("terminal.scripts.nothing"))
    return args
