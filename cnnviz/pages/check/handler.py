"""Responses of the Check page: our gradients compared with central differences and TensorFlow's, classic mistakes,
and the user's gradients."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.core.setup.setup_fields import choice_parser
from cnnviz.pages import gradient_chain
from cnnviz.pages.address import PageRequest
from cnnviz.pages.check import checking, tensorflow, user_gradients
from cnnviz.pages.check.checked_chain import chain, check_records
from cnnviz.pages.check.examined_pass import ExaminedPass
from cnnviz.pages.check.tabs import TABS, mode_of, parse_mistake, tab_of
from cnnviz.pages.encoding import query_of
from cnnviz.pages.handlers import PageHandler, Unfinished
from cnnviz.pages.image_of_batch import select_image, with_mode


class _CheckHandler(PageHandler):
    """Responses of all tabs, without data that is not in the address."""

    supports_several_images = supports_eval_mode = True

    def respond(self, request: PageRequest) -> bytes:
        request = _in_mode(request)
        if tab_of(request.query) == "own":  # an uploaded file is private to its visitor and not part of the address
            return uploaded_answer(request, None)
        # read the state before TensorFlow's gradients: it may become ready or fail in between
        is_starting = tensorflow.is_starting(request.query)
        subject = ExaminedPass(request.setup, request.snapshot, request.query)
        content = chain(subject)
        response = _encode(request, content, check_records(subject))
        if is_starting or subject.check is None:
            raise Unfinished(response)
        return response

    def key_parsers(self, request: PageRequest) -> Mapping[str, Callable[[str], object]]:
        setup = _in_mode(request).setup
        return {"check": choice_parser(TABS), "tf": choice_parser(("0", "1")), "mistake": lambda text: parse_mistake(text, setup)}

    def is_cacheable(self, query: Mapping[str, str]) -> bool:
        """Return False if the response depends on TensorFlow, which may be missing or disabled."""
        return not tensorflow.is_requested(query)

    def estimate_seconds(self, setup: Setup, x: np.ndarray, query: Mapping[str, str]) -> float:
        """Return the estimated time of the check in seconds; 0 if it runs in the background."""
        share = checking.check_cost(setup, x.shape) / checking.AT_ONCE
        return 0.5 * share if share <= 1 else 0.0


HANDLER = _CheckHandler()


def _in_mode(request: PageRequest) -> PageRequest:
    """Return the request in the mode in which its mistake shows; other tabs keep the setup's mode."""
    if tab_of(request.query) != "break":
        return request
    return with_mode(replace(request, setup=replace(request.setup, mode=mode_of(request.query.get("mistake", "")))))


def uploaded_answer(request: PageRequest, file: user_gradients.File | None) -> bytes:
    """Return the response of the tab for the user's gradients, with those of `file` if one was uploaded."""
    comparison = user_gradients.compare_file(request, file)
    return _encode(request, user_gradients.chain(request, file, comparison), user_gradients.file_records(request, file, comparison))


def _encode(request: PageRequest, content: gradient_chain.GradientChain, records: Mapping[str, object]) -> bytes:
    """Encode the chain of the shown image, with the address of all images."""
    return gradient_chain.encode_chain("check", select_image(request), content, {**records, "lesson": query_of(request)})
