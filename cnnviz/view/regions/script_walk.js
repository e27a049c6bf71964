// A script that one walks through: its sentence stands on each screen, and Page Down leads to the next one, on any page.

import { givenScript, giveScript } from "../given_script.js"
import { MOST_LINKED } from "../model/draft.js"
import { isBare, numberIn, placeOf } from "../model/script.js"
import { HASH, packed, unpacked } from "../model/script_link.js"
import { say } from "../model/words.js"
import { fillBar } from "./script_bar.js"

/** @import { ScriptData, ScriptHeader, View } from "../types/view.js" */

/** @type {Map<string, { data: ScriptData, of: string }>}  those that are known, for the next page too, and of which file one's own is */
const known = new Map()
let fault = "" // of the script, as the page says it

/** The file of a script that this tab was given; "" for one of the library. @param {string} id */
function fileOf(id) {
  const given = givenScript()
  return given?.id === id ? given.toml : ""
}

/** A script that a file holds. @param {ScriptData} data */
export const knowScript = (data) => known.set(data.id, { data, of: "" })

/**
 * Hands over a script, now if it is known. What cannot be read, or is not there, is none, and why.
 * @param {View} view
 * @param {string} id
 * @param {(data: ScriptData | undefined, why?: string) => void} act
 */
function withScript(view, id, act) {
  const of = fileOf(id)
  const found = known.get(id)
  if (found?.of === of) return act(found.data)
  const { numbers } = view.host
  if (!(of ? numbers.read : numbers.look)) return
  const arrived = view.awaiting()
  const take = (/** @type {unknown} */ answer) => {
    arrived()
    const { script, wrong, faults } = /** @type {Partial<ScriptHeader>} */ (answer ?? {})
    if (script) known.set(id, { data: script, of })
    const before = fault
    if (script) fault = faults?.[0] ?? ""
    if (script && fault && !view.look.view) view.tell(fault)
    else if (script && before && view.note === before) view.forget() // it is mended
    if (!view.stop.signal.aborted) act(script ?? undefined, wrong?.script)
  }
  of ? numbers.read?.(of, take) : numbers.look?.("script", { script: id }, take)
}

/** Shows where in its script the address is, now and whenever what it gives is called: the address was changed. @param {View} view */
export function bindScript(view) {
  const { address, numbers } = view.host
  /** @type {string | undefined}  the one that was asked for */
  let asked
  let bare = false // the address named a screen alone; an answer, which writes the whole setup into it, may come before the script
  const arrive = () => {
    const here = address.read()
    bare ||= isBare(here)
    const { script = "" } = here
    const wanted = script + fileOf(script)
    if (script && wanted !== asked) {
      asked = wanted
      withScript(view, script, (data, why) => (data ? arrive() : why && view.tell(why)))
    }
    const found = known.get(script)
    if (found?.of === fileOf(script) && bare) {
      bare = false
      goTo(view, found.data, numberIn(found.data, here), true)
    }
    fill(view)
  }
  const linked = () => numbers.read && location.hash.startsWith(HASH) && openLink(view)
  addEventListener("hashchange", linked, { signal: view.stop.signal })
  arrive()
  linked()
  return arrive
}

/** The script of a link, from which it is taken away: from here on the tab has it. @param {View} view */
async function openLink(view) {
  const packed = location.hash.slice(HASH.length)
  history.replaceState(history.state, "", location.pathname + location.search)
  const toml = await unpacked(packed)
  if (toml === undefined) return view.tell(say("web.script.no_link"))
  readScript(view, toml, (header) => {
    if (!header.script) return view.tell(faultOf(header))
    const { script } = header
    giveScript({ id: script.id, toml })
    if (header.faults?.length) view.tell(faultOf(header))
    goTo(view, script, numberIn(script, view.host.address.read()), true)
  })
}

/**
 * Reads a script's file. It is always answered: where nobody answered, by a header without a script.
 * @param {View} view
 * @param {string | File} toml  a file where it is no text
 * @param {(header: Partial<ScriptHeader>) => void} act
 */
export function readScript(view, toml, act) {
  const { numbers } = view.host
  if (!numbers.read) return
  const arrived = view.awaiting()
  numbers.read(toml, (answer) => {
    arrived()
    const header = /** @type {Partial<ScriptHeader>} */ (/** @type {unknown} */ (answer ?? {}))
    if (header.script) known.set(header.script.id, { data: header.script, of: String(toml) })
    act(header)
  })
}

/** Gives what is wrong with a file that was read. @param {Partial<ScriptHeader>} header */
export const faultOf = ({ faults = [] }) => faults[0] ?? say("web.notice.silent")

/** @param {View} view @param {ScriptData} script @param {number} number @param {boolean} [replace] @param {import("../model/address.js").Setup} [look] */
function goTo(view, script, number, replace = false, look = {}) {
  const { page, address } = placeOf(script, number, { ...view.host.address.read(), ...look })
  view.travel(page, address, { replace })
  if (page === "learn" && page === view.page) view.host.numbers.ask() // the screen may ask something else now
  fill(view)
}

/** A link to what is shown, for others: it holds the script that only this tab knows. @param {View} view */
export async function linkOf(view) {
  const { script = "", screen = "" } = view.host.address.read()
  const toml = fileOf(script)
  if (!toml || (known.get(script)?.data.screens.length ?? 0) > MOST_LINKED) return view.link()
  return wholeLink(view, toml, `?screen=${screen || 1}`)
}

/** @param {View} view @param {string} toml @param {string} [query] */
export const wholeLink = async (view, toml, query = "") =>
  `${view.host.address.link({}).replace(/[?#].*/, "")}${query}${HASH}${await packed(toml)}`

/** Goes to a screen of a script, from 1. @param {View} view @param {string} id @param {number} number @param {import("../model/address.js").Setup} [look] */
export function visit(view, id, number, look) {
  withScript(view, id, (data) => data && number <= data.screens.length && goTo(view, data, number, false, look))
}

/** Goes to another screen of the script; past its ends one stays. @param {View} view @param {number} by */
export function walk(view, by) {
  const here = view.host.address.read()
  const script = known.get(here.script ?? "")?.data
  if (!script) return
  const number = numberIn(script, here) + by
  if (number >= 1) visit(view, script.id, number)
}

/** The screen of a script that one is at, of how many; undefined outside of any. @param {View} view */
export function screenOf(view) {
  const here = view.host.address.read()
  const script = known.get(here.script ?? "")?.data
  return script && { number: numberIn(script, here), count: script.screens.length }
}

/** Leaves the script; the screen stays. @param {View} view */
export function leaveScript(view) {
  const { script: _, screen: __, ...rest } = view.host.address.read()
  view.travel(view.page, rest)
  fill(view)
}

/** @param {View} view */
function fill(view) {
  const here = view.host.address.read()
  fillBar(view, known.get(here.script ?? "")?.data, here)
}
