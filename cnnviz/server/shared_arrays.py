"""Parameters that are kept by a name, and arrays of any kind, for all processes that name the same Redis."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.words import say

if TYPE_CHECKING:
    from redis import Redis

DAYS = 7
"""The days that they are kept there after they were last asked for."""


class SharedArrays:
    """Arrays under a name, as .npz files. Where Redis is lost nothing is kept and nothing found, and the log says so."""

    def __init__(self, redis: Redis, kind: str):
        self.redis, self.kind = redis, kind

    def put(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keeps them."""
        file = io.BytesIO()
        np.savez(file, **arrays)  # type: ignore[arg-type]
        self._ask(lambda: self.redis.set(self._key(name), file.getvalue(), ex=DAYS * 86_400))

    def get(self, name: str) -> dict[str, np.ndarray] | None:
        """The arrays of that name, None where there are none."""
        found = self._ask(lambda: self.redis.getex(self._key(name), ex=DAYS * 86_400))
        if not isinstance(found, bytes):
            return None
        with np.load(io.BytesIO(found), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}

    def _key(self, name: str) -> str:
        return f"cnnviz:{self.kind}:{name}"

    @staticmethod
    def _ask(act: Callable[[], object]) -> object:
        from redis.exceptions import RedisError

        try:
            return act()
        except (RedisError, OSError):
            logging.getLogger(__name__).warning(say("ui.server.no_redis"))
            return None


def shared_arrays(url: str, kind: str) -> SharedArrays:
    """Those of one kind in the Redis of that address: "params" is what cnnviz.core.stored_params asks beyond its own process."""
    from redis import Redis

    return SharedArrays(Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5), kind)
