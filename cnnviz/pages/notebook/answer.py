"""The seed notebook's rule beside the exact one."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.core.lesson import Lesson
from cnnviz.pages import boards
from cnnviz.pages.address import Now
from cnnviz.pages.answers import Answers
from cnnviz.pages.charts import Chart
from cnnviz.pages.notebook.board import board, more
from cnnviz.pages.notebook.story import story
from cnnviz.pages.notebook.tabs import place_in_story


class _NotebookAnswers(Answers):
    """The story, the experiment and the architecture, one of them at a time."""

    def answer(self, now: Now) -> bytes:
        head, arrays = more(now.lesson, now.moment, now.asked)
        return boards.answer("notebook", now, board(now.lesson, now.moment, now.asked), head, arrays)

    def charts(self, now: Now) -> dict[str, Chart]:
        return board(now.lesson, now.moment, now.asked).named_charts()

    def opens(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """The lesson of an address that names a step of the story and none."""
        place = place_in_story(Lesson(), asked)
        return story()[place - 1].lesson.to_query() if place else {}


ANSWERS = _NotebookAnswers()
