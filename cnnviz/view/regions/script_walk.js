// A script that one walks through: its sentence stands over each screen, and Page Down leads to the next one, on any page.

import { isBare, numberIn, placeOf } from "../model/script.js"
import { say } from "../model/words.js"
import { setText } from "./html.js"

/** @import { ScriptData, ScriptHeader } from "../types/wire.js" */
/** @import { View } from "./lesson_view.js" */

/** @type {Map<string, ScriptData>}  those that are known, for the next page too */
const known = new Map()

/** Shows where in its script the address is, now and whenever what it gives is called: the address was changed. @param {View} view */
export function bindScript(view) {
  const { address, numbers } = view.host
  /** @type {string | undefined}  the one that was asked for */
  let asked
  let bare = false // the address named a screen alone; an answer, which writes the whole lesson into it, may come before the script
  const arrive = () => {
    const here = address.read()
    bare ||= isBare(here)
    const { script = "" } = here
    const found = known.get(script)
    if (script && !found && script !== asked) {
      asked = script
      numbers.look?.("script", { script }, (answer) => {
        const { script: data } = /** @type {ScriptHeader} */ (/** @type {unknown} */ (answer ?? {}))
        if (data) known.set(script, data)
        if (!view.stop.signal.aborted) arrive()
      })
    }
    if (found && bare) {
      bare = false
      const { page, address: there } = placeOf(found, numberIn(found, here), here)
      view.travel(page, there, { replace: true })
    }
    fill(view)
  }
  arrive()
  return arrive
}

/** Goes to another screen of the script; past its ends one stays. @param {View} view @param {number} by */
export function walk(view, by) {
  const here = view.host.address.read()
  const script = known.get(here.script ?? "")
  if (!script) return
  const number = numberIn(script, here) + by
  if (number < 1 || number > script.screens.length) return
  const { page, address } = placeOf(script, number, here)
  view.travel(page, address)
  fill(view)
}

/** The screen of a script that one is at, of how many; undefined outside of any. @param {View} view */
export function screenOf(view) {
  const here = view.host.address.read()
  const script = known.get(here.script ?? "")
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
  const bar = view.$(".script-bar")
  const here = view.host.address.read()
  const script = known.get(here.script ?? "")
  bar.hidden = !script
  if (!script) return
  const [number, count] = [numberIn(script, here), script.screens.length]
  const { title, say: sentence } = script.screens[number - 1]
  bar.setAttribute("aria-label", say("web.script.label", { title: script.title }))
  setText(view.$(".script-bar .place"), say("web.script.place", { number, count }))
  setText(view.$(".script-bar p"), sentence || title || script.title)
  view.field("screen_back").disabled = number === 1
  view.field("screen_next").disabled = number === count
}
