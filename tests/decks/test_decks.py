"""Decks: lists of screens, with questions or without; what is wrong with their files, where they are, and what questions find out."""

import gc
import subprocess
import sys

import pytest

from cnnviz.__main__ import main
from cnnviz.core.mistakes import MISTAKES
from cnnviz.decks import deck_checker, library
from cnnviz.decks.deck_checker import check, check_file
from cnnviz.decks.deck_file import MOST_BYTES
from cnnviz.decks.library import bundled_lessons
from cnnviz.decks.mistakes_found import changes_key, matrix
from cnnviz.decks.screen_address import PAGES, parse_address
from cnnviz.pages.registry import pages
from cnnviz.pages.resource import compute_with_deck, page_of
from cnnviz.words import DEFAULT, languages
from tests.decks.test_checker import BOTH, CLICK, CONSTRUCT, FINE, NUMBER, ORDER

LECTURE = '''id = "kernel"
[[screen]]
at = "/?img=test-3&stage=z1"
say = "Nine weights ask at every place: the largest sum is {max(z1):3}."
notes = "Wait for the hall."
seconds = 90
[[screen]]
at = "/train?k=0"
experiment = "seed"
updates = 200
[[screen]]
at = "img=test-3"
[[screen]]
at = "/train?sweep=lr:0.01;0.1&n=50"
title = "Two rates"
'''
DIAGNOSTICS = [
    ('id = "kernel"\n', "", 1, "“id” is missing"),
    ('at = "img=test-3"\n', "", 11, "“at” is missing in this screen"),
    ('"/train?k=0"', '"/training?k=0"', 8, "no page /training"),
    ('"/train?k=0"', '"/train?img=cat-0,cat-1"', 8, "Choose one"),
    ('"/train?k=0"', '"/check?k=0"', 9, "Write /train"),
    ('"/train?k=0"', '"k=0"', 9, "Write /train"),
    ('"seed"', '"kernel"', 9, "no experiment kernel. Known: seed, start, lr"),
    ('experiment = "seed"\n', "", 9, "“updates” requires an experiment"),
    ("updates = 200", "updates = 0", 10, "from 1 to 10,000"),
    ("updates = 200", "updates = 2.5", 10, "must be a whole number"),
    ("updates = 200", "updates = true", 10, "must be a whole number"),
    ("seconds = 90", 'seconds = "90"', 6, "must be a number"),
    ("seconds = 90", "seconds = -1", 6, "from 1 to"),
    ("seconds = 90", "secs = 90", 6, "no field secs"),
    ("{max(z1):3}", "{max(z9):3}", 4, "no array z9"),
    ("{max(z1):3}", "{max(z1):3", 4, "Unmatched brace"),
    ('notes = "Wait', 'text = "Wait', 4, "say and text are synonyms"),
    ("stage=z1", "stage=z9", 3, "cannot be used as it is"),
    ("stage=z1", "stage=z1&n=5", 3, "no key n"),
    ("lr:0.01;0.1", "lr:0.01;x", 14, "'x' is not a number"),
    ("n=50", "n=0", 14, "n: 0 is not an integer"),
    ('[[screen]]\nat = "img=test-3"', '[[step]]\nat = "img=test-3"', 2, "are synonyms"),
    ('at = "img=test-3"', 'at = "img=test-3"\nkey = "1"', 11, "“ask” is missing"),
    (LECTURE[LECTURE.index("[[screen]]") :], "", 1, "There is no screen"),
    (LECTURE[LECTURE.index("[[screen]]") :], "screen = []", 2, "has 1 to 60"),
    (LECTURE[LECTURE.index("[[screen]]") :], '[screen]\nat = ""', 2, "with [[screen]]"),
]  # fmt: skip


def test_a_screen_of_an_address_alone_is_fine():
    deck, diagnostics = check(b'id = "a"\n[[screen]]\nat = ""\n')
    assert deck is not None and not diagnostics and str(deck.title) == "a" and str(deck.goal) == "" and not deck.is_lesson


def test_a_lecture_has_its_screens():
    deck, diagnostics = check(LECTURE.encode())
    assert deck is not None and not diagnostics and not deck.is_lesson
    first, second, third, fourth = deck.screens
    assert (first.place.page, first.at, first.seconds, str(first.notes)) == ("", "img=test-3&stage=z1", 90, "Wait for the hall.")
    assert (second.place.page, second.at, second.experiment, second.updates) == ("train", "k=0", "seed", 200)
    assert (third.place.page, third.at) == ("", "img=test-3")
    assert fourth.place.page_query == {"sweep": "lr:0.01;0.1", "n": "50"} and fourth.at == ""


@pytest.mark.parametrize("content", [FINE, BOTH, NUMBER, CLICK, ORDER, CONSTRUCT])
def test_a_step_and_a_screen_are_the_same(content):
    step, screen = (check(text.encode()) for text in (content, content.replace("[[step", "[[screen")))
    assert step == screen and step[0] is not None and step[0].is_lesson


