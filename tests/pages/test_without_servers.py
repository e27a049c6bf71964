"""Answers need NumPy, Pillow and the library for formulas: no server, no Streamlit, no TensorFlow."""

import hashlib
import subprocess
import sys

import pytest

from cnnviz.pages import answer

ALONE = """
import hashlib, importlib, pkgutil, sys
from importlib.abc import MetaPathFinder

ALLOWED = {"cnnviz", "numpy", "PIL", "latex2mathml"}

class Nothing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in ALLOWED | sys.stdlib_module_names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())
import cnnviz
for room in ("core", "data", "words", "decks", "export", "pages", "wire"):
    package = importlib.import_module(f"cnnviz.{room}")
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
from cnnviz.pages import answer
for page in ("step", "train", "check", "notebook", "learn"):
    print(page, hashlib.sha256(answer(page, {"k": "2", "n": "20"})).hexdigest())
"""


@pytest.fixture(scope="module")
def alone() -> dict[str, str]:
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(line.split() for line in done.stdout.splitlines())


@pytest.mark.parametrize("page", ["step", "train", "check", "notebook", "learn"])
def test_every_page_answers_the_same_without_anything_else_installed(alone, page):
    assert alone[page] == hashlib.sha256(answer(page, {"k": "2", "n": "20"})).hexdigest()
