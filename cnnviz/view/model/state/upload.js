// A file of one's own gradients, which goes along with every question about them: it is on no address, nobody keeps it but
// this page, and a reload forgets it.

/** @import { Setup } from "../../types/view.js" */
/** @typedef {{ name: string, content: Blob }} Upload */

/** @type {Upload | undefined} */
let held
let count = 0 // of files so far: an answer is to one of them

/** From now on this is the file. @param {Upload | undefined} file */
export function holdFile(file) {
  held = file
  count += 1
}

/** Gives what of a question goes along to a page's address: the query of its own, and what is sent. @param {string} page @param {Setup} setup */
export function alongTo(page, setup) {
  if (!held || page !== "check" || setup.check !== "own") return undefined
  return { query: { file: held.name, own: String(count) }, body: held.content }
}
