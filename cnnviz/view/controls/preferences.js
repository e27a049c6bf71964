// What a visitor prefers, by its name.

import { inBrowser } from "../model/storage.js"

/** @param {string} name */
export const kept = (name) => inBrowser.read(`cnnviz.${name}`)

/** @param {string} name @param {string} value  what is empty is forgotten */
export const keep = (name, value) => inBrowser.write(`cnnviz.${name}`, value)
