// In place of the drawer's modules where nothing can be asked about a script: in a file, or in a notebook's cell.

/** @import { View } from "../types/view.js" */

/** @param {View} view */
export function bindDrawer({ root }) {
  for (const button of root.querySelectorAll("[data-key=script]")) button.remove()
}
export const addScreen = () => {}
export const toggleDrawer = () => {}
export const fillDrawer = () => {}
export const seenScreen = () => {}
