"""The numbers of a page as a resource: bytes that depend on the address alone."""

import dataclasses
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

import numpy as np

from cnnviz.core.runtime.work_cancellation import check_cancelled
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.core.setup.setup_fields import query_text
from cnnviz.core.setup.update_limits import estimated_seconds, state_bytes, step_work
from cnnviz.core.training.snapshots import updates_ahead
from cnnviz.data.images import load_images
from cnnviz.decks.request_deck import use_deck
from cnnviz.export.arrays import PIECE, npz
from cnnviz.pages.address import PageRequest, resolve
from cnnviz.pages.deck_screens import expand_deck_screen, story_query
from cnnviz.pages.encoding import decode
from cnnviz.pages.handlers import Unfinished, handler_of
from cnnviz.pages.image_of_batch import select_image
from cnnviz.pages.registry import Page, extra_resources, page_at, page_keys, pages
from cnnviz.pages.version import code
from cnnviz.words import DEFAULT, KEY, Message, Problem, choose_language, use_language

PICTURE = "png"
"""Ending of the path for the setup's share card."""

FORMS = {"": "application/octet-stream", "json": "application/json", "npz": "application/octet-stream", PICTURE: "image/png"}
"""Media types by the ending of the path: "" is the view's own format, PICTURE is for link previews, the others are for
programs."""

INSTEAD = "instead"
"""Key of a fallback setup, as a query: its values replace the ones that are invalid in the address."""

EXACT = "exact"
"""Key of a part of a page, whose exact numbers are a resource of their own."""

AT_A_TIME = 4_000
"""Number of values that are written as JSON at once, which takes a few milliseconds."""
_LOOKS = {"stage"}
"""Keys of a setup that affect the view alone, not a number."""
PICTURE_SECONDS = 0.1
"""Estimated time to draw a share card, in seconds."""
_WORTH, _LEVEL = 1_000, 3
"""Smallest size in bytes that is compressed, and the gzip level. gzip's usual level 6 saves 1 % and takes three times
as long."""


@dataclass(frozen=True, eq=False)
class Resource:
    """The response body, compressed if that is smaller. `is_immutable` marks an immutable response, `whole` a complete
    one."""

    body: bytes
    compressed: bool
    etag: str
    media_type: str
    is_immutable: bool
    whole: bool = True

    @property
    def plain(self) -> bytes:
        """The uncompressed body."""
        return gzip.decompress(self.body) if self.compressed else self.body


def page_of(name: str) -> Page | None:
    """Return the page or extra resource of that name, or None: "step", "train", "check", "notebook", "learn", "curve"
    or "script"."""
    return next((page for page in (*pages(), *extra_resources()) if page.id == name), None)


def canonical_query(page: Page, query: Mapping[str, str], form: str = "") -> dict[str, str]:
    """Return the keys of a query that determine the numbers, in a fixed order, so that equal requests are equal. For
    a picture they include the language.

    >>> canonical_query(page_of("step"), {"stage": "z1", "lang": "de", "k": "3", "utm": "x", "cell": "z1:0,0"})
    {'k': '3'}
    """
    query = expand_deck_screen(page.path, query) if page not in extra_resources() else query
    texts = {key: query_text(query, key) for key in sorted((_keys(page) | {INSTEAD, EXACT}) & query.keys())}
    lang = {KEY: choose_language(query_text(query, KEY) or "", "")} if form == PICTURE else {}
    return {key: text for key, text in texts.items() if text} | lang


def _keys(page: Page) -> set[str]:
    """Return the keys of an address that determine a page's numbers. On pages without the live view, the cell selects
    a channel."""
    page_keys_set = page.keys if page in extra_resources() else page_keys()
    return {*SETUP_KEYS, *page_keys_set} - _LOOKS - ({"cell"} if page.first else set())


def numbers_url(path: str, query: str) -> str:
    """Return the relative URL of the numbers that the page at a path requests, character for character as in
    resources.js.

    >>> numbers_url("/tools/train", "k=3&f=1,2&stage=z1").partition("/train")[2]
    '?f=1,2&k=3'
    """
    page = page_at(path.rpartition("/")[2])
    values = dict(parse_qsl(query, keep_blank_values=True))
    texts = [f"{key}={quote(values[key], safe=_PLAIN)}" for key in sorted(_keys(page) & values.keys()) if values[key]]
    return f"numbers/{code()}/{page.id}?{'&'.join(texts)}"


