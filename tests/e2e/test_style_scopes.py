"""Styles of pages end at the pictures of a stage, and styles of pictures stay in them: names of classes may repeat."""

import re

import pytest

from cnnviz.view.modules import FOLDER
from tests.e2e.page import Screen

SHEETS = {path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in FOLDER.rglob("*.css") if path.name != "index.css"}
STATES = r":{1,2}(?:before|after|placeholder|marker|backdrop|selection|hover|focus-visible|focus-within|focus|active|-\w+-[\w-]+)(?![\w-])"
ON_PURPOSE = (re.compile(r"\.(scene|poster|whole|drawn)\b"), re.compile(r"forced_colours\.css: .*\.bar\b"))
"""Selectors that name a picture or its frame; forced colours keep the bars of all pictures."""
REACHING = """([sheets, states]) => {
  const split = (text) => {
    const parts = [""]
    let depth = 0
    for (const letter of text) {
      depth += "([".includes(letter) ? 1 : ")]".includes(letter) ? -1 : 0
      if (letter === "," && !depth) parts.push("")
      else parts[parts.length - 1] += letter
    }
    return parts.map((part) => part.trim())
  }
  const within = (outer, one) => (one.includes("&") ? one.replaceAll("&", `:is(${outer})`) : `:is(${outer}) ${one}`)
  const found = []
  let checked = 0
  const visit = (rules, file, outer) => {
    for (const rule of rules) {
      const selectors = rule.selectorText ? split(rule.selectorText).map((one) => (outer ? within(outer, one) : one)) : []
      for (const selector of selectors) {
        const plain = selector.replace(new RegExp(states, "g"), "").replace(/:(has|not|is|where)\\(\\s*\\)/g, "")
        if (!CSS.supports(`selector(${plain})`)) continue
        checked++
        const ofPicture = file.startsWith("view/scene/")
        const bad = [...document.querySelectorAll(plain)].find((e) => (ofPicture ? !e.closest(".scene") : e.parentElement?.closest(".scene")))
        if (bad) found.push(`${file}: ${selector} styles ${bad.tagName.toLowerCase()}.${bad.getAttribute("class") ?? ""}`)
      }
      if (rule.cssRules?.length) visit(rule.cssRules, file, selectors.length ? selectors.join(", ") : outer)
    }
  }
  for (const [file, text] of Object.entries(sheets)) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    visit(sheet.cssRules, file, "")
  }
  return { checked, found }
}"""
"""Selectors of pages that match an element in a picture, and selectors of pictures that match one outside."""


def faults_of(screen: Screen) -> set[str]:
    result = screen.page.evaluate(REACHING, [SHEETS, STATES])
    assert result["checked"] > 1000
    unwanted = set()
    for fault in result["found"]:
        selector = fault.partition(": ")[2].partition(" styles ")[0]
        names_class = re.search(r"[.#\[]", selector.replace(".cnnviz", ""))
        if names_class and not any(pattern.search(fault) for pattern in ON_PURPOSE):
            unwanted.add(fault)
    return unwanted


@pytest.mark.parametrize(
    "setup",
    [
        {"k": "1", "opt": "momentum"},
        {"k": "1", "net": "conv2x3-bn-relu-max2-drop50-dense2-softmax-ce", "img": "cat-0,dog-3"},
        {"net": "conv2x3b-gn1-leaky-avg2-conv3x3s2-tanh-gap-ln-dense8-identity-dense3-softmax-ce", "ch": "rgb", "opt": "adam"},
    ],
    ids=["the seed", "several images", "other layers"],
)
def test_no_style_of_a_page_reaches_into_a_picture_of_any_stage(screen: Screen, setup):
    screen.open("/", **setup, stage="x")
    stages = screen.setup.network.stages
    faults = faults_of(screen)
    for stage in stages[1:]:
        screen.press("ArrowRight")
        screen.ready(stage=str(stage))
        faults |= faults_of(screen)
    assert faults == set()


@pytest.mark.parametrize(
    "path",
    [
        *("/check?k=0", "/check?mistake=sign_flipped", "/notebook", "/notebook?part=experiment", "/notebook?part=architecture"),
        *("/train", "/train?of=many", "/learn", "/learn?lesson=kernel&step=2"),
    ],
)
def test_no_style_of_a_picture_reaches_into_a_page(screen: Screen, path):
    screen.page.goto(path)
    screen.ready()
    assert faults_of(screen) == set()
