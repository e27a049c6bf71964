// The path through the lessons: the next lesson, and the place of each lesson after its prerequisites.

/** @import { Mark } from "./progress.js" */
/** @import { LearnListed } from "../../view/types/view.js" */
/** @typedef {Record<string, Mark>} Marks  marks of answered questions by number */
/** @typedef {{ lesson: LearnListed, column: number, row: number, parents: string[] }} Place  a lesson's place; rows count halves, and `parents` are those in the column before */
/** @typedef {{ column: number, from: number, to: number, edges: { from: number, to: number }[] }} Fork  connections between a column and the next; from and to are rows */

/** Return the numbers of a lesson's questions. @param {LearnListed} lesson */
const numbersOf = ({ steps }) => Array.from({ length: steps }, (_, n) => n + 1)

/** Return how many questions of a lesson are answered. @param {LearnListed} lesson @param {Marks} marks */
export const answeredCount = (lesson, marks) => numbersOf(lesson).filter((n) => marks[n]).length

/** Return the first question without an answer, or 1 if there is none. @param {LearnListed} lesson @param {Marks} marks */
export const firstUnanswered = (lesson, marks) => numbersOf(lesson).find((n) => !marks[n]) ?? 1

/**
 * Return the next lesson: a lesson already begun, or else the first one whose prerequisites are completed. If all are
 * completed, return the first lesson.
 * @param {readonly LearnListed[]} lessons @param {(id: string) => Marks} marksOf @returns {LearnListed | undefined}
 */
export function nextLesson(lessons, marksOf) {
  const isCompleted = (/** @type {LearnListed} */ lesson) => answeredCount(lesson, marksOf(lesson.id)) === lesson.steps
  const openLessons = lessons.filter((lesson) => !isCompleted(lesson))
  const isOpen = (/** @type {string} */ id) => openLessons.some((lesson) => lesson.id === id)
  return (
    openLessons.find((lesson) => answeredCount(lesson, marksOf(lesson.id)))
    ?? openLessons.find(({ after }) => !after.some(isOpen))
    ?? openLessons[0]
    ?? lessons[0]
  )
}

/**
 * Return the position of each lesson: one column after its last prerequisite, and centred on the lessons that build
 * on it.
 * @param {readonly LearnListed[]} lessons @returns {Place[]}
 */
export function placeLessons(lessons) {
  const byId = new Map(lessons.map((lesson) => [lesson.id, lesson]))
  const knownPrerequisites = (/** @type {LearnListed} */ { after }) => after.filter((id) => byId.has(id))
  /** @type {Map<string, number>} */
  const columns = new Map()
  const columnOf = (/** @type {LearnListed} */ lesson) => {
    const column = columns.get(lesson.id)
    if (column !== undefined) return column
    columns.set(lesson.id, 0) // ends the recursion if lessons build on each other
    const parentColumns = knownPrerequisites(lesson).map((id) => columnOf(/** @type {LearnListed} */ (byId.get(id))))
    columns.set(lesson.id, parentColumns.length ? Math.max(...parentColumns) + 1 : 0)
    return columns.get(lesson.id) ?? 0
  }
  for (const lesson of lessons) columnOf(lesson)
  const parentsOf = (/** @type {LearnListed} */ lesson) =>
    knownPrerequisites(lesson).filter((id) => columns.get(id) === (columns.get(lesson.id) ?? 0) - 1)
  /** @type {Map<string, number>} */
  const rows = new Map()
  let freeRow = 0
  const placeLesson = (/** @type {LearnListed} */ lesson) => {
    const children = lessons.filter((other) => parentsOf(other)[0] === lesson.id)
    for (const child of children) placeLesson(child)
    const [first, last] = [children[0], children.at(-1)].map((child) => child && rows.get(child.id))
    if (first === undefined || last === undefined) freeRow += 2
    rows.set(lesson.id, first === undefined || last === undefined ? freeRow - 2 : Math.round((first + last) / 2))
  }
  for (const lesson of lessons) if (!parentsOf(lesson).length) placeLesson(lesson)
  return lessons.map((lesson) => ({
    lesson,
    column: columns.get(lesson.id) ?? 0,
    row: rows.get(lesson.id) ?? 0,
    parents: parentsOf(lesson),
  }))
}

/**
 * Return the connections from each lesson to the lessons that build on it.
 * @param {readonly Place[]} places @returns {Fork[]}
 */
export function forksOf(places) {
  return places.flatMap((place) => {
    const children = places.filter(({ parents }) => parents.includes(place.lesson.id))
    const edges = children.map(({ row }) => ({ from: place.row, to: row }))
    const ends = edges.flatMap(({ from, to }) => [from, to])
    return edges.length ? [{ column: place.column, from: Math.min(...ends), to: Math.max(...ends), edges }] : []
  })
}
