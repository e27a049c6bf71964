// The module that the server writes, spec.js, comes from the fixtures here; and what reads them.

import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const folder = process.env.CNNVIZ_FIXTURES ?? ""

// A module that is imported as "…/words.js?fr" is one of its own, with all that it imports, for readers of French.
registerHooks({
  resolve(specifier, context, next) {
    const lang = new URL(context.parentURL ?? "file:///").search || new URL(specifier, "file:///").search
    if (specifier.endsWith("/spec.js"))
      return { url: pathToFileURL(join(folder, `spec${lang.replace("?", ".")}.mjs`)).href, shortCircuit: true }
    const found = next(specifier, context)
    return lang && found.url.startsWith("file:") && !found.url.includes("?")
      ? { ...found, url: found.url + lang, shortCircuit: true }
      : found
  },
})

export const fixture = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf-8"))
