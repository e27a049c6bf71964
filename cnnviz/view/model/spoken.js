// Mathematics as screen readers should say it.

import { say } from "./words.js"

const GRADIENT = /∂(?:L\/∂)?(\p{L}[\d₀-₉]*)/gu
const LOW = "₀₁₂₃₄₅₆₇₈₉"

/** Return a text with its gradients in words and its indices as digits. @param {string} text */
export const spoken = (text) =>
  text
    .replace(GRADIENT, (_, name) => say("web.spoken.gradient", { name }))
    .replace(/[₀-₉]/g, (digit) => String(LOW.indexOf(digit)))

/** Return a map's symbol in words: "partial L by partial z1" for dz1. @param {string} symbol */
export const spokenSymbol = (symbol) => spoken(symbol.replace(/(^|\.)d(?=[a-z])/, "$1∂"))
