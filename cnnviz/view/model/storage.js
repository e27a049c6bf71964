// Storage of this browser or tab. If the browser refuses it, values are kept in memory while the page is open.

/** @param {() => Storage} storage  throws if the browser refuses it */
function storageAccess(storage) {
  /** @type {Map<string, string>} */
  const memory = new Map()

  /** @param {string} key  @returns {string} "" if the key is missing */
  function read(key) {
    try {
      return storage().getItem(key) ?? ""
    } catch {
      return memory.get(key) ?? ""
    }
  }

  /** @param {string} key @param {string} value  an empty value removes the key */
  function write(key, value) {
    memory.set(key, value)
    try {
      value ? storage().setItem(key, value) : storage().removeItem(key)
    } catch {} // `here` keeps the value
  }

  /** @param {string} key @returns {Record<string, any>}  {} if the value is missing or invalid */
  function readRecord(key) {
    try {
      const stored = JSON.parse(read(key) || "{}")
      return stored && typeof stored === "object" ? stored : {}
    } catch {
      return {}
    }
  }

  /** @param {string} key @param {object} value */
  const writeRecord = (key, value) => write(key, JSON.stringify(value))

  return { read, write, readRecord, writeRecord }
}

export const inBrowser = storageAccess(() => localStorage)
export const inTab = storageAccess(() => sessionStorage)
