// The content class of each page, by path. Other pages show a gradient chain.

import { Check } from "../../pages/check/check.js"
import { Learn } from "../../pages/learn/learn.js"
import { Notebook } from "../../pages/notebook/notebook.js"
import { Step } from "../../pages/step/step.js"
import { Film } from "../../pages/train/film.js"
import { GradientChain } from "./gradient_chain.js"

/** @import { Kind } from "../controls/actions.js" */

/** @type {Record<string, Kind>} */
const PAGES = { "": Step, train: Film, check: Check, notebook: Notebook, learn: Learn }

/** @param {string} page */
export const kindOf = (page) => (Object.hasOwn(PAGES, page) ? PAGES[page] : GradientChain)
