"""`python -m cnnviz scripts FILE…`: prints the diagnostics of deck files, or which mistakes each question detects."""

import argparse
from pathlib import Path

from cnnviz.decks.deck import Deck
from cnnviz.decks.deck_checker import check_file
from cnnviz.decks.deck_fields import Diagnostic
from cnnviz.decks.library import bundled, deck_key, reserved_decks
from cnnviz.decks.mistakes_found import matrix
from cnnviz.export.arguments import command_parser
from cnnviz.export.cli_output import put
from cnnviz.words import message, say


def run(arguments: list[str], name: str = "scripts") -> int:
    """Print a line for each diagnostic, and the matrix if requested. Return 1 if there are diagnostics, otherwise 0."""
    asked = _parse(arguments, name)
    known = reserved_decks()
    taken, own = {deck_key(deck): "cnnviz" for deck in known}, {deck_key(deck): deck for deck in known}
    lines: list[str] = []
    fine: list[Deck] = []
    wrong = 0
    for file in asked.files:
        deck, diagnostics = check_file(Path(file))
        if deck and deck_key(deck) in taken and deck != own.get(deck_key(deck)):
            diagnostics = [Diagnostic(1, message("lessons.file.taken_by", id=deck.id, file=taken[deck_key(deck)]))]
        elif deck:
            taken[deck_key(deck)] = file
        wrong += len(diagnostics)
        lines += [say("lessons.fault", file=file, line=str(diagnostic.line), what=diagnostic.what) for diagnostic in diagnostics]
        if deck is not None and not diagnostics:
            fine.append(deck)
            lines.append(say("terminal.scripts.fine", file=file, title=str(deck.title), n=len(deck.screens)))
    if wrong:
        lines.append(say("terminal.scripts.faults", n=wrong))
    if asked.matrix:
        lines += _matrix(fine if asked.files else [*bundled()])
    return 1 if not put(lines) or wrong else 0


def lessons(arguments: list[str]) -> int:
    """Run the command under its former name."""
    return run(arguments, "lessons")


def _matrix(decks: list[Deck]) -> list[str]:
    """Return the matrix as lines: a row for each question and a column for each mistake, × if the key changes, and a
    dot if the mistake is impossible."""
    found = matrix(decks)
    names = [question for question, _ in found.rows]
    width = max(map(len, names), default=0)
    head = " " * width + "  " + " ".join(f"{n:>2}" for n in range(1, len(found.mistakes) + 1))
    rows = [f"{name:<{width}}  " + " ".join(f"{_SIGNS[of]:>2}" for of in row) for name, row in found.rows]
    counts = [f"{n:>2} {name}: {found.count(n - 1)}" for n, name in enumerate(found.mistakes, 1)]
    return [head, *rows, "", say("terminal.scripts.changes"), *counts]


_SIGNS = {None: ".", False: "-", True: "×"}


def _parse(arguments: list[str], name: str) -> argparse.Namespace:
    commands = command_parser("scripts", name)
    commands.add_argument("files", nargs="*", metavar=say("terminal.help.metavar.file"), help=say("terminal.scripts.files"))
    commands.add_argument("--matrix", action="store_true", help=say("terminal.scripts.matrix"))
    asked = commands.parse_args(arguments)
    if not asked.files and not asked.matrix:
        commands.error(say("terminal.scripts.nothing"))
    return asked
