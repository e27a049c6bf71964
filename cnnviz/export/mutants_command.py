"""`python -m cnnviz mutants FILE::TEST --kind KIND`: lists the known mistakes that a test of a backward function does
not detect."""

import argparse

from cnnviz.export.arguments import command_parser
from cnnviz.export.cli_output import fail, print_lines
from cnnviz.judge.case import RETURNS
from cnnviz.judge.courses import COURSES, course_named
from cnnviz.judge.mutant_tests import run_test
from cnnviz.judge.mutants import Mutant, mutants
from cnnviz.words import Problem, say


def run(arguments: list[str]) -> int:
    """Run the test on every mutant and print the ones that pass. Return 0 if none passes, 1 if any does, 2 if the
    correct function fails."""
    args = _parse(arguments)
    try:
        report = run_test(args.test, args.kind, args.like, args.function)
    except Problem as problem:
        return fail(2, str(problem))
    if report.error:
        return fail(2, say("terminal.mutants.right_fails", error=report.error))
    outcomes = list(zip(mutants(args.kind, args.like), report.passed, strict=True))
    passing_mutants = [mutant for mutant, has_passed in outcomes if has_passed]
    impossible_count = sum(has_passed is None for _, has_passed in outcomes)
    lines = [line for mutant in passing_mutants for line in _lines(mutant, args)]
    notes = [say("terminal.mutants.impossible", n=impossible_count)] if impossible_count else []
    is_printed = print_lines([*lines, *notes, say("terminal.mutants.passed", n=len(passing_mutants), count=len(outcomes) - impossible_count)])
    return 1 if passing_mutants or not is_printed else 0


def _lines(mutant: Mutant, args: argparse.Namespace) -> list[str]:
    wrong, correct = mutant.mistake.code(course_named(args.like).names(args.kind))
    return [str(mutant.mistake.title), f"- {wrong}", f"+ {correct}", ""]


def _parse(arguments: list[str]) -> argparse.Namespace:
    commands = command_parser("mutants", "mutants")
    commands.add_argument("test", metavar=say("terminal.help.metavar.test"), help=say("terminal.mutants.test"))
    commands.add_argument("--kind", choices=tuple(RETURNS), required=True, help=say("terminal.mutants.kind"))
    commands.add_argument("--function", metavar=say("terminal.help.metavar.name"), help=say("terminal.mutants.function"))
    commands.add_argument("--like", choices=tuple(COURSES), default="cs231n", help=say("terminal.mutants.like"))
    return commands.parse_args(arguments)
