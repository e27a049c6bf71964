"""All sentences of the interface, by language: a message is an id and named values.

This is the lowest layer and needs the standard library only. Each language is one file beside this one, such as `en.toml`;
missing messages fall back to English. Code passes a message's id and its values, and the language determines the format
of numbers and the plural form. The browser reads the same messages (`catalogue`), and tests compare its `say` with this one.

gettext does not fit: its keys are English sentences, and its plurals support integers only. The plural rules use CLDR's
notation; a test compares them and the separators with a browser's CLDR data. Babel's tables of all languages are 30 MB.

Messages are translated at the edge: in a widget, a downloaded file, a line of the terminal, or in the browser, which
receives them untranslated. Code that serves a reader sets the language: `with use_language("fr"): …`.
"""

import json
import math
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from cnnviz.words.pseudo import PSEUDO, pseudo_catalogue
from cnnviz.words.rules import form

DEFAULT = "en"
KEY = "lang"
"""The address's key for a language."""

PERCENT = 100 * (1 + 2**-44)
"""Factor of percentages, slightly above 100 so that halves are rounded up: 406 of 800 are 50.75%, but the nearest
float is below."""

FOLDER = Path(__file__).parent
PARSED = "json"
"""Suffix of a file of parsed messages, which the package for browsers contains instead of the TOML file: parsing TOML takes
long there."""
_FIELD = re.compile(r"\{(\w+)(?::([^{}]+))?\}")
_FORMS = {"zero", "one", "two", "few", "many", "other"}
"""CLDR's names of plural forms. A table of at least two of them, or of "other" in a language without plurals, is one message."""
_READER: ContextVar[str] = ContextVar("reader", default="")
_READER_LOOKUP: list[Callable[[], str]] = []


@dataclass(frozen=True)
class Message:
    """A sentence independent of the language: its id, and its values by name."""

    id: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str = "") -> str:
        """Return the sentence in a language, by default the reader's."""
        return say(self.id, lang, **self.values)

    def __str__(self) -> str:
        return self.say()


def message(id: str, /, **values: object) -> Message:
    """Return the message of that id with these values.

    >>> str(message("words.unknown", id="x"))
    'No message x.'
    """
    return Message(id, values)


