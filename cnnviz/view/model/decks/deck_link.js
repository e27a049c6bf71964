// A deck as a link: raw deflate of its file, in URL-safe base64.

import { LIMITS } from "../../spec.js"

export const HASH = "#script="

/** @param {string} toml */
export async function packDeck(toml) {
  const stream = new Blob([toml]).stream().pipeThrough(new CompressionStream("deflate-raw"))
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "")
}

/**
 * Return the file's text, or undefined if the link is invalid or the text exceeds the size limit of a deck. Inflating
 * stops at the limit.
 * @param {string} text
 */
export async function unpackDeck(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
      letter.charCodeAt(0),
    )
    return await inflate(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")))
  } catch {
    return undefined
  }
}

/** @param {ReadableStream<Uint8Array>} stream */
async function inflate(stream) {
  const reader = stream.getReader()
  const letters = new TextDecoder("utf-8", { fatal: true })
  let [text, length] = ["", 0]
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + letters.decode()
    length += value.length
    if (length > LIMITS.script) {
      await reader.cancel()
      return undefined
    }
    text += letters.decode(value, { stream: true })
  }
}
