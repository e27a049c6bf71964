"""`python -m cnnviz mutants FILE::TEST --kind KIND`: which known slips a test of a backward function lets pass."""

import argparse

from cnnviz.export.arguments import command_parser
from cnnviz.export.cli_output import fail, put
from cnnviz.judge.case import RETURNS
from cnnviz.judge.courses import COURSES, course_named
from cnnviz.judge.mutants import Mutant, load_test, mutants, passes, right_function
from cnnviz.words import Problem, say


def run(arguments: list[str]) -> int:
    """Runs the test on every mutant and prints those that it lets pass; 0 if there are none, 1 if any, 2 if it fails the right function."""
    asked = _parse(arguments)
    try:
        test = load_test(asked.test)
        if (error := passes(test, right_function(asked.kind, asked.like))) is not None:
            return fail(2, say("terminal.mutants.right_fails", error=f"{type(error).__name__}: {error}".strip(": ")))
        every = list(mutants(asked.kind, asked.like))
    except Problem as problem:
        return fail(2, str(problem))
    except Exception as error:  # of the file that is loaded
        return fail(2, say("terminal.mutants.file_fails", file=asked.test, error=f"{type(error).__name__}: {error}"))
    passed = [mutant for mutant in every if passes(test, mutant.function) is None]
    lines = [line for mutant in passed for line in _lines(mutant, asked)]
    printed = put([*lines, say("terminal.mutants.passed", n=len(passed), count=len(every))])
    return 1 if passed or not printed else 0


def _lines(mutant: Mutant, asked: argparse.Namespace) -> list[str]:
    wrong, right = mutant.slip.code(course_named(asked.like).names(asked.kind))
    return [str(mutant.slip.title), f"- {wrong}", f"+ {right}", ""]


def _parse(arguments: list[str]) -> argparse.Namespace:
    commands = command_parser("mutants", "mutants")
    commands.add_argument("test", metavar=say("terminal.help.metavar.test"), help=say("terminal.mutants.test"))
    commands.add_argument("--kind", choices=tuple(RETURNS), required=True, help=say("terminal.mutants.kind"))
    commands.add_argument("--like", choices=tuple(COURSES), default="cs231n", help=say("terminal.mutants.like"))
    return commands.parse_args(arguments)