def quote(text: str) -> str:
    """Return a text in quotation marks, shortened to 40 characters."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def join_messages(messages: Iterable[Message]) -> Message | None:
    """Join sentences into one message; None if there are none.

    >>> str(join_messages([message("words.unknown", id="a"), message("words.unknown", id="b")]))
    'No message a. No message b.'
    """
    message_so_far = None
    for sentence in messages:
        message_so_far = sentence if message_so_far is None else message("words.sentences", first=message_so_far, second=sentence)
    return message_so_far


class Problem(ValueError):
    """Invalid input, or an impossible action: a code, which is a message's id, and values. `str` gives the sentence.

    >>> error = Problem("words.unknown", id="a.b")
    >>> str(error), error.code, error.values
    ('No message a.b.', 'words.unknown', {'id': 'a.b'})
    """

    def __init__(self, code: str, /, **values: object):
        super().__init__(code, values)
        self.code, self.values = code, values

    def __reduce__(self) -> tuple[Callable[[], "Problem"], tuple[()]]:
        return partial(type(self), self.code, **self.values), ()  # pickle would pass the values by position

    @property
    def message(self) -> Message:
        """The problem as a message, for any language."""
        return Message(self.code, self.values)

    def __str__(self) -> str:
        return say(self.code, "", **self.values)


@dataclass(frozen=True)
class LocalizedText:
    """A sentence with its translations, as in a deck file."""

    by_language: Mapping[str, str]

    def say(self, lang: str = "") -> str:
        """Return the text in a language, by default the reader's. Fall back to English, then to any language.

        >>> LocalizedText({"en": "cat", "fr": "chat"}).say("fr"), LocalizedText({"fr": "chat"}).say("en")
        ('chat', 'chat')
        """
        texts = self.by_language
        return texts.get(lang or current_language()) or texts.get(DEFAULT) or next(iter(texts.values()), "")

    def __str__(self) -> str:
        return self.say()


# ---- languages, and the current reader


def languages() -> tuple[str, ...]:
    """Return the languages that have a file, English first.

    >>> languages()[0]
    'en'
    """
    names = sorted({path.stem for suffix in ("toml", PARSED) for path in FOLDER.glob(f"*.{suffix}")})
    return (DEFAULT, *(lang for lang in names if lang != DEFAULT))


def choose_language(requested: str, accepted: str) -> str:
    """Return the language `requested` if it exists, else the best one of `accepted` that does, else English.

    `accepted` is a list in the format of browsers or terminals: `fr-CA,fr;q=0.9,en;q=0.8`, `fr_FR.UTF-8`.

    >>> choose_language("", "tlh,en-GB;q=0.9"), choose_language("en", "fr"), choose_language("tlh", "")
    ('en', 'en', 'en')
    """
    available_languages = languages()
    if requested in (*available_languages, PSEUDO):
        return requested
    parts = [re.match(r"\s*([A-Za-z]*)[^,;]*(?:;\s*q=([\d.]+))?", part) for part in accepted.split(",")]
    candidates = [(_quality(part[2]), part[1].lower()) for part in parts if part and part[1].lower() in available_languages]
    best_quality = max((quality for quality, _ in candidates), default=0.0)
    return next((lang for quality, lang in candidates if quality == best_quality > 0), DEFAULT)


def _quality(text: str | None) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def current_language() -> str:
    """Return the language of the current reader; English by default.

    >>> current_language()
    'en'
    """
    return _READER.get() or (_READER_LOOKUP[-1]() if _READER_LOOKUP else DEFAULT)


def set_reader_lookup(ask: Callable[[], str]) -> None:
    """Make `current_language` call `ask` if no language is set: for a server that knows the reader of each thread."""
    _READER_LOOKUP[:] = [ask]


@contextmanager
def use_language(lang: str) -> Iterator[None]:
    """Set the reader's language inside the block.

    >>> with use_language("en"):
    ...     current_language()
    'en'
    """
    token = _READER.set(lang)
    try:
        yield
    finally:
        _READER.reset(token)


@cache
def catalogue(lang: str = DEFAULT) -> Mapping[str, str | Mapping[str, str]]:
    """Return every message of a language by its id: a text, or a text for each plural form.

    >>> catalogue()["words.unknown"]
    'No message {id}.'
    """
    if lang == PSEUDO:
        return pseudo_catalogue(catalogue())
    messages = read_catalogue(lang)
    if lang == DEFAULT or not messages:
        return messages if lang == DEFAULT else catalogue()
    return {**{id: text for id, text in catalogue().items() if not id.startswith("words.plurals.")}, **messages}


def missing_messages(lang: str) -> list[str]:
    """Return the ids of the messages that a language lacks, which fall back to English.

    >>> missing_messages("en")
    []
    """
    translated = read_catalogue(lang)
    return [id for id in catalogue() if id not in translated and not id.startswith("words.plurals.")]


def read_catalogue(lang: str) -> Mapping[str, str | Mapping[str, str]]:
    """Return the messages of a language's own file, or nothing if there is none."""
    path = FOLDER / f"{lang}.toml"
    if (parsed := path.with_suffix(f".{PARSED}")).is_file():
        messages: Mapping[str, str | Mapping[str, str]] = json.loads(parsed.read_text(encoding="utf-8"))
        return messages
    return flatten(tomllib.loads(path.read_text(encoding="utf-8"))) if lang and path.is_file() else {}


# ---- messages


def say(id: str, /, lang: str = "", **values: object) -> str:
    """Return the message `id` with its values, in a language, by default the reader's.

    A field `{name}` accepts a text, a number, a message, or a sequence of these. `{x:3}` prints three significant digits,
    `{share:%}` a percentage (`:1%` with one decimal), and `{seed:plain}` no separators. The value `n` selects the plural
    form. Raise Problem if no such message exists, and KeyError if a value is missing.

    >>> say("words.unknown", id="x")
    'No message x.'
    """
    lang = lang or current_language()
    text = catalogue(lang).get(id)
    if text is None:
        raise Problem("words.unknown", id=id)
    if not isinstance(text, str):
        text = text.get(plural_form(values["n"], lang), text["other"])
    return _FIELD.sub(lambda match: format_value(values[match[1]], match[2] or "", lang), text)


