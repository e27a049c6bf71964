// The state of a page as one value, and its transitions: only next(state, event) changes it. Whether a response is
// pending, or belongs to the current address, follows from the state. shell/setup_view.js sends requests, listens and
// paints.

import { isEqual, viewKeys } from "./address.js"

/** @import { Setup } from "../../types/view.js" */
/** @typedef {{ asked: Setup, setup: Setup, order: readonly string[] }} Shown  a response: the request, its setup, and its stages */
/**
 * @typedef {object} State
 * @property {string} page
 * @property {readonly string[]} computed  the keys of the address that the page's numbers depend on
 * @property {boolean} covers  whether this page can hide numbers
 * @property {Setup} wanted  requested address, as far as it is known
 * @property {string} to  requested page
 * @property {Shown | null} shown
 * @property {string} stage
 * @property {Setup} look  keys of the view, which no number depends on
 * @property {boolean} veiled  whether this stage's numbers are hidden
 * @property {string} covered  the position at which the presenter last hid them
 * @property {boolean} onward  whether the pending numbers are to be predicted before they are shown
 */
/**
 * @typedef {{ type: "answered", asked: Setup, setup: Setup, order: readonly string[], here: Setup, running: boolean }
 *   | { type: "went", change: Setup, running: boolean }
 *   | { type: "leapt", address: Setup }
 *   | { type: "turned", change: Setup, page: string }
 *   | { type: "travelled", address: Setup }
 *   | { type: "moved", change: Setup }
 *   | { type: "looked", change: Setup }
 *   | { type: "unveiled" }
 *   | { type: "veiled" }
 *   | { type: "led", hidden: boolean | undefined }} Event  `here` is the current address; `running`: whether the animation plays; `hidden`: whether the presenter hides numbers, if there is one
 */

/** @param {string} page @param {readonly string[]} computed @param {boolean} covers @param {Setup} address @returns {State} */
export const initialState = (page, computed, covers, address) => ({
  page,
  computed,
  covers,
  wanted: address,
  to: page,
  shown: null,
  stage: "x",
  look: viewKeys(address),
  veiled: false,
  covered: "",
  onward: false,
})

/**
 * Return whether two setups have the same numbers on this page.
 * @param {State} state @param {Setup} one @param {Setup} other
 */
const hasSameNumbers = ({ computed }, one, other) => isEqual(one, other, [...computed])

/** Return whether the shown response is for this setup. @param {State} state @param {Setup} setup */
const isShown = (state, setup) =>
  state.shown !== null
  && (hasSameNumbers(state, setup, state.shown.setup) || hasSameNumbers(state, setup, state.shown.asked))

/** Return whether a response is pending. @param {State} state */
export const isWaiting = (state) => state.to !== state.page || !isShown(state, state.wanted)

/** Return whether numbers are hidden until they are revealed or predicted. @param {State} state */
export const canHide = ({ look, covers }) => covers && (look.hide === "1" || look.predict === "1")

/**
 * Return whether a response is for the current address, or repeats the one that is shown.
 * @param {State} state @param {Setup} asked @param {Setup} here
 */
export const accepts = (state, asked, here) =>
  hasSameNumbers(state, asked, here)
  || (state.shown !== null && !isWaiting(state) && hasSameNumbers(state, asked, state.shown.asked))

/** Return whether a setup is the shown one at an earlier update. @param {State} state @param {Setup} setup */
export const isBefore = (state, setup) => {
  const shownSetup = state.shown?.setup
  return (
    shownSetup !== undefined
    && Number(setup.k) < Number(shownSetup.k)
    && hasSameNumbers(state, { ...setup, k: shownSetup.k }, shownSetup)
  )
}

/**
 * Return whether the numbers of a stage reached by stepping forward are hidden, on a screen that hides them.
 * @param {State} state @param {string} stage @param {boolean} onward @param {boolean} running
 */
const isVeiled = (state, stage, onward, running) => onward && canHide(state) && !running && stage !== "x"

/** @param {State} state */
const positionKey = ({ page, shown, stage }) => `${page} ${shown?.setup.k} ${stage}`

