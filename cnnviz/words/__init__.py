"""Every sentence that people read, by language: a message is an id and named values.

The lowest layer, of the standard library only. A language is one file beside this one, such as `en.toml`; what it
lacks is said in English. Code names a message by its id and hands over values, numbers as numbers; how a
number is written, and which plural it takes, is the language's affair. The browser reads the same files
(`catalogue`), and its twin of `say` is held to this one by tests.

Not gettext: its keys are English sentences, and its plurals take whole numbers alone. The rules here are in CLDR's own
notation, and a test holds them and the separators to what browsers have of CLDR; Babel's tables of all languages are 30 MB.

A message is said at the edge, where a reader is: in a widget, a file that is taken home, a line of the terminal, or in
the browser, to which messages travel as they are. Whoever serves a reader says so: `with reading("fr"): …`.
"""

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

from cnnviz.words.pseudo import PSEUDO, stretched
from cnnviz.words.rules import form

DEFAULT = "en"
KEY = "lang"
"""The address's key that names a language."""

PERCENT = 100 * (1 + 2**-44)
"""The percent of 1, a little more than 100, so that halves are rounded up: 406 of 800 are 50.75%, but the nearest number that there is lies below it."""

FOLDER = Path(__file__).parent
_FIELD = re.compile(r"\{(\w+)(?::([^{}]+))?\}")
_READER: ContextVar[str] = ContextVar("reader", default="")
_ASKED: list[Callable[[], str]] = []


@dataclass(frozen=True)
class Message:
    """A sentence that is not yet in any language: its id, and its values by name."""

    id: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str = "") -> str:
        """The sentence in a language, the reader's where none is named."""
        return say(self.id, lang, **self.values)

    def __str__(self) -> str:
        return self.say()


def message(id: str, /, **values: object) -> Message:
    """A message by its id, with its values.

    >>> str(message("words.unknown", id="x"))
    'No message x.'
    """
    return Message(id, values)


def quote(text: str) -> str:
    """A text as a sentence quotes it: in quotation marks, and not too long."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def together(messages: Iterable[Message]) -> Message | None:
    """Sentences one after another; None where there are none.

    >>> str(together([message("words.unknown", id="a"), message("words.unknown", id="b")]))
    'No message a. No message b.'
    """
    said = None
    for one in messages:
        said = one if said is None else message("words.sentences", first=said, second=one)
    return said


class Problem(ValueError):
    """An input or act that cannot be used or done: a code, which is a message's id, and values. `str` gives the sentence.

    >>> error = Problem("words.unknown", id="a.b")
    >>> str(error), error.code, error.values
    ('No message a.b.', 'words.unknown', {'id': 'a.b'})
    """

    def __init__(self, code: str, /, **values: object):
        super().__init__(code, values)
        self.code, self.values = code, values

    def __reduce__(self) -> tuple[Callable[[], "Problem"], tuple[()]]:
        return partial(type(self), self.code, **self.values), ()  # pickle would pass the values by place

    @property
    def message(self) -> Message:
        """The same as a message, to be said in any language."""
        return Message(self.code, self.values)

    def __str__(self) -> str:
        return say(self.code, "", **self.values)


@dataclass(frozen=True)
class LocalizedText:
    """A sentence that came with its languages, as those of a setup's file do."""

    by_language: Mapping[str, str]

    def say(self, lang: str = "") -> str:
        """The one in a language, the reader's where none is named; or the English one, or whatever there is.

        >>> LocalizedText({"en": "cat", "fr": "chat"}).say("fr"), LocalizedText({"fr": "chat"}).say("en")
        ('chat', 'chat')
        """
        known = self.by_language
        return known.get(lang or reader()) or known.get(DEFAULT) or next(iter(known.values()), "")

    def __str__(self) -> str:
        return self.say()


# ---- languages, and whose turn it is to read


def languages() -> tuple[str, ...]:
    """The languages that there are files for, English first.

    >>> languages()[0]
    'en'
    """
    found = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return (DEFAULT, *(lang for lang in found if lang != DEFAULT))


def chosen(asked: str, wanted: str) -> str:
    """The language that is `asked` for if there is one of that name, else the first of those `wanted` that there is.

    `wanted` is a list as browsers send it and terminals have it: `fr-CA,fr;q=0.9,en;q=0.8`, `fr_FR.UTF-8`.

    >>> chosen("", "tlh,en-GB;q=0.9"), chosen("en", "fr"), chosen("tlh", "")
    ('en', 'en', 'en')
    """
    known = languages()
    if asked in (*known, PSEUDO):
        return asked
    parts = [re.match(r"\s*([A-Za-z]*)[^,;]*(?:;\s*q=([\d.]+))?", part) for part in wanted.split(",")]
    weighed = [(_quality(part[2]), part[1].lower()) for part in parts if part and part[1].lower() in known]
    best = max((quality for quality, _ in weighed), default=0.0)
    return next((lang for quality, lang in weighed if quality == best > 0), DEFAULT)


def _quality(text: str | None) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def reader() -> str:
    """The language of whoever is being served; English where nobody said so.

    >>> reader()
    'en'
    """
    return _READER.get() or (_ASKED[-1]() if _ASKED else DEFAULT)


