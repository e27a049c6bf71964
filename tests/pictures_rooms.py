"""A room as it is given, for eyes: the lecturer's private screen, the projector and phones, at the moments that were drawn."""

import contextlib
import json
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from tests.picture import Picture

PHONE, PROJECTOR, PRESENTER_VIEW = (390, 844), (1920, 1080), (1280, 800)
VOTES = ((43, 60, 34), (160, 40, 26))
"""How often each option is chosen, in the first round and in the second."""


class LiveRoom:
    """A room of a server in which a deck is given, and what a presenter and devices send it."""

    def __init__(self, url: str, opened: dict[str, object]):
        self.url, self.presenter = url, ""
        room = self.send("POST", "/room", opened)
        self.path, self.presenter = f"/room/{room['code']}", room["driver"]
        self.devices: list[str] = []

    def send(self, method: str, path: str, body: object = None) -> Any:
        """The answer of the server, which is JSON, or nothing."""
        headers = {"Authorization": f"Bearer {self.presenter}"} if self.presenter else {}
        asked = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(asked) as answer:
            return json.loads(answer.read() or b"{}")

    def show(self, screen: int) -> None:
        """Leads everybody to a screen."""
        self.send("PUT", self.path, {"screen": screen})

    def turn(self, *acts: str) -> None:
        """What becomes of the question."""
        for act in acts:
            self.send("PUT", f"{self.path}/question", {"act": act})

    def join(self, devices: int) -> list[str]:
        """Return the tokens of so many devices. While new ones join, each has a stream, also the earlier ones."""
        with contextlib.ExitStack() as streams:
            for n in range(devices if devices > len(self.devices) else 0):
                streams.enter_context(urllib.request.urlopen(f"{self.url}{self.path}/events")).readline()
                if n >= len(self.devices):
                    self.devices.append(self.send("POST", f"{self.path}/device")["device"])
        return self.devices[:devices]

    def vote(self, counts: Sequence[int]) -> None:
        """So many devices choose the first option, so many the second, and so on."""
        answers = [option for option, count in enumerate(counts) for _ in range(count)]
        for device, answer in zip(self.join(len(answers)), answers, strict=True):
            self.send("POST", f"{self.path}/vote", {"device": device, "answer": answer})

    def take_part(self, devices: int) -> None:
        """So many devices have a run of their own."""
        for device in self.join(devices):
            self.send("POST", f"{self.path}/place", {"device": device})


def rooms(url: str) -> Iterator[Picture]:
    """What was drawn of a room, one after the other: it is so until the next is asked for."""
    live = LiveRoom(url, {"script": "lecture-kernel"})
    screen, presenter_view = f"{live.path}/screen", f"{live.path}/cockpit#driver={live.presenter}"
    yield Picture("room-join-1920x1080", screen, PROJECTOR, clicked=("[data-key=room_join]",), until=".joining img")
    live.show(3)
    live.vote(VOTES[0])
    yield Picture("question-projector-1920x1080", screen, PROJECTOR, until=".board .options")
    yield Picture("question-phone-390x844", live.path, PHONE, until=".ballot .options")
    for theme, ending in (("light", ""), ("dark", "dark-")):
        yield Picture(f"script-cockpit-{ending}1280x800", presenter_view, PRESENTER_VIEW, theme, until=".lesson li:nth-child(2) img")
    live.turn("close", "again")
    live.vote(VOTES[1])
    live.turn("close", "reveal")
    yield Picture("question-results-1920x1080", screen, PROJECTOR, until=".board .results")
    yield Picture("question-results-390x844", live.path, PHONE, until=".ballot .results")
    live.show(12)
    live.vote((30, 120, 70, 19))
    live.turn("run")
    live.take_part(239)
    live.turn("reveal")
    yield Picture("experiment-projector-1920x1080", screen, PROJECTOR, until=".board .inside canvas")
    yield Picture("experiment-phone-390x844", live.path, PHONE, until=".ballot .plates canvas", scale=2)
    live.send("DELETE", live.path)
    live = LiveRoom(url, {"query": "img=test-0&f=sobel-x&stage=z1"})
    live.send("PUT", f"{live.path}/question", {"spot": "largest", "map": "z1", "seconds": 600})
    yield Picture("room-phone-390x844", live.path, PHONE, clicked=("canvas.pick",), until=".ballot .pick")
    yield Picture("room-phone-alone-390x844", f"{live.path}?img=test-0&f=sobel-y&stage=z1&cell=z1:21,14", PHONE, until=".room-bar .there")
    live.send("DELETE", f"{live.path}/question")
    driving = f"/?img=test-0&f=sobel-x&stage=z1&cell=z1:13,18&view=lecture#room={live.path[-5:]}&driver={live.presenter}"
    yield Picture("room-join-corner-1920x1080", driving, PROJECTOR, until=".join-corner .corner em:not(:empty)")
    live.send("DELETE", live.path)
    yield Picture("room-enter-390x844", "/room", PHONE, until="form")
    yield Picture("room-enter-dark-1280x720", "/room", theme="dark", until="form")
    yield from making(url)


SCREENS = (
    ("/?img=test-0&stage=x", "One channel is 1,024 numbers.", "", 60),
    ("/?img=test-0&stage=z1", "Nine weights ask: brighter on the right?", "Point at an edge first.", 120),
    ("/?img=pattern-dot&f=emboss&stage=z1", "Nine places see the dot.", "", 60),
    ("/?img=test-0&stage=a1&cell=a1:10,18", "The sigmoid squeezes all sums into 0 to 1.", "First ask what the largest sum will become.", 120),
    ("/?img=test-0&stage=o", "Output for cat 0.43, target 1.", "", 60),
    ("/?img=test-0&stage=df", "One weight answers for 900 places.", "Wait for the hall.", 180),
    ("/train?net=conv1x3-relu-dense2-sigmoid-mse&k=200&n=200", "Everybody: your own seed, 200 updates.", "", 240),
    ("/check?mistake=sign_flipped", "Flip one sign, and the loss rises.", "", 90),
    ("/train?img=test-0&k=200&n=200", "200 updates later: 0.0012.", "", 60),
)


def making(url: str) -> Iterator[Picture]:
    """What was drawn of a deck that is being made."""
    screens = [{"at": at, "say": say, "seconds": seconds, **({"notes": notes} if notes else {})} for at, say, notes, seconds in SCREENS]
    draft: dict[str, object] = {"id": "one-kernel-one-cat", "title": "One kernel, one cat", "screen": screens}
    seen = tuple(selector for n in (*range(len(SCREENS)), 3) for selector in (f'[data-screen="{n}"]', f'.current [data-screen="{n}"] img'))
    yield Picture("script-edit-1280x720", "/?img=test-0", clicked=("[data-key=script]", *seen), draft=draft)
    yield Picture("script-edit-train-1280x720", "/?img=test-0", clicked=("[data-key=script]", *seen[:14]), draft=draft)
