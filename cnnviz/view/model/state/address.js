// Addresses as values: a setup is what stands behind the "?". Who reads and writes the browser's own is a
// host's affair (hosts/).

import { EXTRA_KEYS, KEYS, PAGE_KEYS, PAGES } from "../../spec.js"

/** @typedef {Record<string, string>} Setup  a setup, or a change of one, by the keys of the address */

// Everything that the server computes from; between stages of one update nothing of it changes. The cell that is
// pinned is in every answer, and how a page is looked at (PAGE_KEYS) changes no number.
export const COMPUTED = [...KEYS.filter((key) => key !== "stage" && key !== "cell"), ...EXTRA_KEYS]

const ALL = [...KEYS, ...EXTRA_KEYS, ...PAGE_KEYS]
const OURS = new Set(ALL)

/** @param {(key: string) => boolean} which */
const only = (which) => (/** @type {Setup} */ setup) =>
  Object.fromEntries(Object.entries(setup).filter(([key]) => which(key)))

// What of an address is ours, and what others put there (embed=true, utm_source=…).
export const own = only((key) => OURS.has(key))
export const foreign = only((key) => !OURS.has(key))

/**
 * How a page is looked at; of what can only be on, anything else is off.
 * @param {Setup} address
 * @returns {Setup}
 */
export const looks = (address) => ({
  ...Object.fromEntries(PAGE_KEYS.filter((key) => address[key]).map((key) => [key, address[key]])),
  view: address.view === "lecture" ? "lecture" : "",
  whole: address.whole === "1" ? "1" : "",
  hide: address.hide === "1" ? "1" : "",
  predict: address.predict === "1" ? "1" : "",
})

/**
 * Whether two setups agree in these keys; a key that is missing is as good as an empty one.
 * @param {Setup} a
 * @param {Setup} b
 * @param {string[]} keys
 */
export const same = (a, b, keys = ALL) => keys.every((key) => (a[key] ?? "") === (b[key] ?? ""))

/**
 * @param {string} query  with or without its "?"
 * @returns {Setup}
 */
export const parse = (query) => Object.fromEntries(new URLSearchParams(query))

/**
 * Parse an address that came from somebody else. A `page` that does not exist is left out: it would become part of a URL.
 * @param {string} query
 * @returns {Setup}
 */
export function parseForeign(query) {
  const { page = "", ...setup } = parse(query)
  return page && PAGES.some(({ path }) => path === page) ? { ...setup, page } : setup
}

/**
 * The query of a setup, its commas and colons as they are; what is empty is left out.
 * @param {Setup} setup
 */
export const query = (setup) =>
  `?${Object.entries(setup)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2C|%3A/g, decodeURIComponent)}`)
    .join("&")}`
