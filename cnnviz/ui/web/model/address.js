// The browser's address is the lesson. This file is the only one that reads or writes it.

import { EXTRA_KEYS, KEYS } from "../spec.js"

export const read = () => Object.fromEntries(new URLSearchParams(location.search))

export const same = (a, b, keys = [...KEYS, ...EXTRA_KEYS]) => keys.every((key) => (a[key] ?? "") === (b[key] ?? ""))

// Everything that the server computes from; between stages of one update nothing of it changes.
export const COMPUTED = [...KEYS.filter((key) => key !== "stage"), ...EXTRA_KEYS]

const text = (lesson) =>
  "?" + Object.keys(lesson).filter((key) => lesson[key] !== "").map((key) => `${key}=${encodeURIComponent(lesson[key]).replaceAll("%2C", ",")}`).join("&")

export const link = (lesson) => location.origin + location.pathname + text(lesson)

// `server`: let Streamlit run the page for the new address. It does so on "popstate", the event of the
// browser's own Back, so a step made here and a step back through history are one and the same thing.
export function visit(lesson, { replace = false, server = true, path = location.pathname } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", path + text(lesson))
  if (server) dispatchEvent(new PopStateEvent("popstate"))
}
