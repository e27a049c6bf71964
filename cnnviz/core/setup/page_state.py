"""Page state: the part of an address that changes how the page looks but no number."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from cnnviz.core.setup.setup_fields import choice_parser, ignored_message, integer_parser, query_text
from cnnviz.words import Message, Problem, languages
from cnnviz.words.pseudo import PSEUDO

MOST_SCREENS = 60
"""Maximum number of screens in a deck."""


@dataclass(frozen=True)
class PageState:
    """Display settings of the page, named as in the query string.

    `view` "lecture" shows large numbers for an audience. `whole` shows the whole network, `hide` hides the results, and
    `predict` asks for a prediction before it shows them. `lang` is the language, `script` the id of the deck that is open,
    and `screen` the number of its screen.

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
        """Return the settings as a query, without the ones that have their default value."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: "1" if value is True else value for name, value in values.items() if value not in (False, "")}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[PageState, dict[str, Message]]:
        """Parse the settings in `query`. Also return a message, by key, for each invalid value. Never raises.

        >>> state, wrong = PageState.from_query({"lang": "tlh"})
        >>> state.lang, wrong["lang"].id
        ('', 'lesson.left_out')
        """
        values: dict[str, object] = {}
        errors: dict[str, Message] = {}
        for name, reader in _readers().items():
            text = query_text(query, name) if isinstance(query, Mapping) else None
            try:
                values[name] = reader(text) if text else getattr(cls, name)
            except Problem as why:
                values[name] = getattr(cls, name)
                errors[name] = ignored_message(name, text or "", why)
        return cls(**values), errors  # type: ignore[arg-type]


def _readers() -> dict[str, Callable[[str], object]]:
    switch: dict[str, object] = {"0": False, "1": True}
    options: dict[str, dict[str, object]] = {
        "view": {"lecture": "lecture"}, "whole": switch, "hide": switch, "predict": switch, "lang": {lang: lang for lang in (*languages(), PSEUDO)},
    }
    readers: dict[str, Callable[[str], object]] = {name: partial(_read_option, values) for name, values in options.items()}
    return readers | {"script": _read_script, "screen": lambda text: str(integer_parser(1, MOST_SCREENS)(text))}


def _read_option(values: Mapping[str, object], text: str) -> object:
    return values[choice_parser(values)(text)]


def _read_script(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", text):
        raise Problem("lesson.why.script")
    return text


PAGE_KEYS = tuple(field.name for field in dataclasses.fields(PageState))
"""All keys of an address that belong to the page state."""