def test_say_stands_for_text_and_nothing_but_the_question_is_needed():
    message = check(FINE.replace("text = ", "say = ").encode())
    assert message[0] is not None and message[0].screens == check(FINE.encode())[0].screens
    bare = "".join(line for line in FINE.splitlines(keepends=True) if not line.startswith(("title", "goal", "text")))
    deck, diagnostics = check(bare.encode())
    assert deck is not None and not diagnostics and str(deck.title) == "dot"
    assert any(diagnostic.line == 6 for diagnostic in check(FINE.replace("text = ", "say = ").replace("{max(f)}", "{max(g)}").encode())[1])


def test_a_question_is_asked_on_learn_alone():
    assert check(FINE.replace('at = "', 'at = "/learn?').encode())[1] == []
    for page in ("/?", "/train?"):
        (diagnostic,) = check(FINE.replace('at = "', f'at = "{page}').encode())[1]
        assert diagnostic.line == 5 and "shown on Learn" in str(diagnostic.what)


@pytest.mark.parametrize(("good", "bad", "line", "words"), DIAGNOSTICS)
def test_every_fault_is_found_at_its_line(good, bad, line, words):
    assert good in LECTURE
    deck, diagnostics = check(LECTURE.replace(good, bad, 1).encode())
    assert deck is None and any(diagnostic.line == line and words in str(diagnostic.what) for diagnostic in diagnostics), [(f.line, str(f.what)) for f in diagnostics]