def ask_for_reader(ask: Callable[[], str]) -> None:
    """Has `reader` call `ask` wherever no language is set: for a server that knows whom each of its threads serves."""
    _ASKED[:] = [ask]


@contextmanager
def reading(lang: str) -> Iterator[None]:
    """Says all that is said inside in this language.

    >>> with reading("en"):
    ...     reader()
    'en'
    """
    before = _READER.set(lang)
    try:
        yield
    finally:
        _READER.reset(before)


@cache
def catalogue(lang: str = DEFAULT) -> Mapping[str, str | Mapping[str, str]]:
    """Every message of a language by its id: a text, or a text for each plural form.

    >>> catalogue()["words.unknown"]
    'No message {id}.'
    """
    if lang == PSEUDO:
        return stretched(catalogue())
    own = catalogue_of(lang)
    if lang == DEFAULT or not own:
        return own if lang == DEFAULT else catalogue()
    return {**{id: text for id, text in catalogue().items() if not id.startswith("words.plurals.")}, **own}


def catalogue_of(lang: str) -> Mapping[str, str | Mapping[str, str]]:
    """The messages of a language's own file; nothing where there is none."""
    path = FOLDER / f"{lang}.toml"
    return _flat(tomllib.loads(path.read_text(encoding="utf-8"))) if lang and path.is_file() else {}


# ---- what is said


def say(id: str, /, lang: str = "", **values: object) -> str:
    """The message `id` with its values in it, in a language, the reader's where none is named.

    A field `{name}` takes a text, a number, a message, or several of these; `{x:3}` has three significant
    digits, `{share:%}` is a percentage (`:1%` with one decimal), `{seed:plain}` has no separators. A message
    with plural forms goes by its value `n`. Raises Problem where there is no such message, KeyError where a
    value is missing.

    >>> say("words.unknown", id="x")
    'No message x.'
    """
    lang = lang or reader()
    text = catalogue(lang).get(id)
    if text is None:
        raise Problem("words.unknown", id=id)
    if not isinstance(text, str):
        text = text.get(plural(values["n"], lang), text["other"])
    return _FIELD.sub(lambda place: written(values[place[1]], place[2] or "", lang), text)


def text(id: str, /, lang: str = "") -> str:
    """The message `id` as it stands: for long texts without values, whose braces are LaTeX's.

    >>> text("words.unknown")
    'No message {id}.'
    """
    found = catalogue(lang or reader()).get(id)
    if not isinstance(found, str):
        raise Problem("words.unknown", id=id)
    return found


def has(id: str) -> bool:
    """Tells whether there is a message of this id."""
    return id in catalogue()


def plural(n: object, lang: str = "") -> str:
    """The plural form that a number takes, "one" or "other" and what else the language has.

    >>> plural(1), plural(0), plural(2.5)
    ('one', 'other', 'other')
    """
    known = catalogue(lang or reader())
    start = "words.plurals."
    return form(abs(float(n)), {id.removeprefix(start): str(rule) for id, rule in known.items() if id.startswith(start)})  # type: ignore[arg-type]


def written(value: object, spec: str = "", lang: str = "") -> str:
    """A value as a sentence has it, in a language, the reader's where none is named; see `say`.

    >>> written(-1234.5), written(0.12345, "2"), written(7.6e-10), written(1 / 3, "1%"), written((1, "a"))
    ('−1,234.5', '0.12', '7.6e−10', '33.3%', '1, a')
    """
    lang = lang or reader()
    if isinstance(value, Problem):
        return value.message.say(lang)
    if isinstance(value, Message | LocalizedText):
        return value.say(lang)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(written(entry, spec, lang) for entry in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if spec.endswith("%"):
        return _local(f"{PERCENT * value:.{spec[:-1] or 0}f}", lang) + say("words.percent", lang)
    if spec == "plain":
        return _local(repr(value).removesuffix(".0"), lang, grouped=False)
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if spec:
        return _local(f"{value + 0.0:.{spec}g}", lang)
    return _local(repr(value).removesuffix(".0"), lang)


def _local(text: str, lang: str, grouped: bool = True) -> str:
    """Python's way of writing a number in a language's: separators, a true minus, no zeros in a power of ten."""
    mantissa, _, power = text.lower().partition("e")
    sign, digits = ("−", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
    whole, point, rest = digits.partition(".")
    if grouped and len(whole) > 3:
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", say("words.thousands", lang), whole)
    text = sign + whole + (say("words.point", lang) if point else "") + rest
    return f"{text}e{str(int(power)).replace('-', '−')}" if power else text


def _flat(table: Mapping[str, object], before: str = "") -> dict[str, str | Mapping[str, str]]:
    found: dict[str, str | Mapping[str, str]] = {}
    for name, value in table.items():
        id = sys.intern(before + name)  # the same in every language
        if isinstance(value, str):
            found[id] = value
        elif isinstance(value, Mapping) and "other" in value:
            found[id] = {str(form): str(text) for form, text in value.items()}
        elif isinstance(value, Mapping):
            found |= _flat(value, f"{id}.")
    return found