_PLAIN = "-_.!~*'(),:"
"""Characters that the browser does not escape, besides letters and digits: those of encodeURIComponent, commas and
colons."""


Cost = tuple[list[tuple[Hashable, ...]], float]
"""Kinds of a resource, the most specific first, and an estimate in seconds from its setup alone."""


def estimate_cost(page: Page, address: Mapping[str, str], form: str = "") -> Cost:
    """Return the cost of a resource. A kind combines the page, the form, the page keys, and the network's sizes by
    powers of two."""
    query, fallback = _parse_query(page, address, form)
    setup, _ = Setup.parse_query(query, fallback=fallback)
    try:
        x = load_images(setup)
    except Problem:  # the fallback's image will be shown
        setup, _ = Setup.parse_query(query | {"img": fallback.img}, fallback=fallback)
        x = load_images(setup)
    keys, words = _kind_keys(page, address)
    sizes = step_work(setup.network, x.shape).bit_length(), state_bytes(setup.network, x.shape, setup.opt).bit_length()
    kinds: list[tuple[Hashable, ...]] = [(page.id, form, keys, words, sizes), (page.id, form, keys, sizes), (page.id, form, sizes), (page.id, form)]
    update_seconds = estimated_seconds(setup.network, x.shape, updates_ahead(setup, x, setup.k))
    return kinds, update_seconds + (PICTURE_SECONDS if form == PICTURE else handler_of(page).estimate_seconds(setup, x, query))


