// What a picture receives, and what the page reads from it. README.md says how to add a picture.

/** @import { Field, Shown, Spot } from "../draw/sheet.js" */
/** @import { Cell, Numbers, Template } from "../types/view.js" */
/** @typedef {{ size: number, letters: number, most: number }} TypeRoom  font size for the cells of a part, how many characters fit, and how many fit in the smallest size; 0 if none do */
/** @typedef {{ open?: number, unfolded?: boolean, thrown?: number }} Choice  choices made in the picture */
/**
 * @typedef {object} Scene
 * @property {Numbers} numbers
 * @property {(symbol: string) => number} done  returns how many cells per channel of a map are computed so far
 * @property {(symbol: string) => boolean} moves  returns whether the strip's own canvas moves into the picture
 * @property {(id: string) => TypeRoom} room  returns the room in the cells of a part, measured once per size
 * @property {boolean} isPhone  whether the layout is vertical
 * @property {boolean} isSteady  whether cells change quickly, so that digits must depend on limits and not on values
 * @property {Choice} choice
 */
/** @typedef {(scene: Scene, symbol: string, cell: Cell) => Template} ScenePicture */
/** @typedef {{ spots: Spot[], fields: Field[], shown: Shown[], stated: boolean }} Drawn  what is shown where, in CSS pixels, and whether the picture states its sum */

/** Return a function that is a picture, with the types of its parameters. @param {ScenePicture} picture */
export const scenePicture = (picture) => picture
