"""Turns between addresses: none waits for everything that another has asked for at once."""

import asyncio
import time
from collections import Counter, deque

PAUSE = 2.0
"""The wait of an address that has more under way than all others together, as a multiple of its last turn."""


class Turns:
    """Begins one request of each address in one pass of the event loop, and the next one of that address in a later pass.

    An answer that takes a millisecond takes sixty where sixty others are made in the same pass, and an answer takes several
    passes. So the pass is short for everybody, whatever one address asks for. `under_way` counts requests by address: who has
    more than all others together leaves them two thirds of the time, and has all of it where no other asks.

    >>> async def order() -> list[str]:
    ...     turns, begun = Turns(Counter()), []
    ...     async def ask(who: str) -> None:
    ...         await turns.turn(who)
    ...         begun.append(who)
    ...     await asyncio.gather(*map(ask, ["flood", "flood", "flood", "other", "another"]))
    ...     return begun
    >>> asyncio.run(order())
    ['flood', 'other', 'another', 'flood', 'flood']
    """

    def __init__(self, under_way: Counter[str]) -> None:
        self.under_way = under_way
        self.waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def turn(self, who: str) -> None:
        """Returns when it is the turn of the request: at once where this address has begun none in this pass."""
        if who not in self.waiting:
            return self._begin(who, deque())
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting[who].append(turn)
        await turn

    def _begin(self, who: str, line: deque[asyncio.Future[None]]) -> None:
        self.waiting[who] = line
        asyncio.get_running_loop().call_soon(self._after, who, time.monotonic())

    def _after(self, who: str, began: float) -> None:
        """After the pass in which a request of this address was begun."""
        most, all_of_them = self.under_way[who], self.under_way.total()
        if self.waiting[who] and most < all_of_them < 2 * most:
            asyncio.get_running_loop().call_later(PAUSE * (time.monotonic() - began), self._next, who)
        else:
            self._next(who)

    def _next(self, who: str) -> None:
        line = self.waiting.pop(who)
        while line and line[0].done():  # who asked is gone
            line.popleft()
        if line:
            line.popleft().set_result(None)
            self._begin(who, line)
