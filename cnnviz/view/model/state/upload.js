// The visitor's file of gradients, which is sent with every request about them. It is not part of an address and is
// lost on reload.

/** @import { Setup } from "../../types/view.js" */
/** @typedef {{ name: string, content: Blob }} Upload */

/** @type {Upload | undefined} */
let currentFile
let count = 0 // number of files so far, which identifies the file of a response

/** Set the current file. @param {Upload | undefined} file */
export function holdFile(file) {
  currentFile = file
  count += 1
}

/**
 * Return the additional query and body of a request to a page, or undefined if it needs neither.
 * @param {string} page @param {Setup} setup
 */
export function uploadFor(page, setup) {
  if (!currentFile || page !== "check" || setup.check !== "own") return undefined
  return { query: { file: currentFile.name, own: String(count) }, body: currentFile.content }
}
