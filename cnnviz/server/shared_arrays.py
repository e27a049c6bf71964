"""Parameters that are kept by a name, and arrays of any kind, for all processes that name the same Redis.

They share that Redis with the rooms, and their bytes have budgets of their own (`Budgets` has the same rule), so that they never fill it.
"""

from __future__ import annotations

import contextlib
import io
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnviz.core.runtime.lru_cache import owner_of_work
from cnnviz.words import say

if TYPE_CHECKING:
    from redis import Redis

DAYS = 7
"""Days after their last use for which arrays are kept."""
MOST_BYTES, MOST_EACH = 192_000_000, 48_000_000
"""Bytes of all arrays in Redis, and of those of one address."""
SHARE = 3
"""The arrays of all addresses take at most this part, a third, of a Redis with a `maxmemory`."""
LEAST_BYTES = 4_000
"""Bytes that an entry counts for at least: its key, and its places in the lists below."""

SIZES, TOTAL, OWNERS = "cnnviz:arrays:sizes", "cnnviz:arrays:total", "cnnviz:arrays:owners"
"""A hash with the size and the owner of each key, the bytes of all, and owners ordered by their bytes. None of them expires."""


def owned_name(owner: str) -> str:
    """The name of an owner's keys, ordered by when they were last used."""
    return f"cnnviz:arrays:of:{owner}"


class SharedArrays:
    """Arrays under a name, as .npz files. If Redis cannot be reached, nothing is kept or found, and the log says so."""

    def __init__(self, redis: Redis, kind: str):
        self.redis: Any = redis  # its types mix those of an asynchronous client
        self.kind = kind

    def put(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Store the arrays for the current owner, and evict what exceeds the budgets."""
        file = io.BytesIO()
        np.savez(file, **arrays)  # type: ignore[arg-type]
        self._ask(lambda: self._put(self._key(name), file.getvalue()))

    def get(self, name: str) -> dict[str, np.ndarray] | None:
        """Return the arrays of that name, or None if there are none."""
        found = self._ask(lambda: self._get(self._key(name)))
        if not isinstance(found, bytes):
            return None
        with np.load(io.BytesIO(found), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}

    def _put(self, key: str, content: bytes) -> None:
        most, most_each = self._budgets()
        if len(content) > most_each:
            return
        self.redis.set(key, content, ex=DAYS * 86_400)
        self._count(key, len(content))
        self._shrink(most, most_each)

    def _get(self, key: str) -> object:
        content = self.redis.getex(key, ex=DAYS * 86_400)
        if isinstance(content, bytes):
            self._count(key, len(content))  # a server of an earlier version has not counted it
        return content

    def _count(self, key: str, size: int) -> None:
        """Count an entry for its owner, unless it is counted, and note that it is in use."""
        size, owner = max(size, LEAST_BYTES), owner_of_work()
        fresh = self.redis.hsetnx(SIZES, key, f"{size} {owner}")
        if not fresh:
            _, owner = self._counted(key)
        with self.redis.pipeline() as together:
            together.zadd(owned_name(owner), {key: time.time()})
            if fresh:
                together.zincrby(OWNERS, size, owner)
                together.incrby(TOTAL, size)
            together.execute()

    def _counted(self, key: str) -> tuple[int, str]:
        """Return the size and the owner of an entry; 0 if it is not counted."""
        size, _, owner = (self.redis.hget(SIZES, key) or b"0 ").decode().partition(" ")
        return int(size), owner

    def _shrink(self, most: int, most_each: int) -> None:
        """Evict the least recently used entry of the owner with the most bytes while that owner, or all together, have too many."""
        while largest := self.redis.zrange(OWNERS, -1, -1, withscores=True):
            (owner, held), = largest
            if held <= most_each and int(self.redis.get(TOTAL) or 0) <= most:
                return
            if not (oldest := self.redis.zpopmin(owned_name(owner.decode()))):
                self.redis.zrem(OWNERS, owner)
                continue
            key = oldest[0][0].decode()
            size, _ = self._counted(key)
            with self.redis.pipeline() as together:
                together.delete(key)
                together.hdel(SIZES, key)
                together.zincrby(OWNERS, -size, owner)
                together.decrby(TOTAL, size)
                together.execute()

    def _budgets(self) -> tuple[int, int]:
        """Return the bytes that all owners may have in this Redis, and one owner."""
        from redis.exceptions import ResponseError

        limit = 0
        with contextlib.suppress(ResponseError):  # a hosted Redis may not tell
            limit = int(self.redis.info("memory").get("maxmemory", 0))
        most = min(MOST_BYTES, limit // SHARE) if limit else MOST_BYTES
        return most, most * MOST_EACH // MOST_BYTES

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
    """Return the arrays of one kind in the Redis of that address: "params" is what cnnviz.core.network.stored_params asks beyond its own process."""
    from redis import Redis

    return SharedArrays(Redis.from_url(url, socket_connect_timeout=1, socket_timeout=5), kind)
