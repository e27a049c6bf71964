// The dialogs by name.

import { showCifar10 } from "./cifar10_dialog.js"
import { showDrawing } from "./drawing_dialog.js"
import { showFiles } from "./files_dialog.js"
import { showHelp } from "./help_dialog.js"
import { showModel } from "./model_dialog.js"
import { showPicture, showUserGradients, showWeights } from "./uploads_dialog.js"

/** @import { View } from "../types/view.js" */

/** @type {Record<string, (view: View) => unknown>} */
export const DIALOGS = {
  keys: showHelp,
  files: showFiles,
  weights: showWeights,
  model: showModel,
  upload: showPicture,
  drawing: showDrawing,
  cifar10: showCifar10,
  own_gradients: showUserGradients,
}
