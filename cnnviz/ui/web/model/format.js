// Numbers as text, and text as HTML.

const MINUS = "−"

// Four significant digits, a true minus sign, and a power of ten where zeros would fill the line.
export function number(value, digits = 4) {
  if (value === 0) return "0"
  const size = Math.abs(value)
  const text = size >= 1e5 || size < 1e-3 ? size.toExponential(digits - 1) : size.toPrecision(digits)
  return (value < 0 ? MINUS : "") + text.replace("e+", "e").replace("e-", `e${MINUS}`)
}

// As narrow as a map's cell or caption allows.
export function short(value) {
  if (value === 0) return "0"
  const size = Math.abs(value)
  const sign = value < 0 ? MINUS : ""
  if (size >= 1e4 || size < 1e-3) {
    return sign + size.toExponential(1).replace(".0e", "e").replace("e+", "e").replace("e-", `e${MINUS}`)
  }
  return sign + (size < 0.1 ? size.toPrecision(2) : size.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2))
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" }

// The power of a thousand that brings the largest of these values to 1 … 1000, if they are all small.
export function power(most) {
  return most > 0 && most < 0.1 ? 3 * Math.floor(Math.log10(most) / 3) : 0
}

export const timesPower = (exponent) => (exponent ? `× 10${[...String(exponent)].map((c) => RAISED[c]).join("")}` : "")

export const signed = (value, digits = 4) =>
  `<b class="${value < 0 ? "neg" : value > 0 ? "pos" : ""}">${value < 0 ? "" : "+"}${number(value, digits)}</b>`

// A number in at most `room` characters, for a field that somebody may edit; rounded only as far as need be.
export function fitting(text, room = 7) {
  const value = Number(text)
  const shorter = [5, 4, 3, 2].map((digits) => String(Number(value.toPrecision(digits))))
  const powers = [1, 0].map((digits) => value.toExponential(digits).replace("e+", "e"))
  return [text, ...shorter, ...powers].find((candidate) => candidate.length <= room) ?? powers[1]
}

// A factor inside a product: negative ones in brackets.
export const factor = (value, digits = 4) => (value < 0 ? `(${number(value, digits)})` : number(value, digits))

export const escape = (text) =>
  String(text).replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c])

const LOW = "₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₘₙᵤᵥᵣₛ"
const PLAIN = "0123456789ijkmnuvrs"

// Formulas are plain text in Unicode; letters are set in italics, as in a book.
export const formula = (text) =>
  escape(text)
    .replace(/[₀-₉ᵢⱼₖₘₙᵤᵥᵣₛ]+/g, (low) => `<sub>${[...low].map((c) => PLAIN[LOW.indexOf(c)]).join("")}</sub>`)
    .replace(/_\(([^)]*)\)/g, "<sub>$1</sub>")
    .replace(/\^\(([^)]*)\)/g, "<sup>$1</sup>")
    .replace(/<\/?su[bp]>|\b(?:mean|flatten|pixel|for|and|update|max|log|tanh|as|stored)\b|[a-zA-Zθησ]/g, (c) => (c[0] === "<" || c.length === 1 ? c : `<span class="word">${c}</span>`))

// Writes only what changed, so that a screen reader and the layout are left in peace.
export function setHTML(element, html) {
  if (element.innerHTML !== html) element.innerHTML = html
}
