"""Responses of the Notebook page: the teaching notebook's rule beside the exact one."""

from collections.abc import Mapping

from cnnviz.core.setup.setup import Setup
from cnnviz.pages import gradient_chain
from cnnviz.pages.address import PageRequest
from cnnviz.pages.answers import Answers
from cnnviz.pages.notebook.story import story
from cnnviz.pages.notebook.tabs import call_of, place_in_story
from cnnviz.pages.notebook.two_rules import chain, more


class _NotebookAnswers(Answers):
    """Responses of the Notebook page's tabs."""

    def answer(self, now: PageRequest) -> bytes:
        head, arrays = more(now.setup, now.snapshot, now.query)
        return gradient_chain.answer("notebook", now, chain(now.setup, now.snapshot, now.query), head, arrays)

    def opens(self, asked: Mapping[str, str]) -> Mapping[str, str]:
        """Return the setup of the story's step that an address without a setup names."""
        place = place_in_story(Setup(), asked)
        return story()[place - 1].at_call(call_of(asked)).to_query() if place else {}


ANSWERS = _NotebookAnswers()
