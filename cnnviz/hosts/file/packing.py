"""How bytes stand in a document: answers as few as they can be told by, compressed, and in letters that HTML leaves alone."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from cnnviz.words import Problem

MOST_BYTES = 40_000_000
"""What the numbers of all updates may take before they are compressed."""


def packed(content: bytes) -> str:
    """Compressed, and five letters for four bytes (RFC 1924), with a comma for the one that begins a tag. page.html reads it back.

    >>> packed(b"abc" * 100)
    'c-l)$N=_U_#32BPO>)@'
    """
    return base64.b85encode(zlib.compress(content, 9)).decode("ascii").replace("<", ",")


@dataclass
class Store:
    """Answers of one update after another, each part of them once: the image is in every update, and w after one is w before the next.

    An array is told by its difference from the same array of the update before, in whole numbers of 64 bits, which
    loses nothing: `parts` has the length of each in such numbers, and the part that it is the difference from, -1 for none.
    `answers` are the parts of each, behind its header, which is counted in `heads`.
    """

    heads: list[bytes] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)
    _words: list[np.ndarray] = field(default_factory=list)
    _known: dict[bytes, int] = field(default_factory=dict)

    def add(self, name: str, answer: bytes) -> None:
        """Takes in an answer. Raises Problem where all would take too much."""
        start = 4 + int.from_bytes(answer[:4], "little")
        arrays: Mapping[str, list[Any]] = json.loads(answer[4:start])["arrays"]
        cuts = sorted({start, len(answer), *(start + place[1] for place in arrays.values())})
        before = list(self.answers.values())[-1] if self.answers else []
        own: list[int] = []
        for n, (cut, end) in enumerate(pairwise(cuts)):
            own.append(self._part(answer[cut:end], before[n] if n < len(before) else -1))
        self.heads.append(answer[:start])
        self.answers[name] = own
        if sum(map(len, self.heads)) + 8 * sum(length for length, _ in self.parts) > MOST_BYTES:
            raise Problem("export.html.too_large", megabytes=MOST_BYTES / 1e6)

    def _part(self, part: bytes, like: int) -> int:
        if part in self._known:
            return self._known[part]
        words = np.frombuffer(part, "<u8")
        like = like if like >= 0 and len(self._words[like]) == len(words) else -1
        self._known[part] = len(self.parts)
        self.parts.append((len(words), like))
        self._words.append(words)
        return self._known[part]

    @property
    def content(self) -> bytes:
        """The headers, then of all numbers their first byte, their second, and so on: bytes that are alike stand together."""
        told = [words - self._words[like] if like >= 0 else words for words, (_, like) in zip(self._words, self.parts, strict=True)]
        return b"".join(self.heads) + np.concatenate(told).view("u1").reshape(-1, 8).T.tobytes()
