// Numbers as resources: asked for by address, kept by the browser, given up when they are overtaken.

import { query } from "../model/address.js"
import { remember, remembered } from "./tab.js"

/** @import { Lesson } from "../model/address.js" */

const AGAIN_IN = 1500 // milliseconds until a server that did not answer is asked again

/**
 * @param {URL} base  where the pages stand
 * @param {string} code  the version of the code here
 * @param {{ received: (bytes: Uint8Array, asked: Lesson) => void, failed: (sentence: string) => void }} act
 */
export function resources(base, code, act) {
  /** @type {AbortController | undefined} */
  let running
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again

  /**
   * Asks for what a page shows of a lesson; `keys` are those of the address that its numbers depend on.
   * @param {string} page
   * @param {Lesson} lesson
   * @param {string[]} keys
   */
  async function ask(page, lesson, keys) {
    running?.abort()
    clearTimeout(again)
    running = new AbortController()
    const { signal } = running
    const later = (/** @type {number} */ wait) => {
      again = setTimeout(() => ask(page, lesson, keys), wait)
    }
    try {
      const answer = await fetch(new URL(path(page, lesson, keys, code), base), { signal })
      if (answer.ok) {
        const bytes = new Uint8Array(await answer.arrayBuffer())
        remember("cnnviz.loads", "")
        return act.received(bytes, lesson)
      }
      const { sentence } = await answer.json().catch(() => ({ sentence: "" }))
      if (answer.status === 410 && loadAgain()) return
      act.failed(sentence)
      if (answer.status === 503) later(1000 * Number(answer.headers.get("Retry-After") ?? 1) * (0.5 + Math.random()))
    } catch {
      if (signal.aborted) return
      act.failed("")
      later(AGAIN_IN * (0.5 + Math.random()))
    }
  }
  return { ask }
}

/**
 * The address of a resource: only what its numbers depend on, in one order, so that a browser knows what it has.
 * @param {string} page
 * @param {Lesson} lesson
 * @param {string[]} keys
 * @param {string} code
 */
export function path(page, lesson, keys, code) {
  const asked = [...keys].sort().flatMap((key) => (lesson[key] ? [[key, lesson[key]]] : []))
  return `numbers/${code}/${page || "step"}${query(Object.fromEntries(asked))}`
}

// The server was updated: the page's own code is of yesterday.
function loadAgain() {
  if (remembered("cnnviz.loads")) return false // once
  remember("cnnviz.loads", "1")
  location.reload()
  return true
}
