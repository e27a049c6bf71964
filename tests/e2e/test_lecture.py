"""A lecture of ten screens, given by a presenter's remote to scripted phones: three kinds of question, a second vote, an experiment, and what goes wrong meanwhile."""

import asyncio
import contextlib
import json
import re
import threading
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from cnnviz.core.setup.setup import Setup
from tests.bench._http import Connection
from tests.conftest import Server
from tests.e2e.page import Screen, been_here, faults, snapshot
from tests.e2e.test_room import CUT, SMALLEST, WHOLE, lecturer, open_room

__all__ = ["lecturer"]

PHONES = 50
LARGEST = int(snapshot(Setup(img="test-0", f="sobel-x")).trace.z1.argmax())
PLACES = 900
RIGHT, WRONG = "the kernel, turned by 180°", "the kernel, as it stands"
DECK = f"""
id = "ten"
title = "Ten screens"
[[screen]]
at = "/?img=test-0&stage=x"
say = "One channel of a picture is {{size(x)}} numbers."
[[screen]]
at = "/?img=test-0&stage=z1"
say = "Nine weights ask the same question at every place."
notes = "Point at an edge."
seconds = 600
[[screen]]
at = "img=pattern-dot&f=emboss&stage=z1"
show = ["x", "f"]
say = "One pixel is white, all others are black."
ask = "What do these nine cells of `z1` show?"
kind = "choose"
key = "z1[14:17, 14:17]"
right = "The kernel, turned by 180°: its last weight meets the dot first."
answers = [
  {{ label = "{RIGHT}" }},
  {{ label = "{WRONG}", is = "f", say = "The kernel slides, not the dot." }},
]
[[screen]]
at = "/?img=test-0&stage=a1"
say = "The sigmoid squeezes every sum into 0 to 1."
[[screen]]
at = "img=test-0&stage=df"
say = "One weight of the kernel was used at every place of `z1`."
ask = "How many products add up to one entry of `df`?"
kind = "number"
key = "size(dz1)"
right = "One for each place."
otherwise = "Count the places at which the weight was used."
[[screen]]
at = "/train?img=test-0&k=200&n=200"
say = "Two hundred updates later the loss is {{L:2}}."
[[screen]]
at = "img=test-0&f=sobel-x&stage=z1"
ask = "Where is the edge strongest, from dark to bright?"
kind = "click"
map = "z1"
key = "z1 == max(z1)"
right = "Where the sum is largest."
otherwise = "Look for dark on the left and bright on the right."
[[screen]]
at = "/check?img=test-0"
say = "Every gradient agrees with its central difference."
[[screen]]
at = "/train?img=test-0&net=conv1x3-relu-dense2-mse&n=60"
experiment = "lr"
updates = 60
say = "Everybody has a learning rate of their own."
[[screen]]
at = "/notebook?img=test-0"
say = "And this is what the notebook does."
"""


def answer(phone: int, kind: str, turn: int, labels: list[str]) -> int:
    """The answer of a phone: in the first round half of the phones choose right, in the second most of them."""
    wrong = bool(phone % 2 if turn == 1 else phone % 10 == 0)
    chosen = next((n for n, label in enumerate(labels) if (label != RIGHT) == wrong), 0)
    return {"choose": chosen, "number": 9 if wrong else PLACES, "click": phone * 17 % PLACES if wrong else LARGEST, "predict": phone % 4}[kind]


