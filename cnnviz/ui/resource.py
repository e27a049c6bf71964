"""The numbers of a page as a resource: what an address shows, as bytes that are the same for everybody."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

import numpy as np

from cnnviz.core.fields import asked_text
from cnnviz.core.lesson import LESSON_KEYS, Lesson
from cnnviz.core.trajectory import updates_ahead
from cnnviz.core.work import estimate
from cnnviz.data.images import find_image, load_image
from cnnviz.ui.address import Now, resolved
from cnnviz.ui.component.answer import decode
from cnnviz.ui.pages import Page, page_keys, pages
from cnnviz.ui.pages.answers import Unfinished, answers_of
from cnnviz.ui.version import code
from cnnviz.words import DEFAULT, Message, Problem

FORMS = {"": "application/octet-stream", "json": "application/json", "npz": "application/octet-stream"}
"""Endings of the path, and what they give: the component's own form, and two for programs."""

INSTEAD = "instead"
"""The key that names the lesson whose parts stay where the address holds what cannot be used, as a query of its own."""

EXACT = "exact"
"""The key that names a part, whose exact numbers are a resource of their own."""

_LOOKS = {"stage"}
"""Keys of a lesson that say where one looks, and change no number."""
_WORTH, _LEVEL = 1_000, 3
"""Bytes below which nothing is gained by compressing, and how hard it is tried: at gzip's usual 6 numbers are 1 % smaller, and take three times as long."""


@dataclass(frozen=True, eq=False)
class Resource:
    """The bytes, compressed if that makes them fewer; `lasting` where they will always be the same, `whole` where nothing is to come."""

    body: bytes
    compressed: bool
    etag: str
    media_type: str
    lasting: bool
    whole: bool = True

    @property
    def plain(self) -> bytes:
        """The bytes as they were before."""
        return gzip.decompress(self.body) if self.compressed else self.body


def page_of(name: str) -> Page | None:
    """The page of that name, None where there is none: "step", "train", "check", "notebook", "learn"."""
    return next((page for page in pages() if page.id == name), None)


def asked_of(page: Page, query: Mapping[str, str]) -> dict[str, str]:
    """What of a query says which numbers these are, in one order, so that equal questions are equal.

    >>> asked_of(page_of("step"), {"stage": "z1", "lang": "de", "k": "3", "utm": "x", "cell": "z1:0,0"})
    {'k': '3'}
    """
    found = {key: asked_text(query, key) for key in sorted((_keys(page) | {INSTEAD, EXACT}) & query.keys())}
    return {key: text for key, text in found.items() if text}


def _keys(page: Page) -> set[str]:
    """The keys of an address that say which numbers a page shows; where there is no live view, a cell says of which channel."""
    return {*LESSON_KEYS, *page_keys()} - _LOOKS - ({"cell"} if page.first else set())


def address_of(path: str, query: str) -> str:
    """The address of the numbers that the page at a path will ask for, letter for letter, seen from there (resources.js).

    >>> address_of("/tools/train", "k=3&f=1,2&stage=z1").partition("/train")[2]
    '?f=1,2&k=3'
    """
    page = next((page for page in pages() if page.path == path.rpartition("/")[2]), pages()[0])
    asked = dict(parse_qsl(query, keep_blank_values=True))
    texts = [f"{key}={quote(asked[key], safe=_PLAIN)}" for key in sorted(_keys(page) & asked.keys()) if asked[key]]
    return f"numbers/{code()}/{page.id}?{'&'.join(texts)}"


_PLAIN = "-_.!~*'(),:"
"""What the browser leaves as it is beside letters and digits: JavaScript's encodeURIComponent, and commas and colons."""


def seconds(page: Page, asked: Mapping[str, str]) -> float:
    """About how long it will take to make a resource."""
    lesson, _ = Lesson.understand(asked)
    try:
        x = load_image(find_image(lesson.img).pixels, lesson.ch, lesson.scale)
    except Problem:
        return 0.0  # the default image's will be shown
    passed = estimate(lesson.network, x.shape, updates_ahead(lesson, x, lesson.k))
    return passed + answers_of(page).seconds(lesson, x, asked)


@np.errstate(over="ignore", invalid="ignore")  # of a run that has run away, which is shown as it is
def made(page: Page, asked: Mapping[str, str], form: str = "") -> Resource:
    """What the page shows for `asked`; programs get TimeoutError while a part of it is still being worked out elsewhere."""
    last, _ = Lesson.understand(dict(parse_qsl(asked.get(INSTEAD, ""))))
    query = {key: text for key, text in asked.items() if key not in (INSTEAD, EXACT)}
    answers, whole = answers_of(page), True
    opened = dict(answers.opens(query)) if LESSON_KEYS.isdisjoint(query) else {}
    now = dataclasses.replace(resolved(opened | query, page.first, last), asked=query)
    try:
        part = answers.part(now, asked[EXACT]) if EXACT in asked and not form else None
        answer = answers.answer(now) if part is None else part
    except Unfinished as unfinished:
        if form:
            raise
        answer, whole = unfinished.answer, False
    lasting = whole and now.lasting and answers.lasts(asked) and "held-" not in asked.get("vs", "")
    body = answer if not form else _for_programs(page, now, answer, form)
    compressed = gzip.compress(body, _LEVEL, mtime=0) if len(body) > _WORTH and form != "npz" else body
    smaller = len(compressed) < len(body)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Resource(compressed if smaller else body, smaller, etag, FORMS[form], lasting, whole)


def _for_programs(page: Page, now: Now, answer: bytes, form: str) -> bytes:
    header, arrays = decode(answer)
    exact = answers_of(page).exact(now)
    arrays = arrays if exact is None else exact
    wrong = {key: value | {"instead": header["lesson"].get(key, "")} for key, said in now.wrong.items() if (value := structured(said))}
    head = {"code": code(), "page": page.id, "asked": dict(now.asked), "lesson": header["lesson"], "wrong": wrong, "loss": header["loss"]}
    if form == "npz":
        file = io.BytesIO()
        np.savez_compressed(file, header=np.array(json.dumps(head)), **arrays)
        return file.getvalue()
    return json.dumps(head | {"arrays": {name: _numbers(array) for name, array in arrays.items()}}, allow_nan=False).encode()


def _numbers(array: np.ndarray) -> object:
    """Nested lists; what is no number is null, since JSON has no word for it."""
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return array.tolist()
    return np.where(np.isfinite(array), array.astype(object), None).tolist()


def structured(said: object) -> dict[str, object]:
    """A message as programs read it: its id, its values, and its sentence in English.

    >>> structured(Message("words.unknown", {"id": "x"}))
    {'id': 'words.unknown', 'values': {'id': 'x'}, 'sentence': 'There are no words for x.'}
    """
    if isinstance(said, Problem):
        said = said.message
    if isinstance(said, Message):
        return {"id": said.id, "values": {name: _value(value) for name, value in said.values.items()}, "sentence": said.say(DEFAULT)}
    return {"id": "", "values": {}, "sentence": str(said)}


def _value(value: object) -> object:
    if isinstance(value, Message | Problem):
        return structured(value)
    if isinstance(value, list | tuple | set | frozenset | dict):
        return [_value(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, str | int | float | bool | None) and value == value else str(value)
