// In place of registry.js where Step is the only page: a setup in a file, or in a notebook's cell.

import { Step } from "../../pages/step/step.js"

export const kindOf = () => Step
