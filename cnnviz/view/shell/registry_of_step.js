// Replaces registry.js if Step is the only page: a setup in a file or a notebook cell.

import { Step } from "../../pages/step/step.js"

export const kindOf = () => Step
