// TOML of a deck, as decks/deck_file.py reads it.

/** @typedef {Record<string, any>} Table */

/** Return a TOML string: JSON syntax, except for characters that TOML does not allow. @param {string} text */
const quote = (text) => JSON.stringify(text.replace(/[\ud800-\udfff]/gu, "\ufffd")).replaceAll("\x7f", "\\u007f")

/** @param {string} key */
const formatKey = (key) => (/^[A-Za-z0-9_-]+$/.test(key) ? key : quote(key))

const isTable = (/** @type {unknown} */ value) => typeof value === "object" && value !== null && !Array.isArray(value)

/** Return a value in TOML. A list of tables takes a line per table. @param {any} value @returns {string} */
function formatValue(value) {
  if (typeof value === "string") return quote(value)
  if (Array.isArray(value))
    return value.some(isTable)
      ? `[\n${value.map((one) => `  ${formatValue(one)},\n`).join("")}]`
      : `[${value.map(formatValue).join(", ")}]`
  if (isTable(value))
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${formatKey(key)} = ${formatValue(one)}`)
      .join(", ")} }`
  return String(value)
}

/** Return the line of a field, or a line per language. @param {[string, any]} field */
const line = ([key, value]) =>
  isTable(value)
    ? Object.entries(value)
        .map(([inner, one]) => `${formatKey(key)}.${formatKey(inner)} = ${formatValue(one)}\n`)
        .join("")
    : `${formatKey(key)} = ${formatValue(value)}\n`

/** @param {Table} table */
const lines = (table) => Object.entries(table).map(line).join("")

/** Return a deck's file: its own fields, followed by a [[screen]] table per screen. @param {Table} deck */
export const tomlOf = ({ screen = [], ...fields }) =>
  [lines(fields), ...screen.map((/** @type {Table} */ one) => `\n[[screen]]\n${lines(one)}`)].join("")
