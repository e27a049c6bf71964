// The path through the lessons: its layout, its connections, and the next lesson.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  answeredCount,
  firstUnanswered,
  forksOf,
  nextLesson,
  placeLessons,
} from "../../cnnviz/pages/learn/lesson_path.js"

const lesson = (id, after = [], steps = 2) => ({ id, after, steps })
const TREE = [
  lesson("a"),
  lesson("b", ["a"]),
  lesson("c", ["b"]),
  lesson("d", ["b"]),
  lesson("e", ["c"]),
  lesson("own"),
]

test("a lesson is one column after its prerequisites, and no two lessons share a position", () => {
  const places = placeLessons(TREE)
  const at = Object.fromEntries(places.map(({ lesson: { id }, column, row }) => [id, [column, row]]))
  assert.deepEqual(at, { a: [0, 1], b: [1, 1], c: [2, 0], d: [2, 2], e: [3, 0], own: [0, 4] })
  assert.equal(new Set(places.map(({ column, row }) => `${column} ${row}`)).size, places.length)
})

test("a lesson with two prerequisites is after the later one, and unknown or circular names are ignored", () => {
  const [a, , c] = placeLessons([lesson("a"), lesson("b", ["a"]), lesson("c", ["a", "b"])])
  assert.deepEqual([a.column, c.column, c.parents], [0, 2, ["b"]])
  const circle = placeLessons([lesson("a", ["b"]), lesson("b", ["a"]), lesson("c", ["none"])])
  assert.equal(circle.length, 3)
  assert.ok(circle.every(({ column, row }) => Number.isInteger(column) && row >= 0))
})

test("lines lead from the row of each lesson to the rows of the lessons that build on it", () => {
  const forks = forksOf(placeLessons(TREE))
  assert.deepEqual(forks[1], {
    column: 1,
    from: 0,
    to: 2,
    edges: [
      { from: 1, to: 0 },
      { from: 1, to: 2 },
    ],
  })
  assert.equal(forks.flatMap(({ edges }) => edges).length, 4)
})

test("the next lesson was begun or has completed prerequisites, and its first question has no answer", () => {
  const done = { 1: "right", 2: "seen" }
  const next = (marks) => nextLesson(TREE, (id) => marks[id] ?? {})?.id
  assert.equal(next({}), "a")
  assert.equal(next({ a: done }), "b")
  assert.equal(next({ a: done, b: done, d: { 1: "right" } }), "d")
  assert.equal(next({ b: done }), "a")
  assert.equal(next(Object.fromEntries(TREE.map(({ id }) => [id, done]))), "a")
  assert.equal(
    nextLesson([], () => ({})),
    undefined,
  )
  assert.deepEqual([firstUnanswered(TREE[0], { 1: "seen" }), firstUnanswered(TREE[0], done)], [2, 1])
  assert.equal(answeredCount(TREE[0], { 1: "right", 7: "right" }), 1)
})
