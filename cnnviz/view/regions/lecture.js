// The lecture view: one picture at every size of the screen. Its style sheet is lecture.css; what is drawn on a canvas
// is laid out as for 720 lines, and larger by these factors.

/** @import { View } from "./lesson_view.js" */

/** The lecture view's length: a hundredth of the screen's height, or of what 16:9 would leave of it. */
const unit = () => Math.min(innerHeight / 100, innerWidth * 0.005625)

/** Height of the filmstrip, in lines of 720: of maps of one channel, and of several. */
export const FILM = { one: 132, several: 146 }

/** The filmstrip, and all that is laid out as for 720 lines. */
export const times = () => unit() / 7.2

/** A mechanism: it has the room of the page's left column too. */
export const pictureTimes = () => 1.1 * times()

/** A mechanism on the page itself: on a screen that is larger than usual, with larger letters. */
export const panelTimes = () => Math.max(1, Math.min(innerHeight / 900, innerWidth / 1600))

/**
 * Whether a page is shown so; on a smaller screen the lecture view is the page's own layout.
 * @param {View} view
 */
export const isProjected = ({ look }) => look.view === "lecture" && matchMedia("(min-width: 1024px)").matches
