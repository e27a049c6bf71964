"""A lesson as one .html file: how large it is, what it refuses, and that nothing in it can break out of its place."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import zlib

import pytest

from cnnviz import Lesson
from cnnviz.data.images import find_image
from cnnviz.hosts.file import lesson_html
from cnnviz.hosts.jupyter import LessonView
from cnnviz.words import Problem, reading


def made(lesson: Lesson, **options) -> str:
    return lesson_html(lesson, find_image(lesson.img), **options)


def part(text: str, id: str) -> str:
    return re.search(rf'id="{id}">([^<]*)</script>', text)[1]


def test_the_notebooks_lesson_takes_about_450_kilobytes_and_a_further_update_70():
    sizes = [len(made(Lesson(k=9), around=around)) for around in (1, 2)]
    assert sizes[0] < 460_000  # half of it is numbers, an eighth typefaces
    assert (sizes[1] - sizes[0]) / 2 < 72_000


def test_a_file_and_a_notebooks_cell_are_in_the_language_of_whoever_asks_for_them():
    with reading("fr"):
        file = made(Lesson(), around=0)
    for text in (file, LessonView(Lesson(), "fr").document):
        assert '<html lang="fr"' in text
        assert b'LANG = "fr"' in zlib.decompress(base64.b85decode(part(text, "program").replace(",", "<")))


@pytest.mark.parametrize(("k", "around", "updates"), [(0, 1, "01"), (5, 2, "34567"), (4, 0, "4")])
def test_it_holds_the_updates_either_way_as_far_as_there_are_any(k, around, updates):
    contents = json.loads(part(made(Lesson(k=k), around=around), "contents"))
    assert sorted(contents["answers"]) == list(updates)
    assert contents["lesson"] == Lesson(k=k).to_query()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"around": 99}, "99 updates either way"),
        ({"server": "javascript:alert(1)"}, "is no page's address"),
        ({"server": "https://"}, "is no page's address"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(options, sentence):
    with pytest.raises(Problem, match=sentence):
        made(Lesson(), **options)


def test_no_text_of_a_lesson_closes_a_part_of_the_document():
    image = dataclasses.replace(find_image("test-0"), label="</script><b>")
    text = lesson_html(Lesson(), image, server="https://a.example/</script>")
    assert text.count("</script>") == 5 and "<b>" not in text
    assert "default-src 'none'" in text and "import(" not in text
