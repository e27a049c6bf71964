"""A script as pages ask for it: its screens as addresses, without what only the one who leads sees; and a screen's numbers."""

from __future__ import annotations

import pytest

from cnnviz import Lesson
from cnnviz.pages import answer
from cnnviz.pages.encoding import decode
from cnnviz.pages.registry import pages
from cnnviz.scripts.library import lectures

PAGES = {page.path: page.id for page in pages()}


def script(id: str) -> dict:
    return decode(answer("script", {"script": id}))[0]


@pytest.mark.parametrize("lecture", lectures(), ids=lambda lecture: lecture.id)
def test_every_screen_is_an_address_that_holds(lecture):
    found = script(lecture.id)["script"]
    assert len(found["screens"]) == len(lecture.screens)
    for number, screen in enumerate(found["screens"], 1):
        assert "notes" not in screen
        if screen["asks"]:
            assert screen["query"] == {"lesson": lecture.id, "step": str(number)} and screen["page"] == "learn"
            step = decode(answer("learn", screen["query"]))[0]["learn"]["step"]
            assert step["number"] == number and step["lesson"] == lecture.id
        else:
            assert Lesson.from_query(screen["query"])[1] == [] and not any("{" in said for said in screen["say"]["versions"].values())
            assert set(screen["say"]["versions"]) == {"en", "fr"}


def test_an_address_of_a_screen_alone_has_its_numbers():
    for number, screen in enumerate(script("lecture-kernel")["script"]["screens"], 1):
        bare = {"script": "lecture-kernel", "screen": str(number)}
        assert answer(PAGES[screen["page"]], bare) == answer(PAGES[screen["page"]], screen["query"])
    assert answer("step", {"script": "lecture-kernel", "screen": "99"}) == answer("step", {}) == answer("step", {"script": "none"})
    assert answer("step", {"script": "lecture-kernel", "screen": "4", "k": "3"}) == answer("step", {"k": "3"})


def test_what_is_no_script_or_stands_on_another_page_is_said():
    found = script("nobody")
    assert found["script"] is None and found["wrong"]["script"]["say"][0] == "ui.learn.no_script"
    header = decode(answer("learn", {"lesson": "lecture-kernel", "step": "11"}))[0]
    assert header["learn"]["step"] is None and header["wrong"]["step"]["say"][0] == "ui.learn.elsewhere"
    assert {one["id"] for one in header["learn"]["lectures"]} == {lecture.id for lecture in lectures()}
