"""Code and catalogue belong together: every id that the code names has words, and all words are named by code."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

import cnnviz
from cnnviz.words import catalogue

FOLDER = Path(cnnviz.__file__).parent


def _ids(tree: ast.AST) -> Iterator[str]:
    """Every text in the code as an id can be: with * for what is filled in."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not isinstance(tree, ast.JoinedStr):
            yield node.value
        yield from _ids(node)


@cache
def _texts() -> tuple[str, ...]:
    """Every text in the code, which an id may be."""
    texts = [id for file in FOLDER.rglob("*.py") for id in _ids(ast.parse(file.read_text("utf-8")))]
    for file in FOLDER.rglob("*.js"):
        texts += [re.sub(r"\$\{[^}]*\}", "*", id) for id in re.findall(r"""["'`]([\w.]+(?:\$\{[^}]*\}[\w.]*)*)["'`]""", file.read_text("utf-8"))]
    return tuple(texts)


def _named(section: str) -> set[str]:
    """The ids in the code that begin with `section`."""
    return {id for id in _texts() if id.startswith(f"{section}.") and " " not in id}


TOLD = tuple(sorted({id.partition(".")[0] for id in catalogue()} - {"words"}))
"""All sections but that of the sentences that this module itself needs."""
NAMES_ALONE = ("layer", "lesson", "loss", "model", "stage", "web")
"""Texts in the code that begin so are not always ids."""
BY_TABLE = ("web.streamlit.",)
"""What Streamlit's own elements are called, which its page takes as a table."""


@pytest.mark.parametrize("section", TOLD)
def test_every_id_in_the_code_has_words_and_all_words_are_named(section):
    named = _named(section)
    ids = {id for id in catalogue() if id.startswith(f"{section}.")}
    assert ids and named
    if section not in NAMES_ALONE:
        assert not [id for id in named if not any(fnmatchcase(known, id) for known in ids)], "no words"
    assert not [known for known in ids if not known.startswith(BY_TABLE) and not any(fnmatchcase(known, id) for id in named)], "named by nobody"


def test_a_colon_between_two_values_is_the_language_s():
    """French has a space before it: `COLON` in view/model/numbers/format.js."""
    files = [file for file in FOLDER.rglob("*.js") if "vendor" not in file.parts]
    result = [f"{file.name}: {line.strip()}" for file in files for line in file.read_text("utf-8").splitlines() if "}: ${" in line]
    assert [line for line in result if "throw new Error" not in line] == []
