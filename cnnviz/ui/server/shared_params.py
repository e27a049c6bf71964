"""Parameters that are kept by a name, for all processes that name the same Redis."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from cnnviz.words import say

if TYPE_CHECKING:
    from redis import Redis

DAYS = 7
"""How long they are kept there after they were last asked for."""


class SharedParams:
    """What cnnviz.core.kept asks beyond its own process. Where Redis is lost, there is only that."""

    def __init__(self, redis: Redis):
        self.redis = redis

    def put(self, name: str, params: Mapping[str, np.ndarray]) -> None:
        """Keeps them, as an .npz file."""
        file = io.BytesIO()
        np.savez(file, **params)  # type: ignore[arg-type]
        self._ask(lambda: self.redis.set(_key(name), file.getvalue(), ex=DAYS * 86_400))

    def get(self, name: str) -> dict[str, np.ndarray] | None:
        """The parameters of that name, None where there are none."""
        found = self._ask(lambda: self.redis.getex(_key(name), ex=DAYS * 86_400))
        if not isinstance(found, bytes):
            return None
        with np.load(io.BytesIO(found), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}

    @staticmethod
    def _ask(act):
        from redis.exceptions import RedisError

        try:
            return act()
        except (RedisError, OSError):
            logging.getLogger(__name__).warning(say("ui.server.no_redis"))
            return None


def shared_params(url: str) -> SharedParams:
    """Those in the Redis of that address."""
    from redis import Redis

    return SharedParams(Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5))


def _key(name: str) -> str:
    return f"cnnviz:params:{name}"