def test_no_line_can_be_left_out_or_cut_off_without_a_sentence_or_a_deck():
    lines = LECTURE.splitlines()
    for n, line in enumerate(lines):
        for instead in ([], [line[: len(line) // 2]], [line.replace('"', "")], [line, line]):
            deck, diagnostics = check("\n".join([*lines[:n], *instead, *lines[n + 1 :]]).encode())
            assert (deck is None) == any(diagnostic.is_fatal for diagnostic in diagnostics)
            assert all(1 <= diagnostic.line <= len(lines) + 1 and str(diagnostic.what) for diagnostic in diagnostics)


@pytest.mark.parametrize("n", [1, 60, 61])
def test_a_deck_has_up_to_60_screens(n):
    deck, diagnostics = check(('id = "many"\n' + '[[screen]]\nat = ""\n' * n).encode())
    assert (deck is not None) == (n <= 60) == (not diagnostics)


@pytest.mark.parametrize("content", ['id = "many"\n' + "[[screen]]\n" * 18_000, LECTURE.replace("[[screen]]", "[[screen]]\nnothing = 1", 1)])
def test_in_limited_time_nothing_is_computed_of_a_deck_whose_form_has_faults(content, monkeypatch):
    assert len(content) < MOST_BYTES
    monkeypatch.setattr(deck_checker, "setup_of", None)
    deck, diagnostics = check(content.encode(), seconds=20.0)
    assert deck is None and len(diagnostics) == 1


def test_a_screens_pages_and_their_keys_are_those_that_there_are():
    assert {*PAGES} == {page.path for page in pages()}
    for page in pages():
        assert {*PAGES[page.path]} <= {*page.keys}
    assert parse_address("/train?k=0&n=5&hide=1")[1].page_query == {"n": "5", "hide": "1"}


def test_the_command_says_file_and_line(tmp_path, capsys):
    fine, broken = tmp_path / "fine.toml", tmp_path / "broken.toml"
    fine.write_text(LECTURE, "utf-8")
    broken.write_text(LECTURE.replace("stage=z1", "stage=z9").replace('"seed"', '"kernel"'), "utf-8")
    for command in ("scripts", "lessons"):
        assert main([command, str(fine)]) == 0
        assert "OK, " in capsys.readouterr().out
        assert main([command, str(fine), str(broken)]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert [line.split(": ")[0] for line in lines if line.startswith(str(broken))] == [f"{broken}:3", f"{broken}:9"]
    with pytest.raises(SystemExit) as nothing:
        main(["scripts"])
    assert nothing.value.code == 2


@pytest.mark.parametrize("setting", library.SETTINGS)
def test_decks_of_ones_own_stand_beside_the_others(tmp_path, monkeypatch, setting):
    (tmp_path / "mine.toml").write_text(LECTURE.replace('"kernel"', '"mine"'), "utf-8")
    (tmp_path / "question.toml").write_text(FINE, "utf-8")
    (tmp_path / "same.toml").write_text(LECTURE.replace('"kernel"', '"blame"'), "utf-8")
    (tmp_path / "taken.toml").write_text(LECTURE.replace('"kernel"', '"mine"'), "utf-8")
    monkeypatch.setenv(setting, str(tmp_path))
    result = library.library()
    assert result.find("mine") in result.lectures and result.find("dot") in result.lessons
    assert [file for file, _ in result.diagnostics] == ["taken.toml"]
    assert result.find("blame") in bundled_lessons() and result.find_deck("blame") in result.lectures


@pytest.mark.parametrize("id", library.LATER)
def test_a_lesson_of_ones_own_keeps_the_id_of_one_that_came_along_later(id, tmp_path, monkeypatch, capsys):
    for name in ("mine.toml", "same.toml"):
        (tmp_path / name).write_text(FINE.replace('"dot"', f'"{id}"'), "utf-8")
    monkeypatch.setenv(library.SETTING, str(tmp_path))
    result = library.library()
    assert result.find(id) not in bundled_lessons() and [lesson.id for lesson in result.lessons] == [lesson.id for lesson in bundled_lessons()]
    assert [file for file, _ in result.diagnostics] == ["same.toml"]
    assert main(["lessons", str(tmp_path / "mine.toml")]) == 0 and "OK, " in capsys.readouterr().out


def test_both_settings_may_name_a_folder(tmp_path, monkeypatch):
    for name, setting in zip("ab", library.SETTINGS, strict=True):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "one.toml").write_text(LECTURE.replace('"kernel"', f'"{name}"'), "utf-8")
        monkeypatch.setenv(setting, str(folder))
    assert library.library().find("a") and library.library().find("b")


def test_a_mistake_changes_the_key_of_a_question_about_what_it_spoils():
    question = check(FINE.replace('"z1[14:17, 14:17]"', '"df"').encode())[0]
    (after,) = check(NUMBER.replace('"z1.shape[0]"', "\"at('k=1', L)\"").replace("emboss", "sobel-x").encode())[0].screens
    (step,) = question.screens
    assert changes_key(step, "kernel_gradient_flipped") and changes_key(step, "sign_flipped")
    assert changes_key(step, "max_gradient_to_all") is None  # there is no pool
    assert changes_key(after, "sign_flipped")  # the update goes the other way
    forward = check(FINE.encode())[0].screens[0]
    assert changes_key(forward, "sign_flipped") is False
    assert changes_key(check(ORDER.encode())[0].screens[0], "sign_flipped") is None


TWICE = {
    "softmax_diagonal", "slope_after_merged", "relu_gate_of_gradient", "max_gradient_to_all", "overlap_assigned", "channels_not_summed",
    "adam_uncorrected", "state_forgotten",
}  # fmt: skip
"""What readers of courses get wrong most often: two questions ask after each."""


def test_every_mistake_is_found_by_a_question_of_the_lessons():
    """The key of at least one changes when the mistake is switched on; a new mistake asks for its question."""
    result = matrix(bundled_lessons())
    assert len(result.rows) == sum(screen.asks for deck in bundled_lessons() for screen in deck.screens)
    assert result.mistakes == tuple(MISTAKES) and all(len(row) == len(MISTAKES) for _, row in result.rows)
    lacking = {name: result.count(column) for column, name in enumerate(result.mistakes) if result.count(column) < 1 + (name in TWICE)}
    assert lacking == {}


def test_the_terminal_prints_the_matrix(tmp_path):
    (tmp_path / "dot.toml").write_text(FINE.replace('"z1[14:17, 14:17]"', '"df"'), "utf-8")
    run = subprocess.run([sys.executable, "-m", "cnnviz", "scripts", "--matrix", tmp_path / "dot.toml"], capture_output=True, text=True, check=True)
    (row,) = [line.split()[2:] for line in run.stdout.splitlines() if line.startswith("dot 1 ")]
    assert row[[*MISTAKES].index("sign_flipped")] == "×" and row[[*MISTAKES].index("max_gradient_to_all")] == "."
    assert "kernel_gradient_flipped: 1" in run.stdout


@pytest.mark.parametrize("deck", library.lectures(), ids=lambda deck: deck.id)
def test_lectures_that_come_along_have_no_fault(deck):
    file = next(file for file in sorted((library._HERE / "lectures").glob("*.toml")) if f'id = "{deck.id}"' in file.read_text("utf-8"))
    assert check_file(file) == (deck, []) and {DEFAULT} <= set(deck.languages) <= {*languages()}
    assert len(deck.screens) == {"story": 4, "notebook": 6}.get(deck.id, 12) and not deck.is_lesson


def test_nothing_of_a_deck_that_comes_with_a_question_is_kept():
    """Once it is answered no object of the process holds a word of it."""
    backwards = "vjzqx"
    word = backwards[::-1]
    screens = f'[[screen]]\nat = "/?stage=z1"\nsay = "{word} {{max(z1):3}}"\n' + FINE[FINE.index("[[step]]") :].replace("[[step]]", "[[screen]]").replace("One pixel", word)
    sent = f'id = "{word}"\ntitle = "{word}"\n{screens}'.encode()
    for page, asked in (("script", {"script": word}), ("learn", {"lesson": word, "step": "2"})):
        assert word.encode() in compute_with_deck(page_of(page), asked, sent, compress=False).body
    del screens, sent, page, asked
    gc.collect()
    holds = (text for one in gc.get_objects() for text in gc.get_referents(one) if isinstance(text, str | bytes))
    assert not [text for text in holds if (word if isinstance(text, str) else word.encode()) in text and text != word]
