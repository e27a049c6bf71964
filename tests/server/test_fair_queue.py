"""The short go first, everybody has a share, and nothing waits for ever: by a clock that only work moves."""

import asyncio
import gc
import random
import threading
from collections import Counter, deque

import pytest

from cnnviz.core.runtime.work_cancellation import check_cancelled, hold_lock
from cnnviz.server.admission import Admission
from cnnviz.server.compute_queue import ComputeQueue
from cnnviz.server.costs import Costs
from cnnviz.server.fair_queue import ORDINARY_JOBS, FairQueue
from cnnviz.server.job import EXPENSIVE, Busy, CostEstimate, Job
from cnnviz.server.loop_turns import EACH_NEW, NEW, NEW_PAUSE
from cnnviz.server.numbers import LATE, Numbers
from cnnviz.server.rate_limits import Rate
from cnnviz.server.scheduler import UNDER_WAY
from tests.server.queues import is_empty, without_collection


def served(queue, flows: dict[str, float], seconds: float) -> Counter[str]:
    """Seconds that each of these had, of whom each asks for as much again as soon as it has something."""
    had: Counter[str] = Counter()
    for who, takes in flows.items():
        queue.add(who, who, takes)
    while had.total() < seconds:
        place = queue.take()
        queue.done(place, flows[place.item])
        had[place.item] += flows[place.item]
        queue.add(place.item, place.item, flows[place.item])
    return had


class FirstCome:
    """A queue that is not fair, which the tests must tell from one that is."""

    def __init__(self) -> None:
        self.places: deque = deque()

    def add(self, item, who, seconds):
        self.places.append(type("Place", (), {"item": item}))

    def take(self):
        return self.places.popleft()

    def done(self, place, seconds):
        pass


def shares(queue) -> float:
    """The largest share over the smallest, of flows whose works differ a hundredfold."""
    had = served(queue, {"a": 0.005, "b": 0.05, "c": 0.5}, 60.0)
    return max(had.values()) / min(had.values())


def test_everybody_has_the_same_share_however_long_their_works_are():
    assert shares(FairQueue()) < 1.1
    assert shares(FirstCome()) > 50


@pytest.mark.parametrize("seed", range(5))
def test_what_was_expected_wrongly_is_corrected(seed):
    random_ = random.Random(seed)
    queue: FairQueue[str] = FairQueue()
    had: Counter[str] = Counter()
    for who in "ab":
        queue.add(who, who, 0.01)
    while had.total() < 60:
        place = queue.take()
        takes = random_.uniform(0.2, 0.4) if place.item == "a" else 0.01  # and each says 0.01
        queue.done(place, takes)
        had[place.item] += takes
        queue.add(place.item, place.item, 0.01)
    assert had["a"] / had["b"] < 1.1


def test_the_short_goes_first_and_the_long_has_its_turn_though_new_ones_come_for_ever():
    queue: FairQueue[str] = FairQueue()
    queue.add("film", "one", 1.2)
    queue.add("step", "another", 0.01)
    assert queue.take().item == "step"
    for n in range(2_000):  # each from an address that was never seen
        queue.add("step", f"new {n}", 0.01)
        place = queue.take()
        queue.done(place, place.seconds)
        if place.item == "film":
            break
    assert 50 < n < 500


def test_who_asks_for_less_than_a_share_is_ahead_of_who_asks_for_more_and_of_who_is_new():
    queue: FairQueue[str] = FairQueue()
    served(queue, {"modest": 0.001} | {f"greedy {n}": 0.05 for n in range(5)}, 10.0)
    while place := queue.take():
        queue.done(place, 0.05)
    for who in ("greedy 0", "greedy 1", "new", "modest"):
        for n in range(3):
            queue.add(f"{who} {n}", who, 0.05)
    assert queue.take().item == "modest 0" or queue.askers["modest"].last <= queue.askers["new"].last


def test_who_always_asks_again_gains_no_credit_by_the_moments_in_between():
    queue: FairQueue[str] = FairQueue(credit=10.0)
    late: list[str] = []
    for n in range(64):
        queue.add("", f"flood {n}", 1.0)
    for _ in range(5_000):
        place = queue.take()
        queue.done(place, 1.0)
        late.append(place.who)
        if len(late) > 20:  # a third of them have nothing waiting at any time
            queue.add("", late.pop(0), 1.0)
    assert all(queue.now - asker.last < 3 for asker in queue.askers.values())


