"""Answers to the page's dialogs, with all that files are made of and read by."""

import json
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from cnnviz.core.runtime.work_cancellation import in_background
from cnnviz.hosts.dialogs import Reply, full_set, uploads
from cnnviz.hosts.dialogs.downloads import KINDS, file_of, offered
from cnnviz.pages.registry import page_at
from cnnviz.pages.resource import Cost, estimate_cost
from cnnviz.words import KEY, Problem, choose_language, use_language

Asked = Mapping[str, str]
"""The query: a setup, the path of the page that it is on (`page`), the reader's language, and what each question has of its own."""

BYTES = "application/octet-stream"


def _json(found: object, status: int = 200) -> Reply:
    return Reply(json.dumps(found).encode(), status=status)


ANSWERS: Mapping[str, Callable[[Asked], Reply]] = {
    "files": lambda asked: _json(offered(asked)),
    "file": lambda asked: Reply(*file_of(asked)),
    "example": lambda asked: Reply(uploads.example(asked), BYTES),
    "cifar10": lambda asked: _json(full_set.full_set(asked)),
}
"""The questions that are asked by an address alone, by name."""

SENT: Mapping[str, Callable[[Asked, bytes], Reply]] = {
    "picture": lambda asked, content: _json(uploads.picture(asked, content)),
    "weights": lambda asked, content: _json(uploads.weights(asked, content)),
    "model": lambda asked, content: _json(uploads.model(asked, content)),
    "gradients": lambda asked, content: Reply(uploads.gradients(asked, content), BYTES),
    "cifar10": lambda asked, content: _json(full_set.load(asked, content)),
}
"""The questions to which a file, or nothing, is sent."""


def answer(name: str, asked: Asked, content: bytes | None = None) -> Reply:
    """The answer to a question of that name, with what was sent to it, if it is one that is sent to; a sentence (422) where there is none.

    Raises KeyError where there is no such question.

    >>> reply = answer("file", {"what": "script", "k": "2"})
    >>> reply.name, reply.media_type
    ('cnnviz-test-0-update-2.py', 'text/x-python')
    >>> answer("file", {"what": "html", "around": "99"}).status
    422
    """
    find = partial(ANSWERS[name], asked) if content is None else partial(SENT[name], asked, content)
    with in_background(), use_language(choose_language(asked.get(KEY, ""), "")), np.errstate(over="ignore", invalid="ignore"):  # of a run that has run away, which is taken home as it is
        try:
            return find()
        except Problem as problem:
            return _json({"sentence": str(problem)}, 422)


def cost_of(name: str, asked: Asked) -> Cost:
    """Return the kinds of a question, and an estimate of its seconds from the updates of its setup."""
    kinds, seconds = estimate_cost(page_at(asked.get("page", "")), asked)
    what = asked.get("what", "")
    return [("dialogs", name, what if what in KINDS else "", *kind) for kind in kinds], seconds
