"""A visitor as the page's server sees one: a web socket that speaks Streamlit's protocol as a browser does."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from cnnviz.pages.encoding import decode

ANSWER_SECONDS = 30
EVERY_SECONDS = 2.0


class Visitor:
    """One browser tab: `move` asks for an address and waits for all that it shows.

    `received` counts bytes, `progress` names the buttons of a training that is under way.
    """

    def __init__(self, url: str, page: str = ""):
        self.url, self.page = url, page
        self.script = ""
        self.received = 0
        self.training = ""
        self.fragment = ""
        self.progress = ""

    async def __aenter__(self) -> Visitor:
        address = "ws" + self.url.removeprefix("http") + "/_stcore/stream"
        self._socket = await connect(address, subprotocols=["streamlit"], origin=self.url, max_size=None)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def move(self, query: Mapping[str, object], act: str = "") -> float:
        """Seconds from the request until the script's end has arrived with everything that it shows.

        `act` is a button of a training.
        """
        ask = BackMsg()
        ask.rerun_script.query_string = urlencode(query)
        ask.rerun_script.page_script_hash = self.script
        if not self.script:
            ask.rerun_script.page_name = self.page
        if act:
            state = ask.rerun_script.widget_states.widgets.add(id=f"$$STREAMLIT_INTERNAL_KEY_{self.training}__events")
            state.json_trigger_value = json.dumps([{"event": "act", "value": act}])
        return await self._ask(ask)

    async def look(self) -> float:
        """The page's own look at what is running: the same, for its fragment alone."""
        ask = BackMsg()
        ask.rerun_script.fragment_id = self.fragment
        ask.rerun_script.is_auto_rerun = True
        ask.rerun_script.page_script_hash = self.script
        return await self._ask(ask)

    async def _ask(self, ask: BackMsg) -> float:
        ask.rerun_script.context_info.url = self.url
        start = time.perf_counter()
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._socket.send(ask.SerializeToString())
            shown = 0
            while True:
                payload = await self._socket.recv()
                self.received += len(payload)
                answer = ForwardMsg.FromString(payload)
                match answer.WhichOneof("type"):
                    case "navigation":
                        self.script = answer.navigation.page_script_hash
                    case "auto_rerun":
                        self.fragment = answer.auto_rerun.fragment_id
                    case "delta":
                        shown += 1
                        self._see(answer)
                    case "script_finished" if answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                        break
        seconds = time.perf_counter() - start
        done = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
        if answer.script_finished not in done or not shown:
            raise RuntimeError("the script did not finish, or showed nothing")
        return seconds

    def _see(self, answer: ForwardMsg) -> None:
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(element.exception.message)
        if kind == "bidi_component" and element.bidi_component.component_name.endswith("cnnviz_training"):
            self.training = element.bidi_component.id
            self.progress = " ".join(decode(element.bidi_component.bytes)[0]["can"])


async def keep_moving(move: Callable[[int], Awaitable[float]], first: float, until: float) -> list[float]:
    """Seconds that each of `move(1)`, `move(2)` … took, one each EVERY_SECONDS between two loop times."""
    loop = asyncio.get_running_loop()
    times, due = [], first
    while due < until:
        await asyncio.sleep(max(0.0, due - loop.time()))
        times.append(await move(len(times) + 1))
        due = max(due + EVERY_SECONDS, loop.time())
    await asyncio.sleep(max(0.0, until - loop.time()))
    return times


def percentiles(seconds: list[float]) -> tuple[float, float, float]:
    """Median, p95 and maximum of times, in milliseconds."""
    return tuple(1000 * t for t in (statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1], max(seconds)))


def processor_seconds(pid: int) -> float:
    """How much of a processor a process has had, all its threads together, as Linux counts it: whatever else the machine does meanwhile."""
    return time.clock_gettime(~pid << 3 | 2)


def peak_mb(pid: int) -> float:
    """The most memory that a process has had at a time, in MB (2²⁰ bytes), as Linux counts it."""
    return _status_mb(pid, "VmHWM")


def resident_mb(pid: int) -> float:
    """The memory of a process, in MB (2²⁰ bytes), as Linux counts it."""
    return _status_mb(pid, "VmRSS")


def _status_mb(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