class Phone:
    """A follower's page as the server meets it: a stream, which is opened again, an answer in each round, and a run in an experiment."""

    def __init__(self, url: str, path: str, number: int):
        self.url, self.path, self.number, self.device = url, path, number, ""

    async def follow(self) -> None:
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError):
                async with Connection(self.url) as stream:
                    await stream.send("GET", f"{self.path}/events")
                    if (await stream.head())[0] == 200:
                        text = ""
                        async for chunk in stream.chunks():
                            *events, text = (text + chunk.decode()).split("\n\n")
                            for event in events:
                                if event.startswith("event: question\ndata: {"):
                                    await self.hear(json.loads(event.partition("data: ")[2]))
            await asyncio.sleep(0.2)

    async def hear(self, poll: dict) -> None:
        if poll["kind"] == "experiment":
            await self.post("place")
        elif poll["phase"] == "open":
            _, question = await self.ask("GET", f"question?number={poll['number']}")
            labels = [option["label"] for option in question.get("options", ())]
            await self.post("vote", number=poll["number"], round=poll["round"], answer=answer(self.number, poll["kind"], poll["round"], labels))

    async def post(self, path: str, **body: object) -> None:
        if not self.device:
            self.device = (await self.ask("POST", "device"))[1]["device"]
        status, _ = await self.ask("POST", path, {"device": self.device, **body})
        assert status in (200, 204, 404, 409)  # or the lecture has gone on, or has ended

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict]:
        """The status and the answer; a server that is busy is asked again, as a page does."""
        while True:
            async with Connection(self.url) as connection:
                status, _, content = await connection.ask(method, f"{self.path}/{path}", body=json.dumps(body).encode() if body else b"")
            if status != 429 and status < 500:
                return status, json.loads(content or b"{}")
            await asyncio.sleep(0.5)


