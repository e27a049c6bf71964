"""Store of named arrays, such as parameters, for all processes that use the same Redis.

They share that Redis with the rooms. Separate size limits, by the same rule as `BudgetedCache`, keep them from filling it.
"""

from __future__ import annotations

import contextlib
import io
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.core.runtime.lru_cache import current_owner
from cnnviz.words import say

if TYPE_CHECKING:
    from redis import Redis

DAYS = 7
"""Retention of arrays in days since their last use."""
MOST_BYTES, MOST_EACH = 192_000_000, 48_000_000
"""Size limits in Redis in bytes: of all arrays, and of those of one address."""
SHARE = 3
"""All arrays together take at most one in SHARE parts of a Redis with a `maxmemory`."""
LEAST_BYTES = 4_000
"""Minimum size, in bytes, that an entry counts for: its key and the bookkeeping below."""

SIZES, TOTAL, OWNERS = "cnnviz:arrays:sizes", "cnnviz:arrays:total", "cnnviz:arrays:owners"
"""Redis keys: a hash with the size and owner of each key, the total in bytes, and a sorted set of owners by bytes.
None expires."""


def owner_key(owner: str) -> str:
    """Return the name of the sorted set of an owner's keys, ordered by their last use."""
    return f"cnnviz:arrays:of:{owner}"


class SharedArrays:
    """Store of named arrays as .npz files. If Redis is unreachable, it stores and finds nothing, and logs a warning."""

    def __init__(self, redis: Redis, kind: str):
        self.redis: Any = redis  # redis-py's types mix those of its asynchronous client
        self.kind = kind

    def put(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Store the arrays for the current owner, and evict entries that exceed the limits."""
        file = io.BytesIO()
        np.savez(file, **arrays)  # type: ignore[arg-type]
        self._attempt(lambda: self._put(self._key(name), file.getvalue()))

    def get(self, name: str) -> dict[str, np.ndarray] | None:
        """Return the arrays of that name, or None if there are none."""
        content = self._attempt(lambda: self._get(self._key(name)))
        if not isinstance(content, bytes):
            return None
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}

    def _put(self, key: str, content: bytes) -> None:
        total_limit, owner_limit = self._budgets()
        if len(content) > owner_limit:
            return
        self.redis.set(key, content, ex=DAYS * 86_400)
        self._count(key, len(content))
        self._shrink(total_limit, owner_limit)

    def _get(self, key: str) -> object:
        content = self.redis.getex(key, ex=DAYS * 86_400)
        if isinstance(content, bytes):
            self._count(key, len(content))  # servers of an earlier version do not count entries
        return content

    def _count(self, key: str, size: int) -> None:
        """Count an entry for its owner, unless it is counted, and update the time of its last use."""
        size, owner = max(size, LEAST_BYTES), current_owner()
        is_new = self.redis.hsetnx(SIZES, key, f"{size} {owner}")
        if not is_new:
            _, owner = self._size_and_owner(key)
        with self.redis.pipeline() as pipeline:
            pipeline.zadd(owner_key(owner), {key: time.time()})
            if is_new:
                pipeline.zincrby(OWNERS, size, owner)
                pipeline.incrby(TOTAL, size)
            pipeline.execute()

    def _size_and_owner(self, key: str) -> tuple[int, str]:
        """Return the size and the owner of an entry. The size is 0 if it is not counted."""
        size, _, owner = (self.redis.hget(SIZES, key) or b"0 ").decode().partition(" ")
        return int(size), owner

    def _shrink(self, total_limit: int, owner_limit: int) -> None:
        """Evict the least recently used entry of the largest owner until that owner and the total are within their
        limits."""
        while largest := self.redis.zrange(OWNERS, -1, -1, withscores=True):
            (owner, owner_size), = largest
            if owner_size <= owner_limit and int(self.redis.get(TOTAL) or 0) <= total_limit:
                return
            if not (oldest := self.redis.zpopmin(owner_key(owner.decode()))):
                self.redis.zrem(OWNERS, owner)
                continue
            key = oldest[0][0].decode()
            size, _ = self._size_and_owner(key)
            with self.redis.pipeline() as pipeline:
                pipeline.delete(key)
                pipeline.hdel(SIZES, key)
                pipeline.zincrby(OWNERS, -size, owner)
                pipeline.decrby(TOTAL, size)
                pipeline.execute()

    def _budgets(self) -> tuple[int, int]:
        """Return the size limits in bytes: of all owners, and of one."""
        from redis.exceptions import ResponseError

        maxmemory = 0
        with contextlib.suppress(ResponseError):  # a hosted Redis may not support INFO
            maxmemory = int(self.redis.info("memory").get("maxmemory", 0))
        total_limit = min(MOST_BYTES, maxmemory // SHARE) if maxmemory else MOST_BYTES
        return total_limit, total_limit * MOST_EACH // MOST_BYTES

    def _key(self, name: str) -> str:
        return f"cnnviz:{self.kind}:{name}"

    @staticmethod
    def _attempt(command: Callable[[], object]) -> object:
        from redis.exceptions import RedisError

        try:
            return command()
        except (RedisError, OSError):
            logging.getLogger(__name__).warning(say("ui.server.no_redis"))
            return None


def shared_arrays(url: str, kind: str) -> SharedArrays:
    """Return the store of one kind of array in this Redis. The kind "params" backs cnnviz.core.network.stored_params.
   """
    from redis import Redis

    return SharedArrays(Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5), kind)
