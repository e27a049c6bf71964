"""A deck as pages ask for it: its screens as addresses, without what only the one who leads sees; and a screen's numbers."""

import numpy as np
import pytest

from cnnviz import Setup
from cnnviz.decks.expression_limits import MOST_SECONDS
from cnnviz.decks.library import lectures, library
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.pages import answer
from cnnviz.pages.deck_screens import opening_deck
from cnnviz.pages.encoding import decode
from cnnviz.pages.learn.script.handler import deck_data
from cnnviz.pages.registry import pages
from cnnviz.pages.resource import compute_with_deck, page_of
from cnnviz.words import languages

PAGES = {page.path: page.id for page in pages()}


def deck(id: str) -> dict:
    return decode(answer("script", {"script": id}))[0]


@pytest.mark.parametrize("lecture", lectures(), ids=lambda lecture: lecture.id)
def test_every_screen_is_an_address_that_holds(lecture):
    result = deck(lecture.id)["script"]
    assert len(result["screens"]) == len(lecture.screens)
    for number, screen in enumerate(result["screens"], 1):
        assert "notes" not in screen
        if screen["asks"]:
            assert screen["query"] == {"lesson": lecture.id, "step": str(number)} and screen["page"] == "learn"
            step = decode(answer("learn", screen["query"]))[0]["learn"]["step"]
            assert step["number"] == number and step["lesson"] == lecture.id
        else:
            assert Setup.from_query(screen["query"])[1] == [] and not any("{" in message for message in screen["say"]["versions"].values())
            assert set(screen["say"]["versions"]) == {"en", "fr"}


def test_an_address_of_a_screen_alone_has_its_numbers():
    for number, screen in enumerate(deck("lecture-kernel")["script"]["screens"], 1):
        bare = {"script": "lecture-kernel", "screen": str(number)}
        assert answer(PAGES[screen["page"]], bare) == answer(PAGES[screen["page"]], screen["query"])
    assert answer("step", {"script": "lecture-kernel", "screen": "99"}) == answer("step", {}) == answer("step", {"script": "none"})
    assert answer("step", {"script": "lecture-kernel", "screen": "4", "k": "3"}) == answer("step", {"k": "3"})


def test_what_is_no_deck_or_stands_on_another_page_is_said():
    result = deck("nobody")
    assert result["script"] is None and result["wrong"]["script"]["say"][0] == "ui.learn.no_script"
    header = decode(answer("learn", {"lesson": "lecture-kernel", "step": "11"}))[0]
    assert header["learn"]["step"] is None and header["wrong"]["step"]["say"][0] == "ui.learn.elsewhere"
    assert {one["id"] for one in header["learn"]["lectures"]} == {lecture.id for lecture in lectures()}


OWN = b"""id = "lecture-kernel"
title = "Mine"
[[screen]]
at = "/?img=test-3&stage=z1"
say = "The largest sum is {max(z1)}."
notes = "Wait."
seconds = 90
[[screen]]
at = "img=test-3&stage=z1"
ask = "Where?"
kind = "choose"
key = "1"
right = "Yes."
answers = [{ label = "here" }, { is = "2", label = "there", say = "No." }]
"""


def sent(page: str, query: dict[str, str], content: bytes) -> dict:
    return decode(compute_with_deck(page_of(page), query, content).plain)[0]


def test_a_deck_that_is_sent_along_stands_for_this_answer_before_the_one_of_its_id():
    result = sent("script", {"script": "lecture-kernel"}, OWN)
    first, second = result["script"]["screens"]
    assert result["faults"] == [] and first["say"]["versions"]["en"].startswith("The largest sum is 1.")
    assert first["query"]["stage"] == "z1" and second["query"] == {"lesson": "lecture-kernel", "step": "2"}
    assert result["tables"]["screen"][0]["notes"] == "Wait." and result["tables"]["title"] == "Mine"
    step = sent("learn", second["query"], OWN)["learn"]["step"]
    assert step["ask"]["versions"]["en"] == "Where?" and sorted(option["right"] for option in step["options"]) == [False, True]
    assert library().find_deck("lecture-kernel") is lectures()[0]
    assert deck("lecture-kernel")["tables"] is None and not compute_with_deck(page_of("script"), {}, OWN).is_immutable


@pytest.mark.parametrize(("old", "new", "line"), [(b"test-3&stage", b"test-3&stages", 4), (b"seconds = 90", b"seconds = 0", 7), (b"notes", b"note", 6), (b"2]", b"2", 1)])
def test_what_is_wrong_with_it_is_said_with_its_line(old, new, line):
    result = sent("script", {"script": "lecture-kernel"}, OWN.replace(old, new) if old in OWN else b"id = [2")
    assert result["script"] is None and result["tables"] is None
    assert result["faults"][0]["say"][1]["line"] == str(line)
    assert sent("learn", {"lesson": "lecture-kernel", "step": "2"}, OWN.replace(b"kind", b"kinds"))["learn"]["step"]["ask"] != "Where?"


def test_all_sentences_of_one_deck_together_take_no_longer_than_one_may(monkeypatch):
    taken = []
    monkeypatch.setattr("cnnviz.pages.learn.script.handler.duration", lambda setup: taken.append(setup) or MOST_SECONDS / 2.5)
    many = OWN.partition(b"[[screen]]")[0] + b"".join(b'[[screen]]\nat = "/?k=%d"\nsay = "{L:3}"\n' % n for n in range(5))
    screens = sent("script", {"script": "lecture-kernel"}, many)["script"]["screens"]
    assert len(taken) == 5 and [bool(screen["say"]["versions"]) for screen in screens] == [True, True, False, False, False]


@pytest.mark.parametrize("line", [b"a" + b".a" * 90_000 + b" = 1", b"[" + b"a." * 90_000 + b"a]",
    b"\n".join(b"a%d.%s = 1" % (n, b".".join([b"a"] * 400)) for n in range(200))])  # fmt: skip
def test_a_line_of_dots_is_refused_before_it_is_read(line, monkeypatch):
    monkeypatch.setattr("tomllib.loads", lambda _: pytest.fail("read"))
    assert sent("script", {}, line)["faults"][0]["say"][1]["what"]["say"][0] == "lessons.file.dots"


def test_the_opening_says_what_its_numbers_are():
    screens = opening_deck().screens
    first, loss, lowered, last = (scope_of(setup_of(screen.at)).arrays for screen in screens)
    assert first["y"].argmax() == last["o"].argmax() == 0 and first["o"].argmax() == 1  # a cat, which it takes for a dog
    assert loss["L"] == first["L"] and (first["w"] == lowered["w"]).all()
    change = lowered["f"] - first["f"]
    assert np.count_nonzero(change) == 1 and change.sum() == -1
    promised = float((first["df"] * change).sum())
    sentences = {lang: [str(screen["say"].say(lang)) for screen in deck_data(opening_deck())["screens"]] for lang in languages()}
    assert f"{-promised:.3g}" in sentences["en"][2] and f"{-promised:.3g}".replace(".", ",") in sentences["fr"][2]
    assert str(int(last["k"])) in sentences["en"][3] and sum(screen.seconds or 0 for screen in screens) == 60
