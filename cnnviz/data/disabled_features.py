"""Features that are switched off on this server, whatever is installed: the environment's CNNVIZ_WITHOUT."""

import os
import re

from cnnviz.words import Message, Problem, message

SETTING = "CNNVIZ_WITHOUT"
KINDS = ("tensorflow", "cifar10", "training")
"""TensorFlow's opinion (700 MB for good), reading or downloading the full CIFAR-10 (200 MB), trainings on many images (minutes of CPU)."""


def forbidden() -> frozenset[str]:
    """Those of KINDS that the setting names. Raises Problem as `read_forbidden` does."""
    return read_forbidden(os.environ.get(SETTING, ""))


def read_forbidden(text: str) -> frozenset[str]:
    """Kinds out of a text, between spaces or commas; Problem for a word that is none: it would forbid nothing.

    >>> sorted(read_forbidden("training, tensorflow"))
    ['tensorflow', 'training']
    """
    words = [word for word in re.split(r"[\s,]+", text.strip().lower()) if word]
    for word in words:
        if word not in KINDS:
            raise Problem("data.forbidden.unknown", setting=SETTING, word=repr(word[:40]), kinds=KINDS)
    return frozenset(words)


def excuse(kind: str) -> Message | None:
    """The sentence that says so to a visitor, None where it is not forbidden."""
    return message(f"data.forbidden.{kind}") if kind in forbidden() else None