def test_of_an_address_that_asks_for_much_each_counts_as_that_many_more_also_over_many_connections():
    queue: FairQueue[str] = FairQueue()
    had: Counter[str] = Counter()
    for who, address in [*((f"flood {n}", "one") for n in range(80)), ("other", "another")]:
        queue.add(address, who, 0.01, address)
    for _ in range(4_000):
        place = queue.take()
        queue.done(place, 0.01)
        had[place.item] += 1
        queue.add(place.item, place.who, 0.01, place.item)
    assert 0.8 < had["one"] / had["another"] / ORDINARY_JOBS < 1.6


class Room:
    """A class of twenty, each of whom looks half a second at each answer, and a program that asks again at once, beside a flood; a server of one thread."""

    def __init__(self, flood: int, seconds: float, lag: float, address: str = "one") -> None:
        self.now, self.waits, self.asked = 0.0, [], {}
        self.queue: FairQueue[float] = FairQueue()
        self.address, self.new = address, Rate(NEW, EACH_NEW, clock=lambda: self.now)
        self.coming = [(0.0, f"flood {n}", seconds, lag) for n in range(flood)]
        self.coming += [(1 + n / 40, f"student {n}", 0.01, 0.5) for n in range(20)]
        self.coming += [(6.0, "program", 0.01, 0.0)]

    def go_on(self, until: float) -> None:
        while self.now < until:
            self.coming.sort()
            while self.coming and self.coming[0][0] <= self.now:
                one = self.coming.pop(0)
                address = self.address if one[1].startswith("flood") else "one"
                pause = one[3] if one[1] in self.asked else NEW_PAUSE if self.new.take(address) else 0.0
                self.queue.add(one[2], one[1], one[2], address, pause)
                self.asked[one[1]] = one
            if not (place := self.queue.take()):
                self.now = self.coming[0][0]
                continue
            at, who, seconds, pause = self.asked[place.who]
            self.now += seconds
            self.queue.done(place, seconds)
            self.coming.append((self.now + pause, who, seconds, pause))
            if who.startswith("student"):
                self.waits.append(self.now - at)


@pytest.mark.parametrize(("flood", "seconds", "lag"), [(64, 0.01, 0.0), (64, 0.01, 0.05), (64, 0.1, 0.002), (400, 0.01, 0.002)])
def test_a_class_that_looks_at_its_answers_waits_for_no_flood_of_its_address_and_the_flood_goes_on(flood, seconds, lag):
    room = Room(flood, seconds, lag)
    room.go_on(20.0)
    assert sorted(room.waits)[int(0.9 * len(room.waits))] < 0.1 + seconds and len(room.waits) > 600
    room.go_on(40.0)
    assert all(at > 15 for at, who, _, _ in room.asked.values() if who.startswith("flood"))


@pytest.mark.parametrize(("flood", "seconds"), [(64, 0.01), (64, 0.1), (400, 0.01), (400, 0.1)])
@pytest.mark.parametrize("lag", [0.1, 0.2, 0.5, 1.0])
def test_a_flood_that_pauses_too_makes_nobody_elsewhere_wait_and_has_its_part(flood, seconds, lag):
    room = Room(flood, seconds, lag, "another")
    room.go_on(20.0)
    assert sorted(room.waits)[int(0.9 * len(room.waits))] < 1 and len(room.waits) > 350
    assert all(20 - at < 5 for at, who, _, _ in room.asked.values() if not who.startswith("flood"))
    room.go_on(250.0)  # the largest of these would have the server to itself for 40 s a round
    assert all(at > 20 for at, who, _, _ in room.asked.values())


def test_who_left_is_passed_over_and_holds_up_nobody():
    queue: FairQueue[int] = FairQueue()
    places = [queue.add(n, str(n), 0.01) for n in range(10)]
    for place in places[::2]:
        queue.done(place, 0.0)
    taken = []
    while place := queue.take():
        taken.append(place.item)
        queue.done(place, 0.01)
    assert taken == [1, 3, 5, 7, 9] and not queue.active and queue.first() is None


def test_those_who_are_remembered_are_bounded():
    queue: FairQueue[int] = FairQueue(known=10)
    for n in range(100):
        queue.done(queue.add(n, str(n), 1.0), 1.0)
    assert len(queue.askers) == 10 and len(queue.waiting.tickets) <= 100


@pytest.mark.parametrize("seconds", [0.02, 1.0], ids=["short", "dear"])
async def test_of_works_that_are_asked_for_and_left_at_once_few_are_kept_though_the_first_still_waits(seconds):
    queue, go = ComputeQueue(1, Admission(100, 100)), threading.Event()
    running = [asyncio.create_task(queue.get(n, "one", lambda: go.wait(60), expected=CostEstimate(0.01))) for n in range(2)]
    await asyncio.sleep(0)
    for n in range(1_000):
        left = asyncio.create_task(queue.get(f"left {n}", "another", lambda: None, str(n), CostEstimate(seconds)))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.wait({left})
    scheduler = queue.scheduler
    assert len(scheduler.turns) == 1 and len(scheduler.turns.waiting.tickets) + len(scheduler.held_back.tickets) < 250
    go.set()
    await asyncio.gather(*running)
    queue.workers.threads.shutdown()
    assert is_empty(queue)


