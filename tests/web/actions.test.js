import assert from "node:assert/strict"
import { test } from "node:test"
import { Step } from "../../cnnviz/pages/step/step.js"
import { Film } from "../../cnnviz/pages/train/film.js"
import { ACTIONS, actionButton, helpLines, keyMap } from "../../cnnviz/view/controls/actions.js"
import { plainNumber } from "../../cnnviz/view/model/numbers/format.js"
import { Content } from "../../cnnviz/view/shell/page.js"
import { PAGES } from "../../cnnviz/view/spec.js"

const KINDS = [Step, Film, Content]
const names = (kind) => Object.fromEntries([...keyMap(kind)].map(([key, { name }]) => [key, name]))

test("arrow keys change the stage on pages with stages, and the update elsewhere", () => {
  assert.deepEqual(names(Step).ArrowRight, "stage_next")
  assert.deepEqual(names(Film).ArrowRight, "update_next")
  for (const kind of KINDS) {
    assert.equal(names(kind).PageUp, "update_back")
    assert.equal(names(kind)["Shift+ArrowLeft"], "update_back")
    assert.equal(names(kind).L, "lecture")
  }
  assert.equal(names(Step).End, undefined)
  assert.equal(names(Film).End, "end")
  assert.equal(names(Step)["["], "turn_back")
  assert.equal(names(Film)["["], undefined)
})

test("the list of keys names every key of the page once", () => {
  for (const kind of KINDS) {
    const shown = helpLines(kind).flatMap(([keys]) => keys.split(", "))
    const own = (kind.stages ? 3 : 0) + (kind.reveals ? 1 : 0) // "Tab to a map, then arrows" parts at its comma; a remote; a cell that is taken hold of
    assert.equal(shown.length, keyMap(kind).size + own, String(shown))
    assert.equal(new Set(shown).size, shown.length)
  }
  const words = Object.fromEntries(helpLines(Film).map(([keys, what]) => [what, keys]))
  assert.equal(words["one update back or on"], "Page Up, Page Down, Shift ←, Shift →, ←, →")
  assert.equal(words["open the curves large"], "O")
})

test("a button says what it does, and by which key", () => {
  assert.match(actionButton("stage_next", "x"), /title="One stage on \(→\)"/)
  assert.match(actionButton("upload"), />Your image…</)
  assert.doesNotMatch(actionButton("upload"), /\(\)/)
  assert.equal(new Set(ACTIONS.map(({ name }) => name)).size, ACTIONS.length)
})

test("playback is paused before navigation, and only then", () => {
  const paused = ACTIONS.filter(({ moves }) => moves).map(({ name }) => name)
  assert.deepEqual(paused, ["stage_back", "stage_next", "update_back", "update_next", "restart", "update_first"])
})

test("in the lecture view a remote changes the stage; otherwise its keys change the update", () => {
  const remote = (kind, key) => keyMap(kind, true).get(key)?.name
  assert.equal(remote(Step, "PageDown"), "stage_next")
  assert.equal(remote(Step, "PageUp"), "stage_back")
  assert.equal(remote(Film, "PageDown"), "update_next")
  for (const kind of KINDS) assert.equal(remote(kind, "B"), "blank")
  assert.equal(names(Step).PageDown, "update_next")
  assert.equal(names(Step).B, undefined)
  for (const [n, { path }] of PAGES.entries()) {
    let turned = "none"
    keyMap(Film, true)
      .get(String(n + 1))
      .act({ content: { choose: () => false }, turn: (to) => (turned = to) })
    assert.equal(turned, path)
  }
})

test("a decimal comma and a typographic minus are parsed, and a list of numbers is not a number", () => {
  const read = plainNumber
  assert.equal(read(" 0,5 "), "0.5")
  assert.equal(read("−1,25"), "-1.25")
  assert.equal(read(",5"), ".5")
  for (const same of ["0.5", "1,2,3", "sobel-x", "1e-3", ""]) assert.equal(read(same), same)
})