def _kind_keys(page: Page, query: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the page keys of the query, and the values among them that are words."""
    own_keys = [key for key in (*page_keys(), *page.keys, EXACT) if key in query]
    return tuple(own_keys), tuple(query[key] for key in own_keys if query[key].isalpha() and len(query[key]) < 20)


def _parse_query(page: Page, raw_query: Mapping[str, str], form: str = "") -> tuple[dict[str, str], Setup]:
    """Return the query, completed by the page's opening if it has no setup, and the fallback setup. A picture without
    a setup shows the setup of the introductory story."""
    fallback, _ = Setup.parse_query(dict(parse_qsl(raw_query.get(INSTEAD, ""))))
    query = _page_query(raw_query)
    opening = dict(handler_of(page).opening_query(query) or (story_query() if form == PICTURE else {})) if SETUP_KEYS.isdisjoint(query) else {}
    return opening | query, fallback


def _page_query(query: Mapping[str, str]) -> dict[str, str]:
    """Return the query without the keys that affect only the response."""
    return {key: text for key, text in query.items() if key not in (INSTEAD, EXACT)}


@np.errstate(over="ignore", invalid="ignore")  # training may have diverged; the numbers are shown as they are
def compute_resource(page: Page, raw_query: Mapping[str, str], form: str = "", compress: bool = True) -> Resource:
    """Compute the page's resource for `raw_query`. With a form for programs, raise TimeoutError while a part is still
    being computed."""
    query, fallback = _parse_query(page, raw_query, form)
    if form == PICTURE:
        return _picture(page, query, fallback, raw_query.get(KEY, DEFAULT))
    handler, is_complete = handler_of(page), True
    request = dataclasses.replace(resolve(query, page.first, fallback, handler.supports_several_images, handler.supports_eval_mode), query=_page_query(raw_query))
    request = dataclasses.replace(request, errors={**request.errors, **handler.own_errors(request)})
    try:
        part = handler.part(request, raw_query[EXACT]) if EXACT in raw_query and not form else None
        answer = handler.respond(request) if part is None else part
    except Unfinished as unfinished:
        if form:
            raise
        answer, is_complete = unfinished.answer, False
    is_immutable = is_complete and request.cacheable and handler.is_cacheable(raw_query) and "held-" not in raw_query.get("vs", "") + raw_query.get("checkpoints", "")
    digest = hashlib.sha256()
    parts = _observe(_for_programs(page, request, answer, form) if form else [answer], digest.update)
    if form == "json" and compress:  # compress piece by piece: a large body is never in memory at once
        return Resource(_gzip(parts), True, f'"{digest.hexdigest()[:32]}"', FORMS[form], is_immutable, is_complete)
    body = b"".join(parts)
    compressed = _gzip([body]) if compress and len(body) > _WORTH and form != "npz" else body
    is_smaller = len(compressed) < len(body)
    return Resource(compressed if is_smaller else body, is_smaller, f'"{digest.hexdigest()[:32]}"', FORMS[form], is_immutable, is_complete)


def _picture(page: Page, query: Mapping[str, str], fallback: Setup, lang: str) -> Resource:
    """Draw the share card of the image on screen."""
    from cnnviz.export.share_card import share_card  # other responses do not need it

    request = resolve(query, page.first, fallback, several_images=True, eval_mode=True)
    shown_request = select_image(request)
    with use_language(lang):
        body = share_card(shown_request.setup, shown_request.image.pixels, shown_request.snapshot)
    return Resource(body, False, f'"{hashlib.sha256(body).hexdigest()[:32]}"', FORMS[PICTURE], request.cacheable)


def _observe(parts: Iterable[bytes], note: Callable[[bytes], object]) -> Iterator[bytes]:
    """Yield the parts, passing each to `note`."""
    for part in parts:
        note(part)
        yield part


def compute_with_deck(page: Page, query: Mapping[str, str], content: bytes, compress: bool = True) -> Resource:
    """Compute a resource with a deck sent along (a file's content), which is used for this response alone."""
    with use_deck(content):
        return dataclasses.replace(compute_resource(page, query, compress=compress), is_immutable=False)


def _gzip(parts: Iterable[bytes]) -> bytes:
    """Compress with gzip, piece by piece, to the same bytes as in one call."""
    compressor = zlib.compressobj(_LEVEL, wbits=31)
    chunks = []
    for part in parts:
        for start in range(0, len(part), PIECE):
            check_cancelled()
            chunks.append(compressor.compress(part[start : start + PIECE]))
    return b"".join([*chunks, compressor.flush()])


def _for_programs(page: Page, request: PageRequest, answer: bytes, form: str) -> Iterator[bytes]:
    header, arrays = decode(answer)
    exact_arrays = handler_of(page).exact_arrays(request)
    arrays = arrays if exact_arrays is None else exact_arrays
    errors = {key: value | {"instead": header["lesson"].get(key, "")} for key, error in request.errors.items() if (value := message_data(error))}
    record_header = {"code": code(), "page": page.id, "asked": dict(request.query), "lesson": header["lesson"], "wrong": errors, "loss": header["loss"]}
    if form == "npz":
        yield npz({"header": np.array(json.dumps(record_header)), **arrays})
        return
    yield f'{json.dumps(record_header, allow_nan=False)[:-1]}, "arrays": {{'.encode()
    for n, (name, array) in enumerate(arrays.items()):
        yield f"{', ' * bool(n)}{json.dumps(name)}: ".encode()
        yield from map(str.encode, _json_numbers(array))
    yield b"}}"


def _json_numbers(array: np.ndarray) -> Iterator[str]:
    """Yield an array as nested JSON lists, AT_A_TIME numbers at once; NaN and infinity become null."""
    if array.ndim and array.size > AT_A_TIME:
        rows = AT_A_TIME // (array.size // len(array))
        for start in range(0, len(array), rows or 1):
            yield ", " if start else "["
            yield from (text[1:-1] for text in _json_numbers(array[start : start + rows])) if rows else _json_numbers(array[start])
        yield "]"
        return
    check_cancelled()
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        array = array.astype(object)
        array[~np.isfinite(array.astype(float))] = None
    yield json.dumps(array.tolist(), allow_nan=False)


def message_data(message: object) -> dict[str, object]:
    """Return a message in the form for programs: its id, its values, and its sentence in English.

    >>> message_data(Message("words.unknown", {"id": "x"}))
    {'id': 'words.unknown', 'values': {'id': 'x'}, 'sentence': 'No message x.'}
    """
    if isinstance(message, Problem):
        message = message.message
    if isinstance(message, Message):
        return {"id": message.id, "values": {name: _value(value) for name, value in message.values.items()}, "sentence": message.say(DEFAULT)}
    return {"id": "", "values": {}, "sentence": str(message)}


def _value(value: object) -> object:
    if isinstance(value, Message | Problem):
        return message_data(value)
    if isinstance(value, list | tuple | set | frozenset | dict):
        return [_value(part) for part in value]
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, str | int | float | bool | None) and value == value else str(value)
