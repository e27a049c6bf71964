"""New cases for the gradient check: `python -m tests.fuzz.gradcheck --minutes 10 --seed 3`, or `--cases 20000`.

No right gradient is called wrong, and no wrong one right where that could be told. A failing case is printed as a test.
The families of cases take turns unless `--family` names one; `--right` leaves out the wrong gradients.
"""

import argparse
import sys
import time
from collections.abc import Sequence

import numpy as np

from tests.core.gradcheck_draws import DRAWS, false_alarm, let_pass

EACH = 10_000_000
"""Numbers of cases of one seed."""

ALARM = """
def test_a_right_gradient_is_not_called_wrong_{number}():
    assert not false_alarm({case})  # {said}
"""
PASSED = """
def test_a_wrong_gradient_is_not_let_pass_{number}():
    assert not let_pass({case}, {number})  # {said}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """How many cases failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.gradcheck", description=__doc__)
    parser.add_argument("--minutes", type=float, default=None)
    parser.add_argument("--cases", type=int, default=None)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--family", choices=DRAWS, default=None)
    parser.add_argument("--right", action="store_true", help="check right gradients alone")
    asked = parser.parse_args(arguments)
    minutes = 1.0 if asked.minutes is None and asked.cases is None else asked.minutes
    end = np.inf if minutes is None else time.monotonic() + 60 * minutes
    tried = failed = 0
    while time.monotonic() < end and (asked.cases is None or tried < asked.cases):
        family = asked.family or list(DRAWS)[tried % len(DRAWS)]
        failed += _fails(family, asked.seed * EACH + tried, asked.right)
        tried += 1
    print(f"{tried:,} cases from seed {asked.seed}: {failed} failed")
    return failed


def _fails(family: str, number: int, right: bool) -> bool:
    """Print what is wrongly judged of the case, and return whether anything is."""
    case = DRAWS[family](number)
    failures = {ALARM: false_alarm(case)} | ({} if right else {PASSED: let_pass(case, number)})
    for text, words in failures.items():
        if words:
            print(text.format(number=number, case=case, said=words), flush=True)
    return any(failures.values())


if __name__ == "__main__":
    sys.exit(min(1, main()))
