// What a picture receives, and what the page reads from it. README.md says how to add a picture.

/** @import { Box, Cell, Numbers, Template } from "../types/view.js" */
/** @typedef {{ size: number, letters: number, most: number }} TypeRoom  font size for the cells of a part, how many characters fit, and how many fit in the smallest size; 0 if none do */
/** @typedef {{ open?: number, unfolded?: boolean, thrown?: number }} Choice  choices made in the picture */
/**
 * @typedef {object} Scene
 * @property {Numbers} numbers
 * @property {(symbol: string) => number} done  returns how many cells per channel of a map are computed so far
 * @property {(symbol: string) => boolean} moves  returns whether the strip's own canvas moves into the picture
 * @property {(id: string) => TypeRoom} room  returns the room in the cells of a part, measured once per size
 * @property {boolean} isUpright  whether the layout is vertical
 * @property {boolean} isSteady  whether cells change quickly, so that digits must depend on limits and not on values
 * @property {Choice} choice
 */
/** @typedef {(scene: Scene, symbol: string, cell: Cell) => Template} ScenePicture */
/** @typedef {{ width: number, height: number }} Room  in CSS pixels */
/** @typedef {{ box: Box, term: string, symbol: string, cell: Cell }} Spot  a hit area: its term of a sum and the cell whose number it shows */
/** @typedef {{ box: Box, rows: number, columns: number, term: (row: number, column: number) => string, place: (term: string) => [number, number] | null, say?: (row: number, column: number) => string, symbol?: string, cell?: (row: number, column: number) => Cell | null }} Field  hit areas of a map whose cells each belong to a term; `say` returns its value as text; `symbol` and `cell` are what its number belongs to */
/** @typedef {{ symbol: string, at: Cell, box: Box }} Shown  one channel of a map and its box */
/** @typedef {Shown & { from: Box, to: Box }} Flight  animation of a channel to its place */
/** @typedef {{ spots: Spot[], fields: Field[], shown: Shown[] }} Drawn  what is shown where, in CSS pixels */

/** Return a function that is a picture, with the types of its parameters. @param {ScenePicture} picture */
export const scenePicture = (picture) => picture
