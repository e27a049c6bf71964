"""Settings of a film in the address: the number of updates, and another start beside it."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from cnnviz.core.network.stored_params import is_kept_name
from cnnviz.core.setup.setup import MAX_UPDATES, SETUP_KEYS, Setup, whole_number
from cnnviz.words import Message, Problem, message, together

DEFAULT_UPDATES = 200

LENGTHS = (50, 200, 1000, 10_000)
"""Updates that a film may have at a click."""


def asked_updates(text: str, k: int, most: int = MAX_UPDATES) -> tuple[int, Message | None]:
    """The number of updates that are asked for, of `most` that can be made, and the fault; never fewer than the setup has made.

    >>> asked_updates("300", 7), asked_updates("", 300)
    ((300, None), (1000, None))
    """
    n, wrong = min(DEFAULT_UPDATES, most), None
    try:
        n = whole_number(1, most)(text or str(n))
    except Problem as error:
        wrong = message("ui.train.film.wrong_updates", text=repr(text[:20]), error=error, updates=n)
    return n if k <= n else min(most, next((choice for choice in LENGTHS if k <= choice), most)), wrong


def asked_checkpoints(asked: Mapping[str, str]) -> str:
    """The name of the checkpoints that make the film: what stands beside a film, or stands still in it, is of updates.

    >>> asked_checkpoints({"checkpoints": "held-0123456789abcdef"}), asked_checkpoints({"checkpoints": "mine"})
    ('held-0123456789abcdef', '')
    """
    name = "" if asked.get("vs") or asked.get("hold") or asked.get("sweep") else asked.get("checkpoints", "")
    return name if is_kept_name(name) and "." not in name else ""


def asked_other(text: str, setup: Setup) -> tuple[Setup, Message | None]:
    """The setup to compare with, from a copied link or its query string, and a sentence on what was replaced in it.

    What the query leaves out is as in `lesson`: "lr=0.1" is the same start with that rate. Raises Problem
    for what is no setup, and for the same start once more.
    """
    try:
        query = dict(parse_qsl(urlsplit(text).query or text.removeprefix("?")))
    except ValueError:
        query = {}
    if not query.keys() & SETUP_KEYS:
        raise Problem("ui.train.film.no_link")
    other, wrong = setup.start.changed(query)
    sentence = together(wrong.values())
    if other.start == setup.start:
        raise Problem(sentence.id, **sentence.values) if sentence else Problem("ui.train.film.own_start")
    return other, sentence


def asked_hold(text: str, setup: Setup) -> tuple[str, ...]:
    """The parameters that an address holds still, in the order of the network; what is none is passed over.

    >>> asked_hold("w,f,q", Setup())
    ('f', 'w')
    """
    asked = text.split(",")
    return tuple(name for name in setup.network.parameters if name in asked)