/**
 * Return the state after an event.
 * @param {State} state
 * @param {Event} event
 * @returns {State}
 */
export function nextState(state, event) {
  switch (event.type) {
    case "answered":
      return afterResponse(state, event)
    case "went":
      return afterStep(state, event)
    case "leapt":
      return { ...state, wanted: event.address, to: state.page, onward: false }
    case "turned":
      return { ...state, wanted: { ...state.wanted, ...event.change }, to: event.page }
    case "travelled":
      return afterTravel(state, event.address)
    case "moved":
      return {
        ...state,
        wanted: { ...state.wanted, ...event.change },
        shown: state.shown && { ...state.shown, setup: { ...state.shown.setup, ...event.change } },
      }
    case "looked": {
      const lookKeys = viewKeys({ ...state.look, ...event.change })
      return {
        ...state,
        look: lookKeys,
        wanted: { ...state.wanted, ...lookKeys },
        veiled: state.veiled && canHide({ ...state, look: lookKeys }),
      }
    }
    case "unveiled":
      return { ...state, veiled: false }
    case "veiled":
      return { ...state, veiled: canHide(state) }
    case "led":
      return afterPresenter(state, event.hidden)
  }
}

/** @param {State} state @param {Extract<Event, { type: "answered" }>} event @returns {State} */
function afterResponse(state, { asked, setup, order, here, running }) {
  if (!accepts(state, asked, here)) return state // a newer response is on its way
  const followsStage = isEqual(asked, here, ["stage"]) || !order.includes(here.stage)
  const stage = followsStage ? setup.stage : here.stage
  const isHidden = !state.shown || state.onward
  const isNextVeiled = isHidden ? isVeiled(state, stage, true, running) : state.veiled
  const wantedSetup = { ...setup, stage, ...state.look }
  return {
    ...state,
    wanted: wantedSetup,
    to: state.page,
    shown: { asked, setup, order },
    stage,
    veiled: isNextVeiled,
    onward: false,
  }
}

/** @param {State} state @param {Extract<Event, { type: "went" }>} event @returns {State} */
function afterStep(state, { change, running }) {
  const wantedSetup = { ...state.wanted, ...change }
  const isOther = !hasSameNumbers(state, wantedSetup, state.wanted)
  const isOnward = isOther ? state.look.predict === "1" && !isBefore(state, wantedSetup) : state.onward
  const movedState = { ...state, wanted: wantedSetup, onward: isOnward, covered: "" }
  const order = state.shown?.order ?? []
  if (!change.stage || change.stage === state.stage) return movedState
  if (state.shown && !order.includes(change.stage)) return movedState // a stage of another network, whose response is pending
  const isNextVeiled = isVeiled(state, change.stage, order.indexOf(change.stage) > order.indexOf(state.stage), running)
  return { ...movedState, stage: change.stage, veiled: isNextVeiled }
}

/**
 * Handle a changed address: Back or Forward, the presenter, or an edit by hand.
 * @param {State} state @param {Setup} address @returns {State}
 */
function afterTravel(state, address) {
  const lookKeys = viewKeys(address)
  if (!state.shown) return { ...state, wanted: address, look: lookKeys }
  if (isWaiting(state) && hasSameNumbers(state, address, state.wanted)) return state
  const { setup, order } = state.shown
  // The response will contain the keys that the address leaves out.
  if (!isShown(state, address)) return { ...state, wanted: address, to: state.page, look: lookKeys }
  const stage = order.includes(address.stage) ? address.stage : state.stage
  return { ...state, wanted: { ...setup, stage, ...lookKeys }, to: state.page, stage, look: lookKeys, onward: false }
}

// Follow the presenter, who hides and reveals numbers for the whole room. A follower who has answered keeps seeing
// them.
/** @param {State} state @param {boolean | undefined} hidden @returns {State} */
function afterPresenter(state, hidden) {
  const currentKey = positionKey(state)
  if (hidden && currentKey === state.covered) return state
  const isNextVeiled = hidden === undefined ? state.veiled : hidden && canHide(state)
  return { ...state, covered: hidden ? currentKey : "", veiled: isNextVeiled }
}
