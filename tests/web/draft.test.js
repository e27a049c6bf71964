// A deck that is being made: its tables as values, the way back, its file and its link.

import assert from "node:assert/strict"
import { test } from "node:test"
import { HASH, packDeck, unpackDeck } from "../../cnnviz/view/model/decks/deck_link.js"
import {
  addressOf,
  changeScreen,
  draftOf,
  emptyDraft,
  idOf,
  insertScreen,
  minutes,
  moveScreen,
  newHistory,
  parseAddress,
  removeScreen,
  secondsOf,
  selectScreen,
  sentenceOf,
  textOf,
  undoChange,
  withField,
  withSentence,
  withTitle,
} from "../../cnnviz/view/model/decks/draft.js"
import { emptyQuestion, questionOf, withQuestion } from "../../cnnviz/view/model/decks/draft_question.js"
import { tomlOf } from "../../cnnviz/view/model/decks/toml.js"
import { clock } from "../../cnnviz/view/model/numbers/format.js"

const of = (/** @type {string} */ letters, at = -1) =>
  selectScreen(newHistory({ ...emptyDraft("Mine"), screen: [...letters].map((letter) => ({ at: letter })) }), at)
const letters = ({ now }) => now.screen.map(({ at }) => at).join("")

test("a screen is inserted after the shown one, or at the end, and is then shown", () => {
  for (const [at, all, then] of [
    [-1, "abcX", 3],
    [0, "aXbc", 1],
    [2, "abcX", 3],
  ]) {
    const history = insertScreen(of("abc", at), { at: "X" })
    assert.deepEqual([letters(history), history.at], [all, then])
  }
})

test("screens can be moved and removed, and every change can be undone", () => {
  for (const [from, to, all] of [
    [0, 2, "bca"],
    [2, 0, "cab"],
    [1, 1, "abc"],
    [0, -1, "abc"],
    [0, 3, "abc"],
  ])
    assert.equal(letters(moveScreen(of("abc"), from, to)), all)
  const gone = removeScreen(of("abc", 2), 2)
  assert.deepEqual([letters(gone), gone.at], ["ab", 1])
  const acts = [
    (one) => insertScreen(one, { at: "X" }),
    (one) => moveScreen(one, 0, 1),
    (one) => removeScreen(one, 1),
    (one) => changeScreen(one, 0, (screen) => withSentence(screen, "en", "Look.")),
  ]
  const path = [of("abc", 1)]
  for (const act of acts) path.push(act(path.at(-1)))
  let back = path.at(-1)
  for (const before of path.slice(0, -1).reverse()) {
    back = undoChange(back)
    assert.deepEqual([back.now, back.at], [before.now, before.at])
  }
  assert.deepEqual(undoChange(back), back)
})

test("editing a sentence changes the reader's language only", () => {
  const both = { at: "/", say: { en: "Look.", fr: "Voyez." } }
  assert.deepEqual([sentenceOf(both, "fr"), sentenceOf(both, "de")], ["Voyez.", "Look."])
  assert.deepEqual(withSentence(both, "fr", "Regardez.").say, { en: "Look.", fr: "Regardez." })
  assert.deepEqual(withSentence({ at: "/", text: "a" }, "en", "b"), { at: "/", text: "b" })
  assert.deepEqual(withSentence({ at: "/", say: "a" }, "en", ""), { at: "/" })
  assert.deepEqual(withField({ at: "/", seconds: 3 }, "seconds", undefined), { at: "/" })
  assert.equal(textOf(undefined, "en"), "")
})

test("an id follows the title until it is edited", () => {
  assert.equal(idOf("Réseau & co: 1 cat!"), "reseau-co-1-cat")
  assert.equal(idOf("…"), "script")
  assert.ok(idOf("a b".repeat(40)).length <= 40)
  assert.equal(withTitle(emptyDraft("My lecture"), "en", "One cat").id, "one-cat")
  assert.equal(withTitle({ ...emptyDraft("My lecture"), id: "own" }, "en", "One cat").id, "own")
})

test("formatted times are parsed back", () => {
  for (const [text, seconds] of [
    ["1:30", 90],
    ["90", 90],
    ["2:00", 120],
    ["0", undefined],
    ["x", undefined],
    ["", undefined],
    ["1:", undefined],
  ])
    assert.equal(secondsOf(text), seconds)
  for (const seconds of [1, 59, 60, 90, 3599]) assert.equal(secondsOf(clock(seconds)), seconds)
  assert.equal(minutes({ id: "a", screen: [{ seconds: 60 }, {}, { seconds: 90 }] }), 3)
})

