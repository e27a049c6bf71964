"""Responses of the Check page: our gradients beside central differences and TensorFlow's, classic mistakes, and the
user's gradients."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.pages import gradient_chain
from cnnviz.pages.address import PageRequest
from cnnviz.pages.check import tensorflow, user_gradients
from cnnviz.pages.check.checked_chain import chain, check_records
from cnnviz.pages.check.checking import AT_ONCE, effort
from cnnviz.pages.check.examined_pass import ExaminedPass
from cnnviz.pages.check.tabs import mode_of, tab_of
from cnnviz.pages.encoding import query_of
from cnnviz.pages.handlers import PageHandler, Unfinished
from cnnviz.pages.image_of_batch import select_image, with_mode


class _CheckHandler(PageHandler):
    """Responses of all tabs as far as an address determines them."""

    supports_several_images = supports_eval_mode = True

    def respond(self, now: PageRequest) -> bytes:
        now = _in_mode(now)
        if tab_of(now.query) == "own":  # an uploaded file is private to its visitor and not part of the address
            return uploaded_answer(now, None)
        # read the state before TensorFlow's gradients: it may become ready or fail in between
        is_starting = tensorflow.is_starting(now.query)
        subject = ExaminedPass(now.setup, now.snapshot, now.query)
        shown = chain(subject)
        response = _encode(now, shown, check_records(subject))
        if is_starting or subject.check is None:
            raise Unfinished(response)
        return response

    def is_cacheable(self, asked: Mapping[str, str]) -> bool:
        """Return False if the response depends on TensorFlow, which may be missing or disabled."""
        return not tensorflow.is_requested(asked)

    def estimate_seconds(self, setup: Setup, x: np.ndarray, asked: Mapping[str, str]) -> float:
        """Return the estimated time of the check in seconds; 0 if it runs in the background."""
        share = effort(setup, x.shape) / AT_ONCE
        return 0.5 * share if share <= 1 else 0.0


HANDLER = _CheckHandler()


def _in_mode(now: PageRequest) -> PageRequest:
    """Return the request in the mode in which its mistake shows; other tabs keep the setup's mode."""
    if tab_of(now.query) != "break":
        return now
    return with_mode(replace(now, setup=replace(now.setup, mode=mode_of(now.query.get("mistake", "")))))


def uploaded_answer(now: PageRequest, file: user_gradients.File | None) -> bytes:
    """Return the response of the tab for the user's gradients, with those of `file` if one was uploaded."""
    comparison = user_gradients.compare_file(now, file)
    return _encode(now, user_gradients.chain(now, file, comparison), user_gradients.file_records(now, file, comparison))


def _encode(now: PageRequest, content: gradient_chain.GradientChain, records: Mapping[str, object]) -> bytes:
    """Encode the chain of the shown image, with the address of all images."""
    return gradient_chain.encode_chain("check", select_image(now), content, {**records, "lesson": query_of(now)})
