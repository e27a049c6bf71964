"""Preloading of everything that the first request needs, since loading it later would delay all visitors."""

import gc
from importlib import import_module

from cnnviz.pages import answer
from cnnviz.words import languages, say


def load() -> None:
    """Import the application and Streamlit's script, and compute a first response.

    The command calls this before the server listens, since a proxy sends visitors only to a server that accepts
    connections.
    """
    for module in ("application", "navigation"):
        import_module(f"cnnviz.hosts.streamlit.{module}")
    answer("step", {})
    for lang in languages():
        say("words.name", lang)


def keep_for_good() -> None:
    """Exempt all current objects from garbage collection: 100,000 permanent ones, for which a full collection pauses
    the server for 60 ms."""
    gc.collect()
    gc.freeze()
