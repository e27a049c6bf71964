// The visitor's preferences by name, stored in the browser.

import { inBrowser } from "../model/storage.js"

/** @param {string} name */
export const kept = (name) => inBrowser.read(`cnnviz.${name}`)

/** @param {string} name @param {string} value  "" deletes the entry */
export const keep = (name, value) => inBrowser.write(`cnnviz.${name}`, value)
