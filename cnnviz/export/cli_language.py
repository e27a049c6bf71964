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

_ARGPARSE_TEXTS = ("usage", "positional", "options", "help", "error", "argument", "unknown", "one", "required", "no_value")
"""Names of argparse's texts under terminal.argparse; the English messages equal argparse's own texts."""


def language(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """Return the requested language. Raise Problem if it is unknown.

    >>> language(["--k", "3"], {"LANG": "C.UTF-8"}), language(["--lang=en"], {"LANG": "fr_FR.UTF-8"})
    ('en', 'en')
    """
    requested = ""
    for index, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == OPTION:
            requested = value or "".join(arguments[index + 1 : index + 2])
    if requested and requested not in (*languages(), PSEUDO):
        raise Problem("terminal.wrong_lang", text=repr(requested[:20]), languages=languages())
    return requested or choose_language("", next((environment[name] for name in SETTINGS if environment.get(name)), ""))


@contextmanager
def language_context(lang: str) -> Iterator[None]:
    """Context in which all messages, including argparse's, are in this language."""
    with use_language(lang):
        if lang == "en":
            yield
            return
        original_gettext = argparse._  # type: ignore[attr-defined]  # it asks gettext, whose catalogues are compiled files
        argparse._ = _translate  # type: ignore[attr-defined]
        try:
            yield
        finally:
            argparse._ = original_gettext  # type: ignore[attr-defined]


def _translate(english: str) -> str:
    name_of = {catalogue()[f"terminal.argparse.{name}"]: name for name in _ARGPARSE_TEXTS}
    return text(f"terminal.argparse.{name_of[english]}", current_language()) if english in name_of else english
