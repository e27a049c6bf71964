"""Features that the environment variable CNNVIZ_WITHOUT disables, even if they are installed."""

import os
import re

from cnnviz.words import Message, Problem, message

SETTING = "CNNVIZ_WITHOUT"
KINDS = ("tensorflow", "cifar10", "training")
"""TensorFlow's cross-check (700 MB of memory), the full CIFAR-10 set (200 MB), and training on many images (minutes
of CPU time)."""


def disabled_kinds() -> frozenset[str]:
    """Return the kinds that the environment variable disables. Raise Problem as `parse_disabled_kinds` does."""
    return parse_disabled_kinds(os.environ.get(SETTING, ""))


def parse_disabled_kinds(text: str) -> frozenset[str]:
    """Parse kinds separated by spaces or commas. Raise Problem for an unknown word, which would disable nothing.

    >>> sorted(parse_disabled_kinds("training, tensorflow"))
    ['tensorflow', 'training']
    """
    words = [word for word in re.split(r"[\s,]+", text.strip().lower()) if word]
    for word in words:
        if word not in KINDS:
            raise Problem("data.forbidden.unknown", setting=SETTING, word=repr(word[:40]), kinds=KINDS)
    return frozenset(words)


def disabled_message(kind: str) -> Message | None:
    """Return the message that tells visitors that `kind` is disabled, or None if it is enabled."""
    return message(f"data.forbidden.{kind}") if kind in disabled_kinds() else None