# ---- the queue: with a clock of its own, one work at a time


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class LookedAt(CostEstimate):
    """What takes a look."""

    known = False

    def look(self) -> None:
        self.known = True


class Taught(LookedAt):
    """What takes as long as others of its kind have taken."""

    def __init__(self, kind: list[float]):
        self.kind = kind

    def seconds(self) -> float:
        return self.kind[0]

    def exceeded(self, seconds: float) -> None:
        self.kind[0] = max(self.kind[0], seconds)


def test_works_that_are_over_wait_for_no_collection_of_garbage():
    def fails() -> None:
        raise TimeoutError

    async def tried() -> None:
        queue: ComputeQueue = ComputeQueue(2, Admission(100, 100, seconds_each=1.0))
        left = asyncio.create_task(queue.get("left", "one", lambda: 1))
        asked = [queue.get("made", "one", lambda: 1), queue.get("given up", "one", fails)]
        asked += [queue.get(n, "greedy", lambda: 1, expected=Taught([0.8])) for n in range(4)]
        await asyncio.sleep(0)
        left.cancel()
        result = await asyncio.gather(left, *asked, return_exceptions=True)
        assert {type(one) for one in result} >= {int, TimeoutError, Busy}
        del result, asked, left
        queue.workers.threads.shutdown()
        await asyncio.sleep(0)
        assert is_empty(queue) and not [one for one in gc.get_objects() if isinstance(one, Job)]

    with without_collection():
        asyncio.run(tried())


def test_a_long_work_lets_shorter_ones_go_first_at_each_look_and_still_ends():
    clock, order = Clock(), []

    def film() -> None:
        for n in range(20):
            clock.now += 0.05
            order.append(n)
            if n in went:
                loop.call_soon_threadsafe(come[n].set)
                went[n].wait(60)
            check_cancelled()

    async def tried() -> None:
        nonlocal loop
        loop = asyncio.get_running_loop()
        queue: ComputeQueue[None] = ComputeQueue(1, Admission(100, 100), clock=clock)
        long = asyncio.create_task(queue.get("film", "one", film, expected=CostEstimate(1.0)))
        for n, step in ((3, "first"), (9, "second")):
            await come[n].wait()
            short = asyncio.create_task(queue.get(step, "another", lambda step=step: order.append(step), expected=CostEstimate(0.01)))
            await asyncio.sleep(0)
            went[n].set()
            await short
        await long
        assert is_empty(queue)

    loop, come, went = None, {n: asyncio.Event() for n in (3, 9)}, {n: threading.Event() for n in (3, 9)}
    asyncio.run(tried())
    assert order.index("first") == 4 and order.index("second") == 11 and order[-1] == 19


async def test_of_dear_works_one_goes_on_the_others_hold_nothing_and_too_many_are_told_to_come_again():
    go, first, begun = threading.Event(), threading.Event(), []

    def expensive(n: int) -> int:
        begun.append(n)
        first.set()
        go.wait(60)
        return n

    queue: ComputeQueue[int] = ComputeQueue(8, Admission(100, 100, seconds=6.0, seconds_each=4.0))
    asked = [asyncio.create_task(queue.get(n, f"{n % 2}", lambda n=n: expensive(n), expected=CostEstimate(1.0))) for n in range(6)]
    await asyncio.to_thread(first.wait, 60)
    assert len(begun) == len(queue.scheduler.running) == len(queue.scheduler.under_way) == 1
    with pytest.raises(Busy):
        await queue.get("seventh", "new", lambda: expensive(7), expected=CostEstimate(1.0))
    assert await queue.get("short", "new", lambda: 8) == 8
    go.set()
    assert await asyncio.gather(*asked) == list(range(6))
    assert is_empty(queue)


