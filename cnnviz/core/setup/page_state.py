"""The part of an address that is the page's and not the setup's: how it is looked at. It changes no number."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from cnnviz.core.setup.setup_fields import asked_text, one_of, whole_number
from cnnviz.words import Message, Problem, languages, message, quote
from cnnviz.words.pseudo import PSEUDO

MOST_SCREENS = 60
"""Screens of a deck."""


@dataclass(frozen=True)
class PageState:
    """`view` "lecture" has large numbers for an audience; `whole` shows the whole network, `hide` hides the
    results, `predict` asks before it shows; `lang`; and the `script` that one walks through, with the number of its `screen`.

    >>> PageState.from_query({"view": "lecture", "hide": "1"})[0].to_query()
    {'view': 'lecture', 'hide': '1'}
    """

    view: str = ""
    whole: bool = False
    hide: bool = False
    predict: bool = False
    lang: str = ""
    script: str = ""
    screen: str = ""

    def to_query(self) -> dict[str, str]:
        """As text, what is as by default left out."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: "1" if value is True else value for name, value in values.items() if value not in (False, "")}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[PageState, dict[str, Message]]:
        """The settings that `query` asks for, and a message by key for what it cannot have. Never raises.

        >>> state, wrong = PageState.from_query({"lang": "tlh"})
        >>> state.lang, wrong["lang"].id
        ('', 'lesson.left_out')
        """
        values: dict[str, object] = {}
        wrong: dict[str, Message] = {}
        for name, read in _readers().items():
            text = asked_text(query, name) if isinstance(query, Mapping) else None
            try:
                values[name] = read(text) if text else getattr(cls, name)
            except Problem as why:
                values[name] = getattr(cls, name)
                field = message(f"lesson.field.{name}")
                wrong[name] = message("lesson.left_out", field=field, text=quote(text or ""), why=why.message)
        return cls(**values), wrong  # type: ignore[arg-type]


def _readers() -> dict[str, Callable[[str], object]]:
    switch: dict[str, object] = {"0": False, "1": True}
    options: dict[str, dict[str, object]] = {
        "view": {"lecture": "lecture"}, "whole": switch, "hide": switch, "predict": switch, "lang": {lang: lang for lang in (*languages(), PSEUDO)},
    }
    readers: dict[str, Callable[[str], object]] = {name: partial(_one_of, values) for name, values in options.items()}
    return readers | {"script": _script, "screen": lambda text: str(whole_number(1, MOST_SCREENS)(text))}


def _one_of(values: Mapping[str, object], text: str) -> object:
    return values[one_of(values)(text)]


def _script(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", text):
        raise Problem("lesson.why.script")
    return text


PAGE_KEYS = tuple(field.name for field in dataclasses.fields(PageState))
"""Every key of an address that is the page's."""
