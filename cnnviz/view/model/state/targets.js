// What goes with another image, or another network: the outputs keep their names, and targets that said a class say the image's.

import { CLASSES, DEFAULT_CLASSES, IMAGES } from "../../spec.js"

/** @import { Setup } from "../../types/view.js" */

/** Gives what the outputs of a setup are called, as far as it says so. @param {Setup} lesson */
function namesOf({ classes, img, y = "" }) {
  if (classes) return classes.split(",")
  const two = y.split(",").length === DEFAULT_CLASSES.length
  return img === IMAGES[0].id && two ? DEFAULT_CLASSES : []
}

const NAMED = /^(?!test|train)(?:(?:digit|small)(?=\d))?(\w+)-h?\d+$/ // an id that says its class

/** Finds which digits an image is of, by their size; "" for all others. @param {string} id */
export const kindOf = (id) => /^(?:digit|small)(?=\d)/.exec(id)?.[0] ?? ""

/** Gives what is on an image, as far as its id says so. @param {string} id */
export const labelOf = (id) => IMAGES.find((image) => image.id === id)?.label || (NAMED.exec(id)?.[1] ?? "")

/** A change with the names that outputs have in another network: all classes of the image's kind where it has as many, else those
 * that they had, as many as it has, the image's among them; it names none itself. @param {Setup} change @param {Setup} setup @returns {Setup} */
function withNames(change, setup) {
  const outputs = Number(/.*dense(\d+)/.exec(change.net)?.[1] ?? 0)
  const [names, label, all] = [namesOf(setup), labelOf(setup.img), CLASSES[kindOf(setup.img)]]
  const others = outputs && outputs !== (setup.y ?? "").split(",").length
  if (others && outputs === all.length && [label, ...names].every((name) => all.includes(name)))
    return { ...change, classes: all.join(",") }
  if (!names.length || !outputs || outputs === names.length) return change
  const kept = names.slice(0, outputs)
  if (names.includes(label) && !kept.includes(label)) kept[outputs - 1] = label
  return { ...change, classes: kept.join(",") }
}

/** A change with the names and targets that another image brings along, where it names none itself. @param {Setup} change @param {Setup} setup @param {string} [label] what is on the image, where its id does not say so @returns {Setup} */
export function withTargets(change, setup, label = labelOf(change.img ?? "")) {
  if (change.net && !("img" in change || "classes" in change)) return withNames(change, setup)
  if (!change.img || change.img === setup.img || "y" in change || "classes" in change || "net" in change) return change
  const names = namesOf(setup)
  if (!names.length) return change
  const outputs = (setup.y ?? "").split(",").map(Number)
  const isClass = outputs.filter(Boolean).length === 1 && outputs.includes(1)
  const place = names.indexOf(label)
  const named = { ...change, classes: names.join(",") }
  return isClass && place >= 0 ? { ...named, y: outputs.map((_, n) => Number(n === place)).join(",") } : named
}
