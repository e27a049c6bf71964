// The module that the server writes, spec.js, comes from the fixtures here; and what reads them.

import { readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

const folder = process.env.CNNVIZ_FIXTURES ?? ""

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith("/spec.js")
      ? { url: pathToFileURL(join(folder, "spec.mjs")).href, shortCircuit: true }
      : next(specifier, context),
})

export const fixture = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf-8"))
