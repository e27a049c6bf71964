// Consequences of another image or network: outputs keep their names, and a target that named a class names the new
// image's class.

import { CLASSES, DEFAULT_CLASSES, IMAGES } from "../../spec.js"

/** @import { Setup } from "../../types/view.js" */

/** Return the names of a setup's outputs, or [] if it has none. @param {Setup} lesson */
export function namesOf({ classes, img, y = "" }) {
  if (classes) return classes.split(",")
  const hasDefaultCount = y.split(",").length === DEFAULT_CLASSES.length
  return img === IMAGES[0].id && hasDefaultCount ? DEFAULT_CLASSES : []
}

const NAMED = /^(?!test|train|upload|drawing)(?:(?:digit|small)(?=\d))?(\w+)-h?\d+$/ // an image id that contains its class

/** Return the kind of digits by image size, or "" for other images. Drawings are as large as digits. @param {string} id */
export const kindOf = (id) => (/^drawing-/.test(id) ? "digit" : (/^(?:digit|small)(?=\d)/.exec(id)?.[0] ?? ""))

/** Return the label of an image as far as its id contains it, or "". @param {string} id */
export const labelOf = (id) => IMAGES.find((image) => image.id === id)?.label || (NAMED.exec(id)?.[1] ?? "")

/**
 * Return a change of network with names for its outputs. If the network has as many outputs as the image's kind has
 * classes, use those. Otherwise keep as many names as fit, including the image's.
 * @param {Setup} change @param {Setup} setup @returns {Setup}
 */
function withNames(change, setup) {
  const outputs = Number(/.*dense(\d+)/.exec(change.net)?.[1] ?? 0)
  const [names, label, all] = [namesOf(setup), labelOf(setup.img), CLASSES[kindOf(setup.img)]]
  const hasOtherCount = outputs && outputs !== (setup.y ?? "").split(",").length
  if (hasOtherCount && outputs === all.length && [label, ...names].every((name) => all.includes(name)))
    return { ...change, classes: all.join(",") }
  if (!names.length || !outputs || outputs === names.length) return change
  const keptNames = names.slice(0, outputs)
  if (names.includes(label) && !keptNames.includes(label)) keptNames[outputs - 1] = label
  return { ...change, classes: keptNames.join(",") }
}

/**
 * Return a change with the names and targets that follow from another image, unless it sets them.
 * @param {Setup} change @param {Setup} setup @param {string} [label] label of the image, if its id does not contain it @returns {Setup}
 */
export function withTargets(change, setup, label = labelOf(change.img ?? "")) {
  if (change.net && !("img" in change || "classes" in change)) return withNames(change, setup)
  if (!change.img || change.img === setup.img || "y" in change || "classes" in change || "net" in change) return change
  const names = namesOf(setup)
  if (!names.length) return change
  const outputs = (setup.y ?? "").split(",").map(Number)
  const isClass = outputs.filter(Boolean).length === 1 && outputs.includes(1)
  const classIndex = names.indexOf(label)
  const namedChange = { ...change, classes: names.join(",") }
  return isClass && classIndex >= 0
    ? { ...namedChange, y: outputs.map((_, n) => Number(n === classIndex)).join(",") }
    : namedChange
}