def text(id: str, /, lang: str = "") -> str:
    """Return the message `id` verbatim: for long texts without values, whose braces are LaTeX's.

    >>> text("words.unknown")
    'No message {id}.'
    """
    message_text = catalogue(lang or current_language()).get(id)
    if not isinstance(message_text, str):
        raise Problem("words.unknown", id=id)
    return message_text


def has_message(id: str) -> bool:
    """Return whether there is a message of this id."""
    return id in catalogue()


def plural_form(n: object, lang: str = "") -> str:
    """Return the plural form of a number: "one", "other", or another form of the language.

    >>> plural_form(1), plural_form(0), plural_form(2.5)
    ('one', 'other', 'other')
    """
    messages = catalogue(lang or current_language())
    start = "words.plurals."
    return form(abs(float(n)), {id.removeprefix(start): str(rule) for id, rule in messages.items() if id.startswith(start)})  # type: ignore[arg-type]


def format_value(value: object, spec: str = "", lang: str = "") -> str:
    """Format a value for a sentence, in a language, by default the reader's; see `say`.

    >>> format_value(-1234.5), format_value(0.12345, "2"), format_value(7.6e-10), format_value(1 / 3, "1%"), format_value((1, "a"))
    ('−1,234.5', '0.12', '7.6e−10', '33.3%', '1, a')
    """
    lang = lang or current_language()
    if isinstance(value, Problem):
        return value.message.say(lang)
    if isinstance(value, Message | LocalizedText):
        return value.say(lang)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(format_value(entry, spec, lang) for entry in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if spec.endswith("%"):
        return _localize(f"{PERCENT * value:.{spec[:-1] or 0}f}", lang) + say("words.percent", lang)
    if spec == "plain":
        return _localize(repr(value).removesuffix(".0"), lang, grouped=False)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if spec:
        return _localize(f"{value + 0.0:.{spec}g}", lang)
    return _localize(repr(value).removesuffix(".0"), lang)


def _localize(text: str, lang: str, grouped: bool = True) -> str:
    """Localize a number in Python's notation: separators, a true minus, no leading zeros in the exponent."""
    mantissa, _, power = text.lower().partition("e")
    sign, digits = ("−", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    integer, point, decimals = digits.partition(".")
    if grouped and len(integer) > 3:
        integer = re.sub(r"(?<=\d)(?=(\d{3})+$)", say("words.thousands", lang), integer)
    text = sign + integer + (say("words.point", lang) if point else "") + decimals
    return f"{text}e{str(int(power)).replace('-', '−')}" if power else text


def flatten(tables: Mapping[str, Any]) -> dict[str, str | Mapping[str, str]]:
    """Return the messages in a language's tables by id. A table of plural forms is one message, any other a section.

    >>> flatten({"count": {"one": "1 layer", "other": "{n} layers"}, "kind": {"conv": "conv", "other": "other"}})
    {'count': {'one': '1 layer', 'other': '{n} layers'}, 'kind.conv': 'conv', 'kind.other': 'other'}
    """
    fewest = 2 if tables.get("words", {}).get("plurals") else 1
    return _flatten(tables, "", fewest)


def _flatten(table: Mapping[str, object], prefix: str, fewest: int) -> dict[str, str | Mapping[str, str]]:
    messages: dict[str, str | Mapping[str, str]] = {}
    for name, value in table.items():
        id = sys.intern(prefix + name)  # the ids are the same in every language
        if isinstance(value, str):
            messages[id] = value
        elif isinstance(value, Mapping) and len(value) >= fewest and "other" in value and value.keys() <= _FORMS:
            messages[id] = {str(form): str(text) for form, text in value.items()}
        elif isinstance(value, Mapping):
            messages |= _flatten(value, f"{id}.", fewest)
    return messages
