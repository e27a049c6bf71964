"""Responses of the Check page: our gradients beside central differences and TensorFlow's, classic mistakes, and the
user's gradients."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnviz.core.setup.setup import Setup
from cnnviz.pages import gradient_chain
from cnnviz.pages.address import PageRequest
from cnnviz.pages.answers import Answers, Unfinished
from cnnviz.pages.check import tensorflow, user_gradients
from cnnviz.pages.check.checked_chain import chain, more
from cnnviz.pages.check.checking import AT_ONCE, effort
from cnnviz.pages.check.examined_pass import Examined
from cnnviz.pages.check.tabs import mode_of, tab_of
from cnnviz.pages.encoding import setup_of_all
from cnnviz.pages.image_of_batch import in_mode, on_image


class _CheckAnswers(Answers):
    """Responses of all tabs as far as an address determines them."""

    several = modes = True

    def answer(self, now: PageRequest) -> bytes:
        now = _in_mode(now)
        if tab_of(now.query) == "own":  # an uploaded file is private to its visitor and not part of the address
            return uploaded_answer(now, None)
        # read the state before TensorFlow's gradients: it may become ready or fail in between
        starting = tensorflow.starting(now.query)
        here = Examined(now.setup, now.snapshot, now.query)
        shown = chain(here)
        found = _answered(now, shown, more(here))
        if starting or here.check is None:
            raise Unfinished(found)
        return found

    def lasts(self, asked: Mapping[str, str]) -> bool:
        """Return False if the response depends on TensorFlow, which may be missing or disabled."""
        return not tensorflow.asked_for(asked)

    def seconds(self, setup: Setup, x: np.ndarray, asked: Mapping[str, str]) -> float:
        """Return the estimated time of the check in seconds; 0 if it runs in the background."""
        share = effort(setup, x.shape) / AT_ONCE
        return 0.5 * share if share <= 1 else 0.0


ANSWERS = _CheckAnswers()


def _in_mode(now: PageRequest) -> PageRequest:
    """Return the request in the mode in which its mistake shows; other tabs keep the setup's mode."""
    if tab_of(now.query) != "break":
        return now
    return in_mode(replace(now, setup=replace(now.setup, mode=mode_of(now.query.get("mistake", "")))))


def uploaded_answer(now: PageRequest, file: user_gradients.File | None) -> bytes:
    """Return the response of the tab for the user's gradients, with those of `file` if one was uploaded."""
    found = user_gradients.found_in(now, file)
    return _answered(now, user_gradients.chain(now, file, found), user_gradients.more(now, file, found))


def _answered(now: PageRequest, shown: gradient_chain.GradientChain, besides: Mapping[str, object]) -> bytes:
    """Encode the chain of the shown image, with the address of all images."""
    return gradient_chain.answer("check", on_image(now), shown, {**besides, "lesson": setup_of_all(now)})