def test_of_many_that_are_longer_than_was_expected_few_are_begun_before_the_first_has_taught_it():
    clock, begun, kind = Clock(), [], [0.005]

    async def tried() -> list:
        come = threading.Event()

        def longer(n: int) -> int:
            come.wait(60)
            begun.append(n)
            for _ in range(40):
                clock.now += 0.05
                check_cancelled()
            return n

        def short() -> list[int]:
            return list(begun)

        queue: ComputeQueue = ComputeQueue(1, Admission(100, 100, seconds_each=2.0), clock=clock)
        asked = [asyncio.create_task(queue.get(n, "greedy", lambda n=n: longer(n), str(n), Taught(kind))) for n in range(20)]
        await asyncio.sleep(0)
        others = [asyncio.create_task(queue.get(f"short {n}", "other", short, expected=LookedAt(0.01))) for n in range(20)]
        await asyncio.sleep(0)
        come.set()
        result = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(one, Busy) for one in result) >= 14 and result[0] == 0
        assert is_empty(queue)
        return await asyncio.gather(*others)

    assert max(map(len, asyncio.run(tried()))) <= 2


def test_a_class_behind_one_address_waits_where_who_asks_for_many_long_films_is_told_to_come_again():
    async def states(seconds: float, count: int, address: str = "class") -> list[bool]:
        clock, go = Clock(), threading.Event()

        def work() -> None:
            go.wait(60)
            clock.now += seconds

        queue: ComputeQueue[None] = ComputeQueue(2, Admission(2_000, 400), clock=clock)
        asked = [asyncio.create_task(queue.get(n, address, work, str(n), CostEstimate(seconds))) for n in range(count)]
        await asyncio.sleep(0)
        go.set()
        result = await asyncio.gather(*asked, return_exceptions=True)
        assert is_empty(queue)
        return [isinstance(one, Busy) for one in result]

    assert not any(asyncio.run(states(0.2, 100)))
    assert asyncio.run(states(10.0, 5)) == [False, False, False, True, True]
    assert asyncio.run(states(50.0, 2)) == [False, True]


@pytest.mark.parametrize("address", ["one", "another"])
async def test_a_shorter_work_is_not_refused_for_longer_ones_whoever_asks_for_them(address):
    queue: ComputeQueue[float] = ComputeQueue(1, Admission(100, 100, seconds=40.0, seconds_each=30.0), clock=Clock())
    go = threading.Event()
    asked = [asyncio.create_task(queue.get(n, "one", lambda n=n: go.wait(60) and n, expected=CostEstimate(n))) for n in (40.0, 0.2)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await queue.get("as long", address, lambda: 40.0, expected=CostEstimate(40.0))
    asked.append(asyncio.create_task(queue.get(0.3, address, lambda: 0.3, expected=CostEstimate(0.3))))
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*asked) == [40.0, 0.2, 0.3]


async def test_a_short_work_is_not_refused_for_what_others_of_its_kind_and_address_have_cost():
    class Usual(LookedAt):
        """What counts for as expensive as such works are, until it is looked at."""

        def seconds(self) -> float:
            return 0.001 if self.known else 20.0

    queue: ComputeQueue[str] = ComputeQueue(1, Admission(100, 100, seconds_each=30.0), clock=Clock())
    go = threading.Event()
    expensive = asyncio.create_task(queue.get("dear", "one", lambda: go.wait(60) and "dear", "flood", CostEstimate(20.0)))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await queue.get("as dear", "one", lambda: "dear", "flood", CostEstimate(20.0))
    short = asyncio.create_task(queue.get("short", "one", lambda: "short", "seldom", Usual()))
    await asyncio.sleep(0)
    go.set()
    async with asyncio.timeout(60):
        assert await asyncio.gather(expensive, short) == ["dear", "short"]
    assert is_empty(queue)


