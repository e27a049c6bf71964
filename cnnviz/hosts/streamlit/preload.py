"""Preloading of all that a first visitor needs: where it is read later everybody waits for it."""

import gc
from importlib import import_module

from cnnviz.pages import answer
from cnnviz.words import languages, say


def load() -> None:
    """Loads the application, what Streamlit runs, and what a first answer needs.

    The command does so before the server listens: a proxy sends visitors to a server that listens, not to one that refuses.
    """
    for module in ("application", "navigation"):
        import_module(f"cnnviz.hosts.streamlit.{module}")
    answer("step", {})
    for lang in languages():
        say("words.name", lang)


def keep_for_good() -> None:
    """Has the collection of garbage pass over all that is there now: 100,000 objects that stay, and each full one took 60 ms without any answer."""
    gc.collect()
    gc.freeze()
