"""Property tests draw the same, whatever was loaded and tested before them."""

import subprocess
import sys

from tests.conftest import ROOT

TEST = """
import {loaded}
from hypothesis import given, settings, strategies as st

@settings(max_examples=300)
@given(st.integers(), st.text(), st.floats())
def test_draws(whole, text, number):
    print((whole, text, number))
"""


def test_draws_do_not_depend_on_what_is_loaded(tmp_path):
    message = []
    for loaded in ("math", "tests.core.networks"):
        (tmp_path / "test_it.py").write_text(TEST.format(loaded=loaded))
        command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "tests.conftest", str(tmp_path / "test_it.py")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        message.append([line for line in done.stdout.splitlines() if line.startswith("(")])
    assert message[0] == message[1] and len(message[0]) >= 300
