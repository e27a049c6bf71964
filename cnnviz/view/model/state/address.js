// Addresses as values: a setup is the query string. Hosts read and write the browser's address (hosts/).

import { EXTRA_KEYS, KEYS, PAGE_KEYS, PAGES } from "../../spec.js"

/** @typedef {Record<string, string>} Setup  a setup, or a change of one, by the keys of the address */

// Everything that the server's numbers depend on, except the stage of an update. Each response contains the pinned
// cell's numbers, and the keys of the view (PAGE_KEYS) change no number.
export const COMPUTED = [...KEYS.filter((key) => key !== "stage" && key !== "cell"), ...EXTRA_KEYS]

const ALL = [...KEYS, ...EXTRA_KEYS, ...PAGE_KEYS]
const OURS = new Set(ALL)

/** @param {(key: string) => boolean} which */
const keepKeys = (which) => (/** @type {Setup} */ setup) =>
  Object.fromEntries(Object.entries(setup).filter(([key]) => which(key)))

// Keys of an address that are ours, and all others (embed=true, utm_source=…).
export const ownKeys = keepKeys((key) => OURS.has(key))
export const foreignKeys = keepKeys((key) => !OURS.has(key))

/**
 * Return the keys that only affect the view. Invalid values of switches are off.
 * @param {Setup} address
 * @returns {Setup}
 */
export const viewKeys = (address) => ({
  ...Object.fromEntries(PAGE_KEYS.filter((key) => address[key]).map((key) => [key, address[key]])),
  view: address.view === "lecture" ? "lecture" : "",
  whole: address.whole === "1" ? "1" : "",
  hide: address.hide === "1" ? "1" : "",
  predict: address.predict === "1" ? "1" : "",
})

/**
 * Return whether two setups agree in these keys. A missing key equals an empty one.
 * @param {Setup} a
 * @param {Setup} b
 * @param {string[]} keys
 */
export const isEqual = (a, b, keys = ALL) => keys.every((key) => (a[key] ?? "") === (b[key] ?? ""))

/**
 * Return these keys of a setup, sorted, without empty values.
 * @param {Setup} setup @param {string[]} keys @returns {Setup}
 */
export const pickKeys = (setup, keys) =>
  Object.fromEntries([...keys].sort().flatMap((key) => (setup[key] ? [[key, setup[key]]] : [])))

/**
 * @param {string} query  with or without "?"
 * @returns {Setup}
 */
export const parse = (query) => Object.fromEntries(new URLSearchParams(query))

/**
 * Parse an address from an untrusted source. An unknown `page` is dropped, because it would become part of a URL.
 * @param {string} query
 * @returns {Setup}
 */
export function parseForeign(query) {
  const { page = "", ...setup } = parse(query)
  return page && PAGES.some(({ path }) => path === page) ? { ...setup, page } : setup
}

/**
 * Return the query of a setup without empty values; commas and colons stay unescaped.
 * @param {Setup} setup
 */
export const query = (setup) =>
  `?${Object.entries(setup)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2C|%3A/g, decodeURIComponent)}`)
    .join("&")}`
