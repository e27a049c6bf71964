// The typefaces: every letter and sign that the page may write is in one that it brings along.

import assert from "node:assert/strict"
import { test } from "node:test"
import { brotliDecompressSync } from "node:zlib"
import { fixture } from "./hooks.js"

/** WOFF 2: the tags that are a number, as far as the one that is looked for. */
const TAGS = ["cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post", "cvt ", "fpgm", "glyf", "loca", "prep"]

/** The table with the characters, out of a .woff2 file. */
function characterTable(file) {
  let at = 48
  const number = () => {
    let found = 0
    for (let byte = 128; byte & 128; ) {
      byte = file[at++]
      found = found * 128 + (byte & 127)
    }
    return found
  }
  let start = 0
  let found
  for (let n = file.readUInt16BE(12); n > 0; n--) {
    const flags = file[at++]
    const own = (flags & 63) === 63
    const tag = own ? file.toString("latin1", at, at + 4) : TAGS[flags & 63]
    if (own) at += 4
    const length = number()
    const transformed = ["glyf", "loca"].includes(tag) !== flags >> 6 > 0 // 3 says of those two that they are not
    const stored = transformed ? number() : length
    if (tag === "cmap") found = [start, length]
    start += stored
  }
  const tables = brotliDecompressSync(file.subarray(at, at + file.readUInt32BE(20)))
  return tables.subarray(found[0], found[0] + found[1])
}

/** The characters of a table: of its parts those of format 4 and 12. */
function charactersOf(table) {
  const found = new Set()
  for (let n = table.readUInt16BE(2); n > 0; n--) {
    const part = table.subarray(table.readUInt32BE(4 + 8 * (n - 1) + 4))
    const format = part.readUInt16BE(0)
    if (format === 12)
      for (let group = 0; group < part.readUInt32BE(12); group++)
        for (let c = part.readUInt32BE(16 + 12 * group); c <= part.readUInt32BE(20 + 12 * group); c++) found.add(c)
    if (format !== 4) continue
    const twice = part.readUInt16BE(6)
    for (let segment = 0; segment < twice; segment += 2)
      for (let c = part.readUInt16BE(16 + twice + segment); c <= part.readUInt16BE(14 + segment); c++)
        if (c !== 65535) found.add(c)
  }
  return found
}

/** Whether a character is one that a face is for. */
const isFor = (only, c) =>
  !only
  || only.split(", ").some((range) => {
    const [from, to = from] = range
      .replace("U+", "")
      .split("-")
      .map((end) => Number.parseInt(end, 16))
    return from <= c && c <= to
  })

test("every drawn letter and sign is in an embedded typeface, in both families or in one", () => {
  const { characters, fonts } = fixture("drawn")
  const faces = fonts.map(([file, family, only]) => ({
    family,
    only,
    has: charactersOf(characterTable(Buffer.from(file, "base64"))),
  }))
  assert.ok(characters.includes("∑") && characters.includes("⊙") && characters.length > 150)
  const missing = characters.filter(
    (c) => c > " " && !faces.some(({ has, only }) => isFor(only, c.codePointAt(0)) && has.has(c.codePointAt(0))),
  )
  assert.deepEqual(missing, [])
  for (const { has, only } of faces.slice(-2))
    assert.deepEqual(
      [...has].filter((c) => !isFor(only, c)),
      [],
      "each sign is asked for",
    )
})
