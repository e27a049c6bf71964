"""The language of a terminal: what `--lang` says, else the environment; with it the sentences that argparse says by itself."""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from cnnviz.words import Problem, catalogue, chosen, languages, reader, reading, text
from cnnviz.words.pseudo import PSEUDO

OPTION = "--lang"
SETTINGS = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables of the environment, the first that is set decides."""

_OWN = ("usage", "positional", "options", "help", "error", "argument", "unknown", "one", "required", "no_value")
"""The texts of argparse, by the names of its messages under terminal.argparse: the English ones are its own texts."""


def language(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """The language that is asked for. Raises Problem for one that there is not.

    >>> language(["--k", "3"], {"LANG": "C.UTF-8"}), language(["--lang=en"], {"LANG": "fr_FR.UTF-8"})
    ('en', 'en')
    """
    asked = ""
    for at, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == OPTION:
            asked = value or "".join(arguments[at + 1 : at + 2])
    if asked and asked not in (*languages(), PSEUDO):
        raise Problem("terminal.wrong_lang", text=repr(asked[:20]), languages=languages())
    return asked or chosen("", next((environment[name] for name in SETTINGS if environment.get(name)), ""))


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Says all that is said inside, by argparse too, in this language."""
    with reading(lang):
        if lang == "en":
            yield
            return
        before = argparse._  # type: ignore[attr-defined]  # it asks gettext, whose catalogues are compiled files
        argparse._ = _translated  # type: ignore[attr-defined]
        try:
            yield
        finally:
            argparse._ = before  # type: ignore[attr-defined]


def _translated(english: str) -> str:
    own = {catalogue()[f"terminal.argparse.{name}"]: name for name in _OWN}
    return text(f"terminal.argparse.{own[english]}", reader()) if english in own else english
