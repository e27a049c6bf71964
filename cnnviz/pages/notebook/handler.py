"""Responses of the Notebook page: the teaching notebook's rule compared with the exact one."""

from collections.abc import Callable, Mapping

from cnnviz.core.setup.setup_fields import choice_parser
from cnnviz.pages import gradient_chain
from cnnviz.pages.address import PageRequest
from cnnviz.pages.handlers import PageHandler
from cnnviz.pages.notebook.story import story
from cnnviz.pages.notebook.tabs import CALLS, call_of, parse_part, story_step
from cnnviz.pages.notebook.two_rules import chain, tab_records


class _NotebookHandler(PageHandler):
    """Responses of the Notebook page's tabs."""

    def respond(self, request: PageRequest) -> bytes:
        response_header, arrays = tab_records(request.setup, request.snapshot, request.query)
        return gradient_chain.encode_chain("notebook", request, chain(request.setup, request.snapshot, request.query), response_header, arrays)

    def key_parsers(self, request: PageRequest) -> Mapping[str, Callable[[str], object]]:
        return {"part": parse_part, "call": choice_parser(CALLS)}

    def opening_query(self, query: Mapping[str, str]) -> Mapping[str, str]:
        """Return the setup of the story's step that an address without a setup names."""
        step = story_step(query)
        return story()[step - 1].at_call(call_of(query)).to_query() if step else {}


HANDLER = _NotebookHandler()
