// Pictures of operations under node: their HTML, what is read in it, and the sums of their staircases.

import { snapshotsOf } from "./snapshots.js"

export const snapshots = snapshotsOf()

/** What a picture is given; cells that are this wide have room for as many letters. */
export const sceneOf = (numbers, { letters = 6, size = 15, most = letters + 1, ...how } = {}) => ({
  numbers,
  done: () => Number.POSITIVE_INFINITY,
  moves: () => false,
  room: () => ({ size, letters, most }),
  isUpright: false,
  isSteady: false,
  choice: {},
  ...how,
})

/** A template as HTML. What is set on elements only, as styles and pixels, is left out. */
export function htmlOf(part) {
  if (Array.isArray(part)) return part.map(htmlOf).join("")
  if (part?.strings) {
    let text = ""
    part.strings.forEach((string, n) => {
      text += string
      if (n === part.strings.length - 1) return
      const tag = text.slice(text.lastIndexOf("<"))
      const isInTag = tag.startsWith("<") && !tag.includes(">")
      if (!isInTag) text += htmlOf(part.values[n])
      else if (/ \.\w+=$/.test(tag)) text = text.replace(/ \.\w+=$/, "")
      else if (/="?[^"]*$/.test(tag) && !part.values[n]?._$litDirective$)
        text += tag.endsWith("=") ? `"${quoted(part.values[n])}"` : quoted(part.values[n])
    })
    return text
  }
  if (part?._$litDirective$) return htmlOf(part.values[0])
  return plain(part)
}

const plain = (value) => (typeof value === "symbol" || value == null || value === false ? "" : String(value))

const quoted = (value) => plain(value).replaceAll('"', "&quot;")

/** The elements of a picture with what is said about them: tag, and attributes by name. */
export const elementsOf = (html) =>
  [...html.matchAll(/<(\w+)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*>/g)].map(([, tag, attributes]) => ({
    tag,
    ...Object.fromEntries(
      [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value.replaceAll("&quot;", '"')]),
    ),
  }))

export const pictureHtml = (picture, numbers, symbol, cell, how) => htmlOf(picture(sceneOf(numbers, how), symbol, cell))

/** All that is written in a picture. */
export const textOf = (picture, numbers, symbol, cell, how) =>
  pictureHtml(picture, numbers, symbol, cell, how)
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")

/** The terms and the total of each staircase. */
export const sumsOf = (picture, numbers, symbol, cell, how) =>
  [...pictureHtml(picture, numbers, symbol, cell, how).matchAll(/<ol.*?<\/ol>/gs)].flatMap(([list]) => {
    const values = elementsOf(list).flatMap((element) => (element["data-value"] ? [Number(element["data-value"])] : []))
    return values.length ? [{ terms: values.slice(0, -1), total: values.at(-1) }] : []
  })

/** How the cells of a picture's heat maps belong to terms, in the order of the maps. */
export function relationsOf(part) {
  if (Array.isArray(part)) return part.flatMap(relationsOf)
  if (!part?.strings) return []
  return part.values.flatMap((value, n) =>
    / \.relate=$/.test(part.strings[n]) ? (value ? [value] : []) : relationsOf(value),
  )
}