def test_a_dear_work_goes_before_those_that_are_longer_and_came_earlier():
    async def tried() -> list[int]:
        come, order = threading.Event(), []

        def film(n: int) -> None:
            come.wait(60)
            for _ in range(n // 50):
                clock.now += 0.01
                check_cancelled()
            order.append(n)

        clock = Clock()
        queue: ComputeQueue[None] = ComputeQueue(1, Admission(100, 100), clock=clock)
        lengths = [10_000 + n for n in range(20)] + [5_000]
        asked = [asyncio.create_task(queue.get(n, f"{n % 7}", lambda n=n: film(n), str(n), CostEstimate(n / 4_500))) for n in lengths]
        await asyncio.sleep(0)
        come.set()
        await asyncio.gather(*asked)
        return order

    assert asyncio.run(tried())[0] == 5_000


async def test_long_films_that_have_been_begun_do_not_hold_up_a_shorter_dear_work():
    clock = Clock()
    queue: ComputeQueue[str] = ComputeQueue(1, Admission(100, 100), clock=clock)
    ended = threading.Event()

    def film() -> str:
        while not ended.wait(0.001):
            clock.now += 0.003
            check_cancelled()  # which lets the others come
        return "film"

    async with asyncio.timeout(60):
        films = []
        for n in range(UNDER_WAY):  # each a little shorter, so that it is begun before those that came earlier have ended
            films.append(asyncio.create_task(queue.get(n, "one", film, str(n), CostEstimate(9.0 - n))))
            while len(queue.scheduler.under_way) <= n:
                await asyncio.sleep(0.001)
        assert await queue.get("lesson", "another", lambda: ended.set() or "lesson", expected=CostEstimate(0.3)) == "lesson"
        assert await asyncio.gather(*films) == ["film"] * UNDER_WAY
    assert is_empty(queue)


async def test_who_waits_for_what_another_has_steps_aside_and_nobody_is_locked_out():
    queue: ComputeQueue[str] = ComputeQueue(1, Admission(100, 100))
    lock, has, others = threading.Lock(), threading.Event(), threading.Event()

    def first() -> str:
        with hold_lock(lock):
            has.set()
            while not others.wait(0.001):
                check_cancelled()  # which lets the others come
            return "first"

    def second() -> str:
        with hold_lock(lock):
            return "second"

    one = asyncio.create_task(queue.get("one", "a", first, expected=CostEstimate(0.1)))
    await asyncio.to_thread(has.wait, 60)
    two = asyncio.create_task(queue.get("two", "b", second, expected=CostEstimate(0.001)))
    assert await queue.get("three", "c", lambda: others.set() or "third", expected=CostEstimate(0.01)) == "third"
    async with asyncio.timeout(60):
        assert await asyncio.gather(one, two) == ["first", "second"]
    assert is_empty(queue)


def test_works_that_are_left_at_any_time_leave_nothing_behind():
    async def tried(seed: int) -> None:
        random_ = random.Random(seed)
        queue: ComputeQueue[int] = ComputeQueue(2, Admission(1_000, 1_000))
        lock = threading.Lock()

        def work(n: int) -> int:
            for _ in range(random_.randrange(20)):
                check_cancelled()
                if random_.random() < 0.1:
                    with hold_lock(lock):
                        check_cancelled()
            return n

        tasks = [asyncio.create_task(queue.get(n % 40, str(n % 7), lambda n=n: work(n), expected=LookedAt(random_.choice((0.001, 0.1, 1.0))))) for n in range(60)]
        for task in tasks:
            if random_.random() < 0.5:
                task.cancel()
            await asyncio.sleep(0)
        async with asyncio.timeout(60):
            await asyncio.gather(*tasks, return_exceptions=True)
        queue.workers.threads.shutdown()  # waits for what was left and looks only now
        assert is_empty(queue) and not lock.locked()

    for seed in range(30):
        asyncio.run(tried(seed))


def test_refusals_take_their_time_and_those_that_come_together_do_not_go_together(monkeypatch):
    waited: list[float] = []

    async def slept(seconds: float) -> None:
        waited.append(seconds)
        await real(0)

    async def tried() -> None:
        numbers = Numbers()
        await asyncio.gather(*(numbers._delay_refusal() for _ in range(64)))
        assert not numbers.delayed_refusals

    real = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", slept)
    asyncio.run(tried())
    assert min(waited) >= LATE and max(waited) <= 2 * LATE and max(Counter(waited).values()) <= 2


def test_costs_are_learned_quickly_when_they_are_higher_and_slowly_when_lower_and_by_the_nearest_kind_that_is_known():
    costs = Costs()
    kinds = [("check", "break"), ("check",)]
    assert costs.expected(kinds, 0.1) == pytest.approx(0.104)
    costs.learn(kinds, 0.1, 1.0)
    assert costs.expected(kinds, 0.1) == pytest.approx(1.0)
    assert costs.expected([("check", "other"), ("check",)], 0.2) == pytest.approx(1.96, abs=0.01)
    costs.learn(kinds, 0.1, 0.1)
    assert 0.9 < costs.expected(kinds, 0.1) < 1.0
    for _ in range(60):
        costs.learn(kinds, 0.1, 0.1)
    assert costs.expected(kinds, 0.1) == pytest.approx(0.1, rel=0.1)


def test_a_first_answer_that_also_loads_what_it_needs_does_not_make_others_dear():
    costs = Costs()
    kinds = [("step", "small"), ("step",)]
    costs.exceeded(kinds, 0.0, 0.07)
    assert costs.expected(kinds, 0.0) < EXPENSIVE
    costs.learn(kinds, 0.0, 0.1)
    assert costs.expected(kinds, 0.0) < EXPENSIVE
    costs.learn(kinds, 0.0, 0.01)
    assert costs.expected(kinds, 0.0) < 0.1
