// Replaces dialogs.js in hosts without Python: only dialogs that need no request.

import { showHelp } from "./help_dialog.js"

/** @import { View } from "../types/view.js" */

/** @type {Record<string, (view: View) => unknown>} */
export const DIALOGS = { keys: showHelp }
