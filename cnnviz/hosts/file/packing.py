"""Binary data in an HTML document: responses as differences from predictions, compressed, in characters that need no
escaping."""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cnnviz.hosts.file.predictors import BEFORE, Predictor, is_usable, predict
from cnnviz.pages.encoding import decode
from cnnviz.words import Problem

MOST_BYTES = 40_000_000
"""Size limit of the numbers of all updates before compression, in bytes."""


def pack(content: bytes) -> str:
    """Return the content compressed in base 85, with a comma for "<", which would begin a tag. page.html decodes it.

    >>> pack(b"abc" * 100)
    'c-l)$N=_U_#32BPO>)@'
    """
    return base64.b85encode(zlib.compress(content, 9)).decode("ascii").replace("<", ",")


@dataclass
class Store:
    """Lossless delta coding of responses: each number is stored as the difference of its 64 bits from a prediction
    (predictors.py).

    Without a predictor, the prediction is the array of the previous response. `heads` holds the length of each
    response's header in bytes, `bodies` that of the rest in 64-bit numbers.
    """

    predictors: Mapping[str, Predictor] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    bodies: list[int] = field(default_factory=list)
    _headers: list[bytes] = field(default_factory=list)
    _told: list[np.ndarray] = field(default_factory=list)
    _before: Mapping[str, np.ndarray] = field(default_factory=dict)

    def add(self, name: str, answer: bytes) -> None:
        """Add a response. Raise Problem if all of them exceed the size limit."""
        start = 4 + int.from_bytes(answer[:4], "little")
        if sum(self.heads) + 8 * sum(self.bodies) + len(answer) > MOST_BYTES:
            raise Problem("export.html.too_large", megabytes=MOST_BYTES / 1e6)
        arrays = decode(answer)[1]
        words = np.frombuffer(answer, "<u8", offset=start).copy()
        for array_name, offset in array_offsets(answer).items():
            prediction = self._predict(array_name, arrays)
            if prediction is not None:
                words[offset // 8 : offset // 8 + prediction.size] -= prediction.ravel().view("<u8")
        self.names.append(name)
        self.heads.append(start)
        self.bodies.append(len(words))
        self._headers.append(answer[:start])
        self._told.append(words)
        self._before = arrays

    def _predict(self, name: str, arrays: Mapping[str, np.ndarray]) -> np.ndarray | None:
        def get(source: str) -> np.ndarray | None:
            return self._before.get(source[1:]) if source.startswith(BEFORE) else arrays.get(source)

        shape = arrays[name].shape
        prediction = predict(self.predictors[name], shape, get) if name in self.predictors else None
        previous = self._before.get(name)
        return previous if prediction is None and previous is not None and previous.shape == shape and is_usable(previous) else prediction

    @property
    def contents(self) -> dict[str, object]:
        """Contents for predictors.js and stored_answers.js: names and lengths of the responses, and the predictors of
        their arrays."""
        used_predictors = {name: predictor for name, predictor in self.predictors.items() if name in self._before}
        return {"names": self.names, "heads": self.heads, "bodies": self.bodies, "estimates": used_predictors}

    @property
    def headers(self) -> list[str]:
        """Headers of the responses as JSON."""
        return [header[4:].decode() for header in self._headers]

    @property
    def content(self) -> bytes:
        """The headers, then the first bytes of all numbers, their second bytes, and so on, since similar bytes
        compress better."""
        return b"".join(self._headers) + np.concatenate(self._told).view("u1").reshape(-1, 8).T.tobytes()


def array_offsets(answer: bytes) -> dict[str, int]:
    """Return the offset of each float64 array in a response's body. An array with several names is listed under the first."""
    entries = json.loads(answer[4 : 4 + int.from_bytes(answer[:4], "little")])["arrays"]
    names: dict[int, str] = {}
    for name, (kind, at, *shape) in entries.items():
        if kind == "float64" and 0 not in shape:
            names.setdefault(at, name)
    return {name: at for at, name in names.items()}
