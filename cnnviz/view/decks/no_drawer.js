// Replaces the drawer's modules in hosts that cannot parse decks: a file or a notebook cell.

/** @import { View } from "../types/view.js" */

/** @param {View} view */
export function bindDrawer({ root }) {
  for (const button of root.querySelectorAll("[data-key=script]")) button.remove()
}
export const addScreen = () => {}
export const toggleDrawer = () => {}
export const fillDrawer = () => {}
export const captureThumbnail = () => {}
