"""Every sentence that people read, by language: a message is an id and named values.

The lowest layer, of the standard library only. A language is one file beside this one, `en.toml`; what it
lacks is said in English. Code names a message by its id and hands over values, numbers as numbers; how a
number is written, and which plural it takes, is the language's affair. The browser reads the same files
(`catalogue`), and its twin of `say` is held to this one by tests.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

DEFAULT = "en"
_FOLDER = Path(__file__).parent
_FIELD = re.compile(r"\{(\w+)(?::([^{}]+))?\}")


@dataclass(frozen=True)
class Message:
    """A sentence that is not yet in any language: its id, and its values by name."""

    id: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str = DEFAULT) -> str:
        """The sentence in a language."""
        return say(self.id, lang, **self.values)

    def __str__(self) -> str:
        return self.say()


def message(id: str, /, **values: object) -> Message:
    """A message by its id, with its values.

    >>> str(message("words.unknown", id="x"))
    'There are no words for x.'
    """
    return Message(id, values)


class Problem(ValueError):
    """What cannot be used or done: a code, which is a message's id, and values. `str` gives the English sentence.

    >>> error = Problem("words.unknown", id="a.b")
    >>> str(error), error.code, error.values
    ('There are no words for a.b.', 'words.unknown', {'id': 'a.b'})
    """

    def __init__(self, code: str, /, **values: object):
        super().__init__(code, values)
        self.code, self.values = code, values

    @property
    def message(self) -> Message:
        """The same as a message, to be said in any language."""
        return Message(self.code, self.values)

    def __str__(self) -> str:
        return say(self.code, DEFAULT, **self.values)


def languages() -> tuple[str, ...]:
    """The languages that there are files for, English first.

    >>> languages()[0]
    'en'
    """
    found = sorted(path.stem for path in _FOLDER.glob("*.toml"))
    return (DEFAULT, *(lang for lang in found if lang != DEFAULT))


@cache
def catalogue(lang: str = DEFAULT) -> Mapping[str, str | Mapping[str, str]]:
    """Every message of a language by its id: a text, or a text for each plural form.

    >>> catalogue()["words.unknown"]
    'There are no words for {id}.'
    """
    path = _FOLDER / f"{lang}.toml"
    own = _flat(tomllib.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}
    return own if lang == DEFAULT else {**catalogue(), **own}


def say(id: str, /, lang: str = DEFAULT, **values: object) -> str:
    """The message `id` with its values in it.

    A field `{name}` takes a text, a number, a message, or several of these; `{x:3}` has three significant
    digits, `{share:%}` is a percentage (`:1%` with one decimal), `{seed:plain}` has no separators. A message
    with plural forms goes by its value `n`. Raises Problem where there is no such message, KeyError where a
    value is missing.

    >>> say("words.unknown", id="x")
    'There are no words for x.'
    """
    text = catalogue(lang).get(id)
    if text is None:
        raise Problem("words.unknown", id=id)
    if not isinstance(text, str):
        text = text.get(plural(values["n"], lang), text["other"])
    return _FIELD.sub(lambda place: written(values[place[1]], place[2] or "", lang), text)


def text(id: str, /, lang: str = DEFAULT) -> str:
    """The message `id` as it stands: for long texts without values, whose braces are LaTeX's.

    >>> text("words.unknown")
    'There are no words for {id}.'
    """
    found = catalogue(lang).get(id)
    if not isinstance(found, str):
        raise Problem("words.unknown", id=id)
    return found


def has(id: str) -> bool:
    """Whether there is a message of this id."""
    return id in catalogue()


def plural(n: object, lang: str = DEFAULT) -> str:
    """The plural form that a number takes, "one" or "other" (Unicode CLDR's rules for the languages that there are).

    >>> plural(1), plural(0), plural(0, "fr")
    ('one', 'other', 'one')
    """
    size = abs(float(n))  # type: ignore[arg-type]
    return "one" if (size < 2 if lang == "fr" else size == 1) else "other"


def written(value: object, spec: str = "", lang: str = DEFAULT) -> str:
    """A value as a sentence has it; see `say`.

    >>> written(-1234.5), written(0.12345, "2"), written(7.6e-10), written(1 / 3, "1%"), written((1, "a"))
    ('−1,234.5', '0.12', '7.6e−10', '33.3%', '1, a')
    """
    if isinstance(value, Message | Problem):
        return (value if isinstance(value, Message) else value.message).say(lang)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(written(entry, spec, lang) for entry in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if spec.endswith("%"):
        return _local(f"{100 * value:.{spec[:-1] or 0}f}", lang) + say("words.percent", lang)
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
        if isinstance(value, str):
            found[before + name] = value
        elif isinstance(value, Mapping) and "other" in value:
            found[before + name] = {str(form): str(text) for form, text in value.items()}
        elif isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}.")
    return found
