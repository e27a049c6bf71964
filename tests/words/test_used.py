"""Code and catalogue belong together: every id that the code names has words, and all words are named by code."""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import cnnviz
from cnnviz.words import catalogue

FOLDER = Path(cnnviz.__file__).parent
CALLS = {"say", "message", "text", "Problem"}


def _pattern(node: ast.expr) -> list[str]:
    """The ids that an argument can be: a literal, or one with * for what is filled in; of "a if x else b" both."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)]
    if isinstance(node, ast.IfExp):
        return _pattern(node.body) + _pattern(node.orelse)
    if isinstance(node, ast.BinOp):
        return [a + b for a in _pattern(node.left) or ["*"] for b in _pattern(node.right) or ["*"]]
    return []


def _named(section: str) -> set[str]:
    """What the code hands to the functions of words/, of the ids that begin with `section`."""
    found = set()
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and getattr(node.func, "id", getattr(node.func, "attr", "")) in CALLS:
                found |= {*_pattern(node.args[0])}
            elif isinstance(node, ast.Assign):
                found |= {*_pattern(node.value)}
    return {id for id in found if id.startswith(f"{section}.")}


@pytest.mark.parametrize("section", ["ui"])
def test_every_id_in_the_code_has_words_and_all_words_are_named(section):
    named = _named(section)
    ids = {id for id in catalogue() if id.startswith(f"{section}.")}
    assert ids and named
    assert not [id for id in named if not any(fnmatchcase(known, id) for known in ids)], "no words"
    assert not [known for known in ids if not any(fnmatchcase(known, id) for id in named)], "named by nobody"