test("an address contains the keys of its page", () => {
  const setup = { img: "test-3", stage: "z1", f: "-1,0,1", script: "a", screen: "3", lang: "fr", part: "x" }
  assert.equal(addressOf("", setup, ["img", "f", "stage"]), "/?img=test-3&f=-1,0,1&stage=z1")
  for (const [at, page, query] of [
    ["/?k=1", "", "k=1"],
    ["/train?k=1&n=2", "train", "k=1&n=2"],
    ["/train", "train", ""],
    ["k=1", "", "k=1"],
    ["?k=1", "", "k=1"],
    ["", "", ""],
  ])
    assert.deepEqual(parseAddress({ at }), { page, query })
})

test("a question of each kind is converted to the file's format and back", () => {
  const screen = { at: "/train?img=test-3&stage=z1&n=5", say: "Look.", notes: "Wait." }
  const words = { ...emptyQuestion(), ask: "Where?", answers: ["here", "", "there"], right: 2 }
  const pictures = { ...words, kind: "pictures", answers: ["f", "turned(f)"], right: 1 }
  const number = { ...emptyQuestion("number"), ask: "How large?", key: "max(z1)", tolerance: "0.1" }
  const click = { ...emptyQuestion("click"), ask: "Which?", key: "z1 == max(z1)" }
  for (const asked of [words, pictures, number, click]) {
    const found = withQuestion(screen, asked, (label) => `Right is: ${label}.`)
    assert.ok(!found.at.startsWith("/") && found.notes === "Wait." && found.ask === asked.ask)
    const back = { ...asked, answers: asked.answers.filter(Boolean), right: asked.answers.length ? 1 : 0 }
    assert.deepEqual(questionOf(found, "en"), back)
    assert.deepEqual(Object.keys(withQuestion(found, { ...asked, ask: " " }, String)).sort(), ["at", "notes", "say"])
  }
  const [shown, drawn, typed, clicked] = [words, pictures, number, click].map((one) =>
    withQuestion(screen, one, String),
  )
  assert.deepEqual([shown.show, typed.show, clicked.map], [["z1"], ["z1"], "z1"])
  assert.deepEqual([drawn.key, drawn.answers[0].is, typed.right], ["turned(f)", "f", "{max(z1):4}"])
  const made = withQuestion(
    screen,
    { ...words, answers: ["It is so.", "no"], right: 0 },
    (label) => `Right is: ${label}.`,
    ["x", "f"],
  )
  assert.deepEqual([made.show, made.right], [["x", "f", "z1"], "Right is: It is so."])
  assert.deepEqual(withQuestion(made, words, String).show, made.show, "where they are not known, as they were")
  for (const none of [
    { ...words, answers: ["here"] },
    { ...words, right: 1 },
    { ...number, key: " " },
    { ...click, key: "" },
  ])
    assert.equal(withQuestion(screen, none, String).kind, undefined)
  assert.equal(withQuestion({ at: "/" }, click, String).kind, undefined, "no map to click")
  const theirs = { kind: "choose", key: "sign(z1[0,0])", answers: [{ label: "up" }] }
  for (const other of [theirs, { kind: "order" }, {}]) assert.equal(questionOf(other, "en"), null)
})

test("a deck is written field by field, and [[step]] equals [[screen]]", () => {
  const deck = {
    id: "a",
    title: { en: "A", fr: "Un" },
    screen: [
      { at: "/?k=1", seconds: 90, say: 'A "b"\n\\ \x7f' },
      { at: "k=1", answers: [{ label: "x", is: "1" }] },
    ],
  }
  assert.equal(
    tomlOf(deck),
    'id = "a"\ntitle.en = "A"\ntitle.fr = "Un"\n\n[[screen]]\nat = "/?k=1"\nseconds = 90\nsay = "A \\"b\\"\\n\\\\ \\u007f"\n\n[[screen]]\nat = "k=1"\nanswers = [\n  { label = "x", is = "1" },\n]\n',
  )
  assert.deepEqual(draftOf({ id: "a", step: [{ at: "k=1" }] }), { id: "a", screen: [{ at: "k=1" }] })
})

test("a link holds a complete script, up to the size limit of its file", async () => {
  assert.equal(HASH, "#script=")
  for (const text of [
    "",
    "é 😀",
    tomlOf({ id: "a", screen: Array.from({ length: 30 }, (_, n) => ({ at: `/?k=${n}` })) }),
  ]) {
    const link = await packDeck(text)
    assert.match(link, /^[\w-]*$/)
    assert.equal(await unpackDeck(link), text)
  }
  const most = "#".repeat(200_000)
  assert.equal(await unpackDeck(await packDeck(most)), most)
  assert.equal(await unpackDeck(await packDeck(`${most}#`)), undefined)
  for (const none of ["%", "AAAA", "abc", "ÿ"]) assert.equal(await unpackDeck(none), undefined)
})
