"""`python -m tests.fuzz --minutes 10`: all campaigns of this folder, then all property tests, each with draws of its own.

The time is shared out evenly. It ends with 1 where anything failed; what failed is printed so that it can be pasted back.
"""

import argparse
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
ROUND = [
    *(sys.executable, "-m", "pytest", "--quiet", "--numprocesses", "auto", "-m", "hypothesis", "--hypothesis-profile", "drawn"),
    *("tests", "--ignore", "tests/e2e", "--ignore", "tests/bench", "--ignore", "tests/web"),
]
"""All property tests once."""


def main() -> int:
    """Runs everything; 1 where something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of the whole (10)")
    parser.add_argument("--seed", type=int, default=None, help="of the campaigns (a new one each time)")
    asked = parser.parse_args()
    seed = secrets.randbelow(2**32) if asked.seed is None else asked.seed
    campaigns = sorted(file.stem for file in HERE.glob("[a-z]*.py"))
    share = asked.minutes / (len(campaigns) + 1)
    failed = []
    for name in campaigns:
        print(f"== {name}, seed {seed}, {share:.1f} minutes", flush=True)
        command = [sys.executable, "-m", f"tests.fuzz.{name}", "--minutes", f"{share:.2f}", "--seed", str(seed)]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    print(f"== property tests, {share:.1f} minutes", flush=True)
    if not _property_tests(share * 60):
        failed.append("property tests")
    print(f"failed: {', '.join(failed)}" if failed else "nothing failed")
    return int(bool(failed))


def _property_tests(seconds: float) -> bool:
    """Whole rounds until the time is up, one at least; ends with the first that fails."""
    end = time.monotonic() + seconds
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    while True:
        if subprocess.run(ROUND, env=environment, check=False).returncode:
            return False
        if time.monotonic() > end:
            return True


if __name__ == "__main__":
    sys.exit(main())
