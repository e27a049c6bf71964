"""The numbers of a page as a resource: what an address shows, as bytes that are the same for everybody."""

import dataclasses
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

import numpy as np

from cnnviz.core.runtime.work_cancellation import check_wanted
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.setup.setup_fields import asked_text
from cnnviz.core.setup.update_limits import estimate, state_bytes, step_work
from cnnviz.core.training.snapshots import updates_ahead
from cnnviz.data.images import load_images
from cnnviz.decks.request_deck import giving
from cnnviz.export.arrays import PIECE, npz
from cnnviz.pages.address import PageRequest, resolved
from cnnviz.pages.answers import Unfinished, answers_of
from cnnviz.pages.deck_screens import opened
from cnnviz.pages.encoding import decode
from cnnviz.pages.registry import Page, beside, page_at, page_keys, pages
from cnnviz.pages.version import code
from cnnviz.words import DEFAULT, Message, Problem

FORMS = {"": "application/octet-stream", "json": "application/json", "npz": "application/octet-stream"}
"""Endings of the path, and what they give: the component's own form, and two for programs."""

INSTEAD = "instead"
"""The key that names the setup whose parts stay where the address holds what cannot be used, as a query of its own."""

EXACT = "exact"
"""The key that names a part, whose exact numbers are a resource of their own."""

AT_A_TIME = 4_000
"""Numbers that are written as JSON in one go, a few milliseconds."""
_LOOKS = {"stage"}
"""Keys of a setup that say where one looks, and change no number."""
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
    """The page of that name, None where there is none: "step", "train", "check", "notebook", "learn"; and what goes beside them, "curve" and "script"."""
    return next((page for page in (*pages(), *beside()) if page.id == name), None)


def asked_of(page: Page, query: Mapping[str, str]) -> dict[str, str]:
    """The part of a query that says which numbers these are, in one order, so that equal questions are equal.

    >>> asked_of(page_of("step"), {"stage": "z1", "lang": "de", "k": "3", "utm": "x", "cell": "z1:0,0"})
    {'k': '3'}
    """
    query = opened(page.path, query) if page not in beside() else query
    found = {key: asked_text(query, key) for key in sorted((_keys(page) | {INSTEAD, EXACT}) & query.keys())}
    return {key: text for key, text in found.items() if text}


def _keys(page: Page) -> set[str]:
    """The keys of an address that say which numbers a page shows; where there is no live view, a cell says of which channel."""
    own = page.keys if page in beside() else page_keys()
    return {*SETUP_KEYS, *own} - _LOOKS - ({"cell"} if page.first else set())


def address_of(path: str, query: str) -> str:
    """The address of the numbers that the page at a path will ask for, letter for letter, seen from there (resources.js).

    >>> address_of("/tools/train", "k=3&f=1,2&stage=z1").partition("/train")[2]
    '?f=1,2&k=3'
    """
    page = page_at(path.rpartition("/")[2])
    asked = dict(parse_qsl(query, keep_blank_values=True))
    texts = [f"{key}={quote(asked[key], safe=_PLAIN)}" for key in sorted(_keys(page) & asked.keys()) if asked[key]]
    return f"numbers/{code()}/{page.id}?{'&'.join(texts)}"


_PLAIN = "-_.!~*'(),:"
"""Characters that the browser leaves as they are beside letters and digits: JavaScript's encodeURIComponent, and commas and colons."""


Cost = tuple[list[tuple[Hashable, ...]], float]
"""The kinds of a resource, the most special first, and the seconds that it takes about, by its setup alone."""


def cost(page: Page, asked: Mapping[str, str], form: str = "") -> Cost:
    """The cost of a resource that is not made yet: a kind is the page, the form, which keys are asked for, and the sizes of the network, by powers of two.
    """
    query, last = _read(page, asked)
    setup, _ = Setup.understand(query, instead=last)
    try:
        x = load_images(setup)
    except Problem:  # the last setup's image will be shown
        setup, _ = Setup.understand(query | {"img": last.img}, instead=last)
        x = load_images(setup)
    keys, words = _kind_keys(page, asked)
    sizes = step_work(setup.network, x.shape).bit_length(), state_bytes(setup.network, x.shape, setup.opt).bit_length()
    kinds: list[tuple[Hashable, ...]] = [(page.id, form, keys, words, sizes), (page.id, form, keys, sizes), (page.id, form, sizes), (page.id, form)]
    passed = estimate(setup.network, x.shape, updates_ahead(setup, x, setup.k))
    return kinds, passed + answers_of(page).seconds(setup, x, query)


