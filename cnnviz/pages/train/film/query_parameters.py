"""Query parameters of a recording: the number of updates, checkpoints, another start, and held parameters."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from cnnviz.core.network.stored_params import is_stored_name
from cnnviz.core.setup.setup import MAX_UPDATES, SETUP_KEYS, Setup, integer_parser
from cnnviz.words import Message, Problem, join_messages, message, quote

DEFAULT_UPDATES = 200

LENGTHS = (50, 200, 1000, 10_000)
"""Numbers of updates offered as switches."""


def parse_updates(text: str, k: int, limit: int = MAX_UPDATES) -> tuple[int, Message | None]:
    """Return the requested number of updates, at least `k` and at most `limit`, and a message if the text is invalid.

    >>> parse_updates("300", 7), parse_updates("", 300)
    ((300, None), (1000, None))
    """
    n, problem = min(DEFAULT_UPDATES, limit), None
    try:
        n = integer_parser(1, limit)(text or str(n))
    except Problem as error:
        problem = message("ui.train.film.wrong_updates", text=repr(text[:20]), error=error, updates=n)
    return n if k <= n else min(limit, next((choice for choice in LENGTHS if k <= choice), limit)), problem


def parse_checkpoints(query: Mapping[str, str]) -> str:
    """Return the name of the checkpoints to show, or "". Comparisons, held parameters and sweeps need updates, so
    they exclude checkpoints.

    >>> parse_checkpoints({"checkpoints": "held-0123456789abcdef"}), parse_checkpoints({"checkpoints": "mine"})
    ('held-0123456789abcdef', '')
    """
    name = "" if query.get("vs") or query.get("hold") or query.get("sweep") else query.get("checkpoints", "")
    return name if _is_checkpoint_name(name) else ""


def _is_checkpoint_name(text: str) -> bool:
    return is_stored_name(text) and "." not in text


def check_checkpoints(text: str) -> None:
    """Raise Problem if `text` cannot be the name of checkpoints."""
    if not _is_checkpoint_name(text):
        raise Problem("lesson.why.checkpoints")


def parse_other_setup(text: str, setup: Setup) -> tuple[Setup, Message | None]:
    """Return the setup to compare with, from a link or its query string, and a sentence on values that were replaced.

    Keys that the query omits come from `setup`: "lr=0.1" is the same start with that rate. Raise Problem if the text
    names no setup, or the same start again.
    """
    try:
        query = dict(parse_qsl(urlsplit(text).query or text.removeprefix("?")))
    except ValueError:
        query = {}
    if not query.keys() & SETUP_KEYS:
        raise Problem("ui.train.film.no_link")
    other_setup, errors = setup.start.with_query(query)
    sentence = join_messages(errors.values())
    if other_setup.start == setup.start:
        raise Problem(sentence.id, **sentence.values) if sentence else Problem("ui.train.film.own_start")
    return other_setup, sentence


def parse_held_parameters(text: str, setup: Setup) -> tuple[str, ...]:
    """Return the parameters to hold fixed, in the order of the network; unknown names are ignored.

    >>> parse_held_parameters("w,f,q", Setup())
    ('f', 'w')
    """
    names = text.split(",")
    return tuple(name for name in setup.network.parameters if name in names)


def check_held_parameters(text: str, setup: Setup) -> None:
    """Raise Problem if an entry of `text` is not a parameter of the network."""
    for name in text.split(","):
        if name not in setup.network.parameters:
            why = Problem("lesson.why.options", options=tuple(setup.network.parameters))
            raise Problem("lesson.why.entry", entry=quote(name), why=why)
