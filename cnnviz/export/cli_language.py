"""Language of the command line, from `--lang` or the environment, also for argparse's own messages."""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from cnnviz.words import Problem, catalogue, choose_language, current_language, languages, text, use_language
from cnnviz.words.pseudo import PSEUDO

OPTION = "--lang"
SETTINGS = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables, of which the first one that is set decides."""

_OWN = ("usage", "positional", "options", "help", "error", "argument", "unknown", "one", "required", "no_value")
"""Names of argparse's texts under terminal.argparse; the English messages equal argparse's own texts."""


def language(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Return the requested language. Raise Problem if it is unknown.

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
    return asked or choose_language("", next((environment[name] for name in SETTINGS if environment.get(name)), ""))


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Context in which all messages, including argparse's, are in this language."""
    with use_language(lang):
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
    return text(f"terminal.argparse.{own[english]}", current_language()) if english in own else english
