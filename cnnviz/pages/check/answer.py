"""Our gradients, central differences and TensorFlow, entry by entry; classic mistakes; and somebody's own gradients."""

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
    """Each tab, where an address alone leads to it."""

    several = modes = True

    def answer(self, now: PageRequest) -> bytes:
        now = _in_mode(now)
        if tab_of(now.query) == "own":  # what a visitor has chosen is for that visitor alone
            return uploaded_answer(now, None)
        starting = tensorflow.starting(now.query)  # before its opinion is asked: it may start, or fail, in between
        here = Examined(now.setup, now.snapshot, now.query)
        shown = chain(here)
        found = _answered(now, shown, more(here))
        if starting or here.check is None:
            raise Unfinished(found)
        return found

    def lasts(self, asked: Mapping[str, str]) -> bool:
        """Not if it depends on what is installed here, and allowed."""
        return not tensorflow.asked_for(asked)

    def seconds(self, setup: Setup, x: np.ndarray, asked: Mapping[str, str]) -> float:
        """Seconds that the page takes: 0 where the check goes on beside it."""
        share = effort(setup, x.shape) / AT_ONCE
        return 0.5 * share if share <= 1 else 0.0


ANSWERS = _CheckAnswers()


def _in_mode(now: PageRequest) -> PageRequest:
    """Return the view in the mode in which a mistake shows; our pass and own gradients keep the setup's mode."""
    if tab_of(now.query) != "break":
        return now
    return in_mode(replace(now, setup=replace(now.setup, mode=mode_of(now.query.get("mistake", "")))))


def uploaded_answer(now: PageRequest, file: user_gradients.File | None) -> bytes:
    """The tab of one's own gradients, with what stands in `file`, if one was chosen."""
    found = user_gradients.found_in(now, file)
    return _answered(now, user_gradients.chain(now, file, found), user_gradients.more(now, file, found))


def _answered(now: PageRequest, shown: gradient_chain.GradientChain, besides: Mapping[str, object]) -> bytes:
    """Of several images the one that is shown; the address stays that of all."""
    return gradient_chain.answer("check", on_image(now), shown, {**besides, "lesson": setup_of_all(now)})
