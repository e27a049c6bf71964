// The pages by path: what each shows in its middle. A page that is not named here shows a board.

import { Board } from "./board.js"
import { Check } from "./check.js"
import { Film } from "./film.js"
import { Learn } from "./learn.js"
import { Notebook } from "./notebook.js"
import { Step } from "./step.js"

/** @import { Kind } from "./actions.js" */

/** @type {Record<string, Kind>} */
const PAGES = { "": Step, train: Film, check: Check, notebook: Notebook, learn: Learn }

/** @param {string} page */
export const kindOf = (page) => PAGES[page] ?? Board
