"""Handlers of the dialogs: downloads, uploads and the CIFAR-10 browser."""

import json
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from cnnviz.core.runtime.work_cancellation import in_background
from cnnviz.hosts.dialogs import Reply, full_set, uploads
from cnnviz.hosts.dialogs.downloads import KINDS, file_of, offered_files
from cnnviz.pages.registry import page_at
from cnnviz.pages.resource import Cost, estimate_cost
from cnnviz.words import KEY, Problem, choose_language, use_language

Query = Mapping[str, str]
"""The query: a setup, its page (`page`), the reader's language, and the parameters of the request."""

BYTES = "application/octet-stream"


def _json(content: object, status: int = 200) -> Reply:
    return Reply(json.dumps(content).encode(), status=status)


ANSWERS: Mapping[str, Callable[[Query], Reply]] = {
    "files": lambda asked: _json(offered_files(asked)),
    "file": lambda asked: Reply(*file_of(asked)),
    "example": lambda asked: Reply(uploads.example(asked), BYTES),
    "cifar10": lambda asked: _json(full_set.full_set(asked)),
}
"""Handlers of GET requests, by name."""

SENT: Mapping[str, Callable[[Query, bytes], Reply]] = {
    "picture": lambda asked, content: _json(uploads.picture(asked, content)),
    "drawing": lambda asked, content: _json(uploads.drawing(asked, content)),
    "weights": lambda asked, content: _json(uploads.weights(asked, content)),
    "model": lambda asked, content: _json(uploads.model(asked, content)),
    "gradients": lambda asked, content: Reply(uploads.gradients(asked, content), BYTES),
    "cifar10": lambda asked, content: _json(full_set.load(asked, content)),
}
"""Handlers of POST requests, by name. Their body is a file or empty."""


def answer(name: str, query: Query, content: bytes | None = None) -> Reply:
    """Return the response to the request `name`; `content` is the body of a POST request. A Problem becomes a
    message with status 422.

    Raise KeyError if the name is unknown.

    >>> reply = answer("file", {"what": "script", "k": "2"})
    >>> reply.name, reply.media_type
    ('cnnviz-test-0-update-2.py', 'text/x-python')
    >>> answer("file", {"what": "html", "around": "99"}).status
    422
    """
    handler = partial(ANSWERS[name], query) if content is None else partial(SENT[name], query, content)
    # a diverged run may be exported
    with in_background(), use_language(choose_language(query.get(KEY, ""), "")), np.errstate(over="ignore", invalid="ignore"):
        try:
            return handler()
        except Problem as problem:
            return _json({"sentence": str(problem)}, 422)


def cost_of(name: str, query: Query) -> Cost:
    """Return the kinds of a request, and its estimated seconds, based on the updates of its setup."""
    kinds, seconds = estimate_cost(page_at(query.get("page", "")), query)
    kind_name = query.get("what", "")
    return [("dialogs", name, kind_name if kind_name in KINDS else "", *kind) for kind in kinds], seconds