class Audience:
    """Phones on a loop in a thread of its own, since the browser's loop has this one."""

    def __init__(self, url: str, path: str):
        self.url, self.path, self.loop = url, path, asyncio.new_event_loop()
        self.phones: list[tuple[Phone, asyncio.Task]] = []
        self.thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self) -> "Audience":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        try:
            self.do(self._leave())
        finally:
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            self.loop.close()

    def do(self, act) -> None:
        asyncio.run_coroutine_threadsafe(act, self.loop).result(60)

    def join(self, count: int) -> None:
        self.do(self._join(count))

    def lose(self, phone: int) -> None:
        self.do(self.phones[phone][0].post("lost"))

    async def _join(self, count: int) -> None:
        for _ in range(count):
            phone = Phone(self.url, self.path, len(self.phones))
            self.phones.append((phone, self.loop.create_task(phone.follow())))

    async def _leave(self) -> None:
        for _, task in self.phones:
            task.cancel()
        ends = await asyncio.gather(*(task for _, task in self.phones), return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends


def readable(page: Page, selector: str) -> None:
    """Nothing of it is cut, or too small for the last row."""
    element = page.locator(selector)
    high = page.viewport_size["height"]
    assert faults(element, SMALLEST, 0.022 * high) == faults(element, CUT) == []


def give(browser: Browser, arguments: dict, lecturer: Screen, server: Server, file, seen: Callable[..., None]) -> None:
    """Gives the lecture. `seen` is called at each moment, with its name and the pages: projector, presenter view and phone."""
    lecturer.open("/", img="test-3", stage="x")
    projector = lecturer.page
    lecturer.key("script").first.click()
    with projector.expect_file_chooser() as chooser:
        lecturer.key("draft_open").click()
    chooser.value.set_files(file)
    expect(projector.locator("[data-screen]")).to_have_count(10)
    code = open_room(lecturer)
    lecturer.key("draft_present").click()
    expect(lecturer.root).to_have_class(re.compile(r"\blecture\b"))
    presenter = json.loads(projector.evaluate("sessionStorage.getItem('cnnviz.room')"))["driver"]
    context = been_here(browser.new_context(**arguments | {"viewport": {"width": 390, "height": 844}, "has_touch": True}))
    phone = context.new_page()
    presenter_view = browser.new_context(**arguments).new_page()
    phone.goto(f"/room/{code}")
    presenter_view.goto(f"/room/{code}/cockpit#driver={presenter}")
    board, curtain, answered = projector.locator(".board"), projector.locator(".curtain"), projector.locator(".board .answered")
    blue = presenter_view.locator(".acts .primary")

    def at(name: str) -> None:
        seen(name, projector, presenter_view, phone)

    def remote(*keys: str) -> None:
        lecturer.press(*keys)

    def covers(name: str) -> None:
        """B and J cover whatever is there, and give it back."""
        heading = board.locator("h1").inner_text()
        for key, how in (("b", "black"), ("j", "joining")):
            remote(key)
            expect(curtain).to_have_class(re.compile(how))
            assert faults(curtain, WHOLE) == []
            at(f"{name}-{how}")
            remote("PageDown")
            expect(curtain).to_be_hidden()
            expect(board.locator("h1")).to_have_text(heading, use_inner_text=True)

    def everybody(count: int) -> None:
        expect(answered).to_have_text(f"{count} of {count} have answered")

    def count_votes(count: int, next_act: str) -> None:
        """Two quick presses of the remote close the question and show the results, as two slow ones would."""
        everybody(count)
        remote("PageDown", "PageDown")
        expect(blue).to_have_attribute("data-act", next_act)

    def shows(sentence: str) -> None:
        for page in (projector, phone):
            expect(page.locator(".deck-bar p")).to_contain_text(sentence)

    with Audience(server.url, f"/room/{code}") as audience:
        audience.join(PHONES - 1)
        expect(presenter_view.locator("header .count")).to_contain_text(f"{PHONES} follow")
        shows("One channel")
        phone.evaluate("scrollTo(0, 200)")
        assert phone.evaluate("scrollY") > 0
        remote("j")
        expect(curtain.locator(".joined")).to_have_text(f"{PHONES} have joined")
        readable(projector, ".curtain")
        at("join")
        remote("j")
        expect(curtain).to_be_hidden()
        remote("PageDown")
        shows("Nine weights")
        assert faults(phone, "() => scrollY ? [scrollY] : []") == [], "the top of another screen"
        audience.lose(3)
        expect(presenter_view.locator("header .lost")).to_have_text("1 is lost")
        at("sentence")

        # one of two, a second vote, and a phone that comes late
        remote("PageDown")
        expect(board.locator("h1")).to_have_text("What do these nine cells of z1 show?")
        expect(presenter_view.locator("header .lost")).to_have_count(0)
        expect(phone.locator(".option .letter")).to_have_text(["A", "B"])
        phone.locator(".option", has_text=WRONG).click()
        at("choose-chosen")
        phone.locator("[data-key=room_send]").click()
        everybody(PHONES)
        readable(projector, ".board")
        covers("choose")
        remote("PageDown")
        expect(blue).to_have_attribute("data-act", "show")
        at("choose-closed")
        remote("PageDown")
        expect(blue).to_have_attribute("data-act", "again")  # half of the answers are right
        readable(projector, ".board")
        covers("choose-results")
        audience.join(1)
        remote("PageDown")
        expect(phone.locator("[name=answer]")).to_have_count(2)
        phone.locator(".option", has_text=RIGHT).click()
        phone.locator("[data-key=room_send]").click()
        count_votes(PHONES + 1, "reveal")
        remote("PageDown")
        expect(phone.locator(".in")).to_contain_text("✓ Right.")
        expect(board.locator(".plates figure")).not_to_have_count(0)
        readable(projector, ".board")
        at("choose-revealed")
        remote("PageDown")
        shows("The sigmoid")

        # a number; every page is loaded again, and the server is started again
        remote("PageDown")
        expect(board.locator("h1")).to_have_text("How many products add up to one entry of ∂f?")
        phone.locator("[name=number]").fill("9")
        phone.locator("[data-key=room_send]").click()
        everybody(PHONES + 1)
        readable(projector, ".board")
        at("number")
        began = presenter_view.evaluate("key => sessionStorage.getItem(key)", f"cnnviz.clock.{code}")
        presenter_view.reload()
        expect(presenter_view.locator(".live .sum")).to_have_text(f"{PHONES + 1} of {PHONES + 1}")
        assert presenter_view.evaluate("key => sessionStorage.getItem(key)", f"cnnviz.clock.{code}") == began
        projector.reload()
        everybody(PHONES + 1)
        phone.reload()
        expect(phone.locator(".in")).to_have_text("Your answer: 9.")
        phone.locator("[name=number]").fill("12")  # and is not sent
        phone.reload()
        expect(phone.locator("[data-key=room_send]")).to_have_text("Send 12")
        server.stop()
        expect(phone.locator(".room-bar")).to_contain_text("Connection lost")
        at("lost-connection")
        server.start()
        for page in (projector, presenter_view):
            expect(page.locator(".room-gone")).to_contain_text(f"The server has lost room {code}")
        expect(board.locator("h1")).to_have_text("How many products add up to one entry of ∂f?")
        expect(phone.locator(".room-bar")).to_contain_text("The server was restarted")
        expect(projector.locator("[data-testid=stDialog]")).to_have_count(0)
        at("restarted")
        projector.locator("[data-key=room_again]").click()
        expect(phone.locator(".in")).to_be_empty()  # it is asked anew
        expect(phone.locator("[name=number]")).to_have_value("12")
        phone.locator("[name=number]").fill("9")
        phone.locator("[data-key=room_send]").click()
        count_votes(PHONES + 1, "again")
        presenter_view.locator("[data-act=reveal]").click()
        expect(phone.locator(".in")).to_contain_text("✗ Not right. Your answer: 9")
        readable(projector, ".board")
        at("number-revealed")
        remote("PageDown")
        shows("Two hundred updates later")
        expect(lecturer.root).to_have_class(re.compile(r"\blecture\b"))  # as before the restart
        at("train")

        # a cell
        remote("PageDown")
        expect(board.locator("h1")).to_have_text("Where is the edge strongest, from dark to bright?")
        phone.locator("canvas.pick").focus()
        for key in ("ArrowDown", "ArrowRight", "Enter"):
            phone.keyboard.press(key)
        everybody(PHONES + 1)
        readable(projector, ".board")
        at("click")
        for _ in "12":
            presenter_view.keyboard.press("PageDown")
        expect(board.locator(".results canvas[data-round]")).to_have_count(1)
        expect(board.locator(".plates figure")).to_have_count(2)  # the image and the kernel of the question
        presenter_view.keyboard.press("r")
        expect(phone.locator(".in")).to_contain_text("✗ Not right.")
        readable(projector, ".board")
        at("click-revealed")
        remote("PageDown")
        shows("Every gradient agrees")
        at("check")

        # an experiment: first a prediction, at last the headline
        remote("PageDown")
        expect(board.locator("h1")).to_have_text("Which learning rate ends with the lowest loss?")
        for page in (board, phone.locator(".ballot")):
            expect(page).to_contain_text("Everybody has a learning rate of their own.")
        phone.locator("[name=answer]").nth(2).check()
        phone.locator("[data-key=room_send]").click()
        everybody(PHONES + 1)
        at("predict")
        remote("PageDown")
        expect(blue).to_have_attribute("data-act", "run")
        remote("PageDown")
        expect(phone.locator(".ballot .own h1")).to_contain_text("Your learning rate:")
        expect(presenter_view.locator(".live .sum, .answers .sum").first).to_contain_text(f"{PHONES + 1}")
        expect(board.locator("h1")).to_have_text("Which learning rate ends with the lowest loss?")  # some run is there
        covers("experiment")
        readable(projector, ".board")
        at("experiment")
        remote("PageDown")
        expect(board.locator("h1")).to_contain_text(re.compile("ends lowest.*Diverged: [0-9]+ of 51"))
        expect(board.locator(".predicted")).to_contain_text(f"of {PHONES + 1}")
        readable(projector, ".board")
        at("experiment-revealed")
        remote("PageDown")
        shows("what the notebook does")
        expect(projector.locator(".board.asking")).to_have_count(0)
        at("notebook")
        remote("PageUp")  # back at the experiment, which begins anew
        expect(board.locator("h1")).to_have_text("Which learning rate ends with the lowest loss?")
        remote("PageUp")
        shows("Every gradient agrees")
        expect(projector.locator("nav [aria-current]")).to_have_text("Check")
        lecturer.ready()
        lecturer.key("lecture_room").click()
        projector.get_by_role("button", name="End the room").click()
        expect(phone.locator(".room-bar")).to_contain_text("The room has ended")
        at("end")
    for of in (context, presenter_view.context):
        of.close()


def test_a_lecture_of_ten_screens_is_given_to_fifty_phones(browser, browser_context_args, lecturer: Screen, server: Server, tmp_path):
    file = tmp_path / "ten.toml"
    file.write_text(DECK)
    give(browser, browser_context_args, lecturer, server, file, lambda *_: None)
    lecturer.page.evaluate("localStorage.removeItem('cnnviz.draft'), localStorage.removeItem('cnnviz.draft.pictures')")