def _kind_keys(page: Page, asked: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The pages' own keys that are asked for, and those of their values that are words."""
    own = [key for key in (*page_keys(), *page.keys, EXACT) if key in asked]
    return tuple(own), tuple(asked[key] for key in own if asked[key].isalpha() and len(asked[key]) < 20)


def _read(page: Page, asked: Mapping[str, str]) -> tuple[dict[str, str], Setup]:
    """The query, opened as the page opens where there is no setup in it, and the setup in place of what cannot be used."""
    last, _ = Setup.understand(dict(parse_qsl(asked.get(INSTEAD, ""))))
    query = _own(asked)
    first = dict(answers_of(page).opens(query)) if SETUP_KEYS.isdisjoint(query) else {}
    return first | query, last


def _own(asked: Mapping[str, str]) -> dict[str, str]:
    """The query of the address itself, without what is said of the answer."""
    return {key: text for key, text in asked.items() if key not in (INSTEAD, EXACT)}


@np.errstate(over="ignore", invalid="ignore")  # of a run that has run away, which is shown as it is
def made(page: Page, asked: Mapping[str, str], form: str = "", compress: bool = True) -> Resource:
    """The resource of the page for `asked`; programs get TimeoutError while a part of it is still being worked out elsewhere."""
    query, last = _read(page, asked)
    answers, whole = answers_of(page), True
    now = dataclasses.replace(resolved(query, page.first, last, answers.several, answers.modes), query=_own(asked))
    now = dataclasses.replace(now, errors={**now.errors, **answers.wrong(now)})
    try:
        part = answers.part(now, asked[EXACT]) if EXACT in asked and not form else None
        answer = answers.answer(now) if part is None else part
    except Unfinished as unfinished:
        if form:
            raise
        answer, whole = unfinished.answer, False
    lasting = whole and now.cacheable and answers.lasts(asked) and "held-" not in asked.get("vs", "") + asked.get("checkpoints", "")
    digest = hashlib.sha256()
    parts = _noted(_for_programs(page, now, answer, form) if form else [answer], digest.update)
    if form == "json" and compress:  # a large one is never there as a whole
        return Resource(_compressed(parts), True, f'"{digest.hexdigest()[:32]}"', FORMS[form], lasting, whole)
    body = b"".join(parts)
    compressed = _compressed([body]) if compress and len(body) > _WORTH and form != "npz" else body
    smaller = len(compressed) < len(body)
    return Resource(compressed if smaller else body, smaller, f'"{digest.hexdigest()[:32]}"', FORMS[form], lasting, whole)


def _noted(parts: Iterable[bytes], note: Callable[[bytes], object]) -> Iterator[bytes]:
    """The parts, each noted as it is handed on."""
    for part in parts:
        note(part)
        yield part


def made_of(page: Page, asked: Mapping[str, str], content: bytes, compress: bool = True) -> Resource:
    """The same where a deck comes along, a file's text, which counts for this answer alone."""
    with giving(content):
        return dataclasses.replace(made(page, asked, compress=compress), lasting=False)


def _compressed(parts: Iterable[bytes]) -> bytes:
    """As gzip does it in one go, and with the same bytes."""
    gzip_ = zlib.compressobj(_LEVEL, wbits=31)
    done = []
    for part in parts:
        for at in range(0, len(part), PIECE):
            check_wanted()
            done.append(gzip_.compress(part[at : at + PIECE]))
    return b"".join([*done, gzip_.flush()])


def _for_programs(page: Page, now: PageRequest, answer: bytes, form: str) -> Iterator[bytes]:
    header, arrays = decode(answer)
    exact = answers_of(page).exact(now)
    arrays = arrays if exact is None else exact
    wrong = {key: value | {"instead": header["lesson"].get(key, "")} for key, said in now.errors.items() if (value := structured(said))}
    head = {"code": code(), "page": page.id, "asked": dict(now.query), "lesson": header["lesson"], "wrong": wrong, "loss": header["loss"]}
    if form == "npz":
        yield npz({"header": np.array(json.dumps(head)), **arrays})
        return
    yield f'{json.dumps(head, allow_nan=False)[:-1]}, "arrays": {{'.encode()
    for n, (name, array) in enumerate(arrays.items()):
        yield f"{', ' * bool(n)}{json.dumps(name)}: ".encode()
        yield from map(str.encode, _numbers(array))
    yield b"}}"


def _numbers(array: np.ndarray) -> Iterator[str]:
    """Nested lists as JSON, some thousand numbers at a time; what is no number is null, since JSON has no word for it."""
    if array.ndim and array.size > AT_A_TIME:
        rows = AT_A_TIME // (array.size // len(array))
        for at in range(0, len(array), rows or 1):
            yield ", " if at else "["
            yield from (text[1:-1] for text in _numbers(array[at : at + rows])) if rows else _numbers(array[at])
        yield "]"
        return
    check_wanted()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        array = array.astype(object)
        array[~np.isfinite(array.astype(float))] = None
    yield json.dumps(array.tolist(), allow_nan=False)


def structured(said: object) -> dict[str, object]:
    """A message as programs read it: its id, its values, and its sentence in English.

    >>> structured(Message("words.unknown", {"id": "x"}))
    {'id': 'words.unknown', 'values': {'id': 'x'}, 'sentence': 'No message x.'}
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
