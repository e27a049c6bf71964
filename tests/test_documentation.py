"""What the documentation names is there: files, headings, make's goals, the command's options and the environment's settings."""

import ast
import re
from pathlib import Path

import pytest

from cnnviz.export.arguments import parser
from tests.conftest import ROOT

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")]
SOURCES = "\n".join(path.read_text("utf-8") for path in [*ROOT.glob("cnnviz/**/*.py"), ROOT / "app.py", ROOT / "deploy" / "compose.yaml"])


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_of_the_documentation_names_is_there(page: Path):
    text = page.read_text("utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        if not link.startswith("http"):
            there = (page.parent / path).resolve() if path else page
            assert there.exists(), link
            assert not anchor or anchor in anchors(there.read_text("utf-8")), link
    goals = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^    |`)make (\w+)", text, re.MULTILINE)) <= goals
    known = {option for action in parser()._actions for option in action.option_strings}
    known |= {option for path in ROOT.glob("cnnviz/export/*_command.py") for option in re.findall(r'add_argument\("(--[\w-]+)"', path.read_text("utf-8"))}
    called = re.findall(r"^ *(?:\S*/)?cnnviz (.*)$|`cnnviz\s+([^`]*)`", text, re.MULTILINE)
    assert {option for words in called for option in re.findall(r"(?<![\w-])--[\w-]+", " ".join(words))} <= known
    assert all(name in SOURCES for name in re.findall(r"CNNVIZ_[A-Z]+", text))


def test_docstrings_begin_with_a_noun_or_a_verb():
    asking = re.compile(r"(What|How|Where|Which|When|Who)\b")
    for path in sorted((ROOT / "cnnviz").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                assert not asking.match(node.value.value), f"{path.relative_to(ROOT)}:{node.lineno}"
