"""Which lessons build on which: unknown and circular names are refused, in a folder and by the command."""

import pytest

from cnnviz.decks.deck_file import read
from cnnviz.decks.library import SETTING, bundled_lessons, library
from cnnviz.export.decks_command import run
from tests.pages.running import shown

STEP = '[[step]]\nat = "img=test-3&stage=z1"\nask = "Which?"\nkind = "order"\nstages = ["z1", "a1", "o"]\nright = "So."\notherwise = "No."\n'


def lesson(id: str, after: str) -> str:
    return f'id = "{id}"\ntitle = "{id.title()}"\ngoal = "see"\nafter = {after}\n{STEP}'


def test_the_bundled_lessons_form_one_path_from_the_first():
    lessons = {deck.id: deck for deck in bundled_lessons()}
    assert [id for id, deck in lessons.items() if not deck.after] == ["kernel"]
    seen: set[str] = set()
    for id, deck in lessons.items():
        assert seen.issuperset(deck.after), f"{id} comes before what it builds on"
        seen.add(id)
    listed = {entry["id"]: entry["after"] for entry in shown("learn", {})[0]["learn"]["lessons"]}
    assert listed == {id: list(deck.after) for id, deck in lessons.items()}


@pytest.mark.parametrize(("after", "line"), [('["kernel", "blame"]', None), ('["mine"]', 4), ('["kernel", "kernel"]', 4), ("[3]", 4), ('"kernel"', 4)])
def test_the_field_is_a_list_of_other_ids(after, line):
    deck, reading = read(lesson("mine", after).encode())
    assert [diagnostic.line for diagnostic in reading.diagnostics] == ([] if line is None else [line])
    assert line is not None or deck.after == ("kernel", "blame")


def test_unknown_and_circular_names_are_refused_and_what_builds_on_them_too(tmp_path, monkeypatch):
    files = {"fine": '["kernel"]', "one": '["two"]', "two": '["one"]', "lost": '["nowhere"]', "later": '["lost"]', "last": '["fine"]'}
    for id, after in files.items():
        (tmp_path / f"{id}.toml").write_text(lesson(id, after), "utf-8")
    monkeypatch.setenv(SETTING, str(tmp_path))
    result = library()
    assert {deck.id for deck in result.lessons} - {deck.id for deck in bundled_lessons()} == {"fine", "last"}
    faults = {name: (diagnostic.line, str(diagnostic.what)) for name, diagnostic in result.diagnostics}
    assert faults.keys() == {"one.toml", "two.toml", "lost.toml", "later.toml"} and {line for line, _ in faults.values()} == {4}
    assert "circle: one, two, one" in faults["one.toml"][1] and "no lesson nowhere" in faults["lost.toml"][1]


def test_the_command_knows_the_lessons_of_all_its_files(tmp_path, capsys):
    for id, after in {"one": '["two", "kernel"]', "two": "[]", "lost": '["nowhere"]'}.items():
        (tmp_path / f"{id}.toml").write_text(lesson(id, after), "utf-8")
    assert run([str(tmp_path / "one.toml"), str(tmp_path / "two.toml")]) == 0
    capsys.readouterr()
    assert run([str(tmp_path / "lost.toml")]) == 1
    assert "lost.toml:4: There is no lesson nowhere." in capsys.readouterr().out
