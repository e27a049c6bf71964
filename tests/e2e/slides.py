"""Slides with two setups as frames, walked by the plugin in docs/embedding.md; the deck stands for reveal.js."""

import re
from pathlib import Path

from cnnviz import Setup
from cnnviz.data.images import find_image
from cnnviz.hosts.file import setup_html
from tests.conftest import ROOT

PLUGIN = re.search(r"```js\n(const Cnnviz = .*?)```", (ROOT / "docs/embedding.md").read_text("utf-8"), re.DOTALL)[1]
DECK = """<!doctype html><title>deck</title>
<style>iframe { width: 960px; height: 700px; border: 0 } section { display: none } section.now { display: block }</style>
<section>First</section>
<section><iframe id="one" src="lesson.html#stage=a1"></iframe></section>
<section><iframe id="two" src="lesson.html#stage=z1" sandbox="allow-scripts"></iframe></section>
<section>Last</section>
<script>
const told = []
addEventListener("message", ({ data, source }) => told.push([[...document.querySelectorAll("iframe")].findIndex((one) => one.contentWindow === source), data]))
const slides = document.querySelectorAll("section")
const acts = []
let at = -1
const deck = {
  on: (event, act) => event === "slidechanged" && acts.push(act),
  getCurrentSlide: () => slides[at],
  turn(to) {
    if (!slides[to]) return
    slides[at]?.classList.remove("now")
    slides[at = to].classList.add("now")
    for (const act of acts) act()
  },
  next: () => deck.turn(at + 1),
  prev: () => deck.turn(at - 1),
}
addEventListener("keydown", ({ key }) => key === "PageDown" ? deck.next() : key === "PageUp" && deck.prev())
PLUGIN
Cnnviz.init(deck)
deck.turn(0)
</script>"""


def written_deck(folder: Path) -> str:
    """The address of the deck, in a file beside that of its setup, after two updates."""
    (folder / "lesson.html").write_text(setup_html(Setup(k=2, stage="z1"), find_image("test-0")), encoding="utf-8")
    (folder / "deck.html").write_text(DECK.replace("PLUGIN", PLUGIN), encoding="utf-8")
    return (folder / "deck.html").as_uri()
