// Where there is nobody to ask, what asks nobody.

import { showHelp } from "./help_dialog.js"

/** @import { View } from "../types/view.js" */

/** @type {Record<string, (view: View) => unknown>} */
export const DIALOGS = { keys: showHelp }
