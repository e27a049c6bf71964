"""Preloading of all modules that the first request needs, since later imports would delay all visitors."""

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
    """Exempt all current objects from garbage collection. A full collection of these 100,000 permanent objects pauses
    the server for 60 ms."""
    gc.collect()
    gc.freeze()
