"""What is worked out once holds up nobody meanwhile."""

import re
import threading

from cnnviz.core.runtime.cached import cached_property
from tests.conftest import ROOT


class Work:
    def __init__(self, meanwhile=lambda: None):
        self.meanwhile = meanwhile

    @cached_property
    def result(self) -> int:
        self.meanwhile()
        return 1


def test_while_it_is_worked_out_for_one_another_has_it():
    others: list[int] = []

    def another() -> None:
        thread = threading.Thread(target=lambda: others.append(Work().result), daemon=True)
        thread.start()
        thread.join(10)

    work = Work(another)
    assert work.result == 1 and others == [1] and vars(work)["result"] == 1


def test_no_module_has_one_that_holds_a_lock():
    own = ROOT / "cnnviz" / "core" / "runtime" / "cached.py"
    assert not [path for path in (ROOT / "cnnviz").rglob("*.py") if path != own and re.search(r"functools\b.*cached_property", path.read_text())]
