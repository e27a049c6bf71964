"""Whose language it is, that a language is one file, and that what goes to the browser is in none."""

import json
import subprocess
import sys

import pytest

from cnnviz import Setup, words
from cnnviz.__main__ import main
from cnnviz.words import (
    Problem,
    catalogue,
    choose_language,
    format_value,
    languages,
    message,
    plural_form,
    say,
    use_language,
)
from cnnviz.words.pseudo import PSEUDO, pseudo_catalogue
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("asked", "wanted", "lang"),
    [
        ("", "fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("", "tlh, en;q=0.1, fr;q=0.5", "fr"),
        ("", "tlh-QO,tlh;q=0.9", "en"),
        ("en", "fr", "en"),
        ("fr", "", "fr"),
        ("tlh", "fr", "fr"),
        (PSEUDO, "fr", PSEUDO),
        ("", PSEUDO, "en"),
        ("", "fr_FR.UTF-8", "fr"),
        ("", "C.UTF-8", "en"),
        ("", ";q=x,,fr;q=1.2.3,*", "en"),
    ],
)
def test_an_address_decides_before_a_browsers_wishes_and_those_by_their_weight(asked, wanted, lang):
    assert choose_language(asked, wanted) == lang


def test_a_third_language_is_one_file(tmp_path, monkeypatch):
    for lang in ("en", "fr"):
        (tmp_path / f"{lang}.toml").write_bytes((words.FOLDER / f"{lang}.toml").read_bytes())
    (tmp_path / "pl.toml").write_text(
        """
        [words]
        name = "polski"
        point = ","
        thousands = "\\u00a0"
        plurals.one = "i = 1 and v = 0"
        plurals.few = "v = 0 and i % 10 = 2..4 and i % 100 != 12..14"
        plurals.many = "v = 0"
        [lesson.when]
        start = "przed pierwszą aktualizacją"
        after.one = "po {n} aktualizacji"
        after.few = "po {n} aktualizacjach"
        after.many = "po {n} aktualizacjach"
        after.other = "po {n} aktualizacji"
        """,
        encoding="utf-8",
    )
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    catalogue.cache_clear()
    try:
        assert languages() == ("en", "fr", "pl") and choose_language("", "pl-PL,pl;q=0.9") == "pl"
        with use_language("pl"):
            assert str(Setup(k=1).snapshot_label) == "po 1 aktualizacji" and str(Setup().snapshot_label) == "przed pierwszą aktualizacją"
            assert [plural_form(n) for n in (1, 2, 5, 22, 1.5)] == ["one", "few", "many", "few", "other"]
            assert format_value(1234567.5) == "1\u00a0234\u00a0567,5"
            assert say("words.unknown", id="x") == "No message x."  # what it lacks is English
    finally:
        catalogue.cache_clear()


def test_a_problem_is_said_to_whoever_reads():
    problem = Problem("words.unknown", id=message("words.value", value=0.5))
    with use_language("fr"):
        assert str(problem) == say("words.unknown", "fr", id="0,5")
    assert str(problem) == "No message 0.5."


def test_the_longer_language_keeps_fields_and_formulas_and_is_longer():
    long = pseudo_catalogue(catalogue())
    assert long.keys() == catalogue().keys() and PSEUDO not in languages()
    message = say("words.sentences", PSEUDO, first=1, second=2), say("lesson.when.after", PSEUDO, n=7)
    assert message[0] == "1 2" and message[1].startswith("[") and "7" in message[1]
    texts = [(long[id], text) for id, text in catalogue().items() if isinstance(text, str) and id.startswith("ui.") and len(text) > 40 and "$" not in text]
    assert texts and all(1.2 <= len(one) / len(text) <= 1.7 for one, text in texts if "{" not in text and "`" not in text and "<" not in text)


# In a process of its own: what was once said in English might be remembered.
ANSWERS = f"""
import json
from cnnviz.pages.registry import pages
from cnnviz.pages.resource import compute_resource
from cnnviz.words import use_language
from tests.wire.test_declarations import ANSWERS
queries = [{{}}, {{"k": "3", "rule": "procedural", "lr": "fast", "vs": "lr=0.1&seed=x", "n": "x", "part": "3"}},
    {{"net": "conv2x3-relu-gap-dense3-softmax-ce", "k": "1", "classes": "a,b,c", "mistake": "sign_flipped"}},
    {{"img": "cat-17", "part": "architecture", "lesson": "blame", "step": "2"}}, {{"check": "break", "part": "experiment", "tf": "0", "hold": "w"}}]
with use_language({PSEUDO!r}):
    for page in pages():
        for query in queries:
            body = compute_resource(page, query).plain
            print(json.dumps(body[4 : 4 + int.from_bytes(body[:4], "little")].decode()))
"""


def test_no_sentence_is_said_before_it_reaches_the_browser():
    done = subprocess.run([sys.executable, "-c", ANSWERS], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        header = json.loads(line)
        assert '"say":' in header and "~]" not in header, header[max(0, header.index("~]") - 200) :][:260]


def test_a_terminal_speaks_the_language_of_its_option_or_of_its_environment(monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert main(["--k", "0"]) == 0
    assert say("lesson.when.start", "fr") in capsys.readouterr().out
    assert main(["--lang", "en", "--k", "0"]) == 0
    assert say("lesson.when.start", "en") in capsys.readouterr().out
    assert main(["--lang", "tlh"]) == 2
    assert "'tlh'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--frames", "x"])
    assert say("terminal.wrong_frames", "fr", text="'x'", most=200)[:20] in capsys.readouterr().err
    monkeypatch.setenv("LC_ALL", "C")
    assert main(["--k", "0"]) == 0
    assert say("lesson.when.start", "en") in capsys.readouterr().out
