"""Files that are broken: whatever stands in them, what is wrong is said at its line, and nothing is raised."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnnviz.decks.deck_checker import check
from cnnviz.export.decks_command import run
from cnnviz.pages.resource import compute_with_deck, page_of

STEP = '''id = "a"
[[step]]
at = "img=test-0&stage={stage}"
ask = "How?"
kind = "{kind}"
right = "So."
'''
OTHERWISE = 'otherwise = "Not so."\n'
KINDS = {
    "choose": ("z1", 'key = "z1[0, 0]"\nanswers = [{ label = "one of them" }, { label = "another", is = "1", say = "Why?" }]\n'),
    "number": ("z1", 'key = "z1.shape[0]"\ntolerance = "0"\n' + OTHERWISE),
    "click": ("dz1", 'key = "z1 > 0"\nmap = "z1"\nhide = []\n' + OTHERWISE),
    "order": ("L", 'stages = ["df", "do", "dz1"]\n' + OTHERWISE),
    "construct": ("a1", 'key = "saturated > 0.1"\nsolution = "f=notebook"\nhint = "Larger."\nchange = "kernel"\n'),
}
FINE = {kind: STEP.format(kind=kind, stage=stage) + own for kind, (stage, own) in KINDS.items()}
FINE["none"] = 'id = "a"\n[[screen]]\nat = "/train?k=0"\nseconds = 3\nexperiment = "seed"\nupdates = 9\n'
FIELDS = ("id", "languages", "title", "goal", "at", "text", "say", "notes", "seconds", "experiment", "updates", "show", "reveal", "cells", "ask", "kind", "right",
          "key", "answers", "hide", "change", "hint", "hint2", "mark", "otherwise", "tolerance", "map", "stages", "solution", "screen", "else")  # fmt: skip
VALUES = ("3", "-1", "0.5", "inf", "nan", "true", "2020-01-01", "[]", "{}", "[1]", '[""]', '["z1", 2]', "[[]]", "[{}]", '""', '" "', '"é"', '"zz"',
          '{ en = "x" }', '{ en = 3 }', '{ xx = "x" }', '"' + "x" * 5000 + '"', '"k=1"', '"/nowhere?k=1"', '"/train?n=0"', '"img=test-99999"', '"z1["', '"1 / 0"',
          '"max()"', '"__import__(1)"', '"at(1, L)"', '"{z1}"', '"{"')  # fmt: skip


def sound(content: bytes) -> None:
    deck, diagnostics = check(content)
    lines = content.count(b"\n") + 1
    assert (deck is None) == any(diagnostic.is_fatal for diagnostic in diagnostics)
    assert all(1 <= diagnostic.line <= lines and diagnostic.what.say("en") and diagnostic.what.say("fr") for diagnostic in diagnostics)
    assert deck is None or deck.screens


@pytest.mark.parametrize("kind", FINE)
def test_the_files_that_are_broken_below_are_fine(kind):
    assert check(FINE[kind].encode())[1] == []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(FINE)), st.sampled_from(FIELDS), st.sampled_from(VALUES))
@example("none", "screen", "[1]")
@example("choose", "answers", "[{}]")
def test_whatever_a_field_is_what_is_wrong_is_said_at_a_line(kind, field, value):
    lines = [line for line in FINE[kind].splitlines() if not line.startswith((f"{field} =", f"[[{field}]]"))]
    head = field in ("id", "languages", "title", "goal", "screen")
    text = "\n".join([f"{field} = {value}", *lines] if head else [*lines, f"{field} = {value}"]) + "\n"
    sound(text.encode())


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FINE)), st.data())
def test_whatever_bytes_are_in_it_it_is_read_or_refused(kind, data):
    content = FINE[kind].encode()
    at = data.draw(st.integers(0, len(content)))
    sound(content[:at] + data.draw(st.binary(max_size=4)) + content[at + data.draw(st.integers(0, 8)) :])


@pytest.mark.parametrize("screens", ["[1, 2]", '[{ at = "" }, 3]', "[[{}]]", '["x"]'])
def test_each_screen_has_to_be_a_table(screens):
    deck, diagnostics = check(f'id = "a"\nscreen = {screens}\n'.encode())
    assert deck is None and diagnostics and all(diagnostic.line == 2 and "at = …" in str(diagnostic.what) for diagnostic in diagnostics)


@pytest.mark.parametrize(("at", "words"), [
    ("/check?mistake=zzz", "zzz"), ("/check?mistake=mean_forgotten&net=conv1x3-relu-dense2-softmax-ce", "mse"),
    ("/?mission=none", "mission"), ("/?view=cinema", "cinema"), ("/?whole=2", "2"),
])  # fmt: skip
def test_what_an_address_says_of_its_page_has_to_hold(at, words):
    (diagnostic,) = check(f'id = "a"\n[[screen]]\nat = "{at}"\n'.encode())[1]
    assert diagnostic.line == 3 and words in str(diagnostic.what)


@pytest.mark.parametrize("content", [
    FINE["choose"].encode("utf-16"), FINE["choose"].replace("So.", "Été").encode("latin-1"), b"\xef\xbb\xbf\x00", b"a=" + b"[" * 20_000, b"a" + b".a" * 30_000 + b"=1",
    b'a = "' + b"x" * 300_000 + b'"',
    b'id = "\\uD800"\n', b'id = "a"\nid = "b"\n', b"\n" * 190_000, b"",
], ids=["utf-16", "latin-1", "zero", "deep", "dots", "huge", "surrogate", "twice", "empty lines", "empty"])  # fmt: skip
def test_the_command_says_file_and_line_and_ends_with_1(tmp_path: Path, content: bytes, capsys):
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    assert run([str(file)]) == 1
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{file}:") and first.removeprefix(f"{file}:").split(":")[0].isdigit()


def test_what_is_no_file_is_said_too(tmp_path: Path, capsys):
    for path in (tmp_path, tmp_path / "absent.toml"):
        assert run([str(path)]) == 1
        assert capsys.readouterr().out.startswith(f"{path}:1: ")


def test_the_values_of_the_first_property_are_toml():
    for value in VALUES:
        tomllib.loads(f"a = {value}")


NESTED = ["[" * 490 + "]" * 490, "[" * 4_000 + "]" * 4_000, "{ a = " * 200 + "1" + " }" * 200]


@pytest.mark.parametrize("value", ["9" * 5_000, "9" * 4_000, "-" + "9" * 30, *NESTED])
def test_a_value_that_no_page_can_show_is_a_fault_on_its_line(value):
    content = f'id = "a"\n[[screen]]\nat = ""\nseconds = {value}\n'.encode()
    deck, diagnostics = check(content)
    assert deck is None and diagnostics[0].line in (4, 5) and str(diagnostics[0].what)
    result = compute_with_deck(page_of("script"), {}, content)
    assert json.loads(result.plain[4 : 4 + int.from_bytes(result.plain[:4], "little")])["faults"]
