// Shapes of an exported picture that are neither backgrounds, canvases nor texts: borders and outlines, colour bars, and
// the paths of an SVG.

/** @typedef {(colour: string) => { fill: string, opacity: number }} Paint */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

const SIDES = /** @type {const} */ (["Top", "Right", "Bottom", "Left"])
const THINNEST = 0.5 // pixels of a line that is exported
let gradients = 0 // count of gradients, for their ids

/**
 * Return the shapes of an element.
 * @param {Element} part @param {(box: DOMRect) => Box} boxOf @param {Paint} paint
 */
export function shapesOf(part, boxOf, paint) {
  const style = getComputedStyle(part)
  if (part.matches("path")) return [pathOf(/** @type {SVGPathElement} */ (part), style, boxOf, paint)]
  const box = boxOf(part.getBoundingClientRect())
  const bar = /^linear-gradient\(to right, (.*)\)$/.exec(style.backgroundImage)?.[1]
  return [
    ...(bar ? [gradientBar(box, bar, paint)] : []),
    ...bordersOf(box, style, paint),
    ...outlineOf(box, style, paint),
  ]
}

/** @param {string} line style of a line @param {number} width */
const dashes = (line, width) => (/dashed|dotted/.test(line) ? ` stroke-dasharray="${3 * width}"` : "")

/** @param {Box} box @param {CSSStyleDeclaration} style @param {Paint} paint */
function bordersOf({ x, y, width, height }, style, paint) {
  const sideOf = (/** @type {number} */ n, /** @type {number} */ inset) =>
    [
      [x, y + inset, x + width, y + inset],
      [x + width - inset, y, x + width - inset, y + height],
      [x, y + height - inset, x + width, y + height - inset],
      [x + inset, y, x + inset, y + height],
    ][n]
  return SIDES.flatMap((side, n) => {
    const line = Number.parseFloat(style[`border${side}Width`])
    const { fill, opacity } = paint(style[`border${side}Color`])
    if (line < THINNEST || style[`border${side}Style`] === "none" || !opacity) return []
    const [x1, y1, x2, y2] = sideOf(n, line / 2)
    return [
      `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${fill}" stroke-opacity="${opacity}" stroke-width="${line}"${dashes(style[`border${side}Style`], line)}/>`,
    ]
  })
}

/** @param {Box} box @param {CSSStyleDeclaration} style @param {Paint} paint */
function outlineOf({ x, y, width, height }, style, paint) {
  const line = Number.parseFloat(style.outlineWidth)
  if (style.outlineStyle === "none" || line < THINNEST) return []
  const offset = Number.parseFloat(style.outlineOffset) + line / 2
  const { fill } = paint(style.outlineColor)
  return [
    `<rect x="${x - offset}" y="${y - offset}" width="${width + 2 * offset}" height="${height + 2 * offset}" fill="none" stroke="${fill}" stroke-width="${line}"${dashes(style.outlineStyle, line)}/>`,
  ]
}

/** @param {Box} box @param {string} colours of the gradient @param {Paint} paint */
function gradientBar({ x, y, width, height }, colours, paint) {
  const stops = colours.split(/, (?=\w+\()/)
  const id = `bar${gradients++}`
  const stopTags = stops.map(
    (colour, n) => `<stop offset="${n / (stops.length - 1)}" stop-color="${paint(colour).fill}"/>`,
  )
  return `<linearGradient id="${id}">${stopTags.join("")}</linearGradient><rect x="${x}" y="${y}" width="${width}" height="${height}" fill="url(#${id})"/>`
}

/** @param {SVGPathElement} path @param {CSSStyleDeclaration} style @param {(box: DOMRect) => Box} boxOf @param {Paint} paint */
function pathOf(path, style, boxOf, paint) {
  const owner = /** @type {SVGSVGElement} */ (path.ownerSVGElement)
  const { x, y, width, height } = boxOf(owner.getBoundingClientRect())
  const colour = (/** @type {string} */ name, /** @type {string} */ value) => {
    const { fill, opacity } = value === "none" ? { fill: "none", opacity: 1 } : paint(value)
    return `${name}="${fill}" ${name}-opacity="${opacity}"`
  }
  const view = owner.getAttribute("viewBox")
  const shape = `d="${path.getAttribute("d") ?? ""}" ${colour("fill", style.fill)} ${colour("stroke", style.stroke)} stroke-width="${style.strokeWidth}"`
  return view // the lines of a plot are stretched to its place, and end there
    ? `<svg x="${x}" y="${y}" width="${width}" height="${height}" viewBox="${view}" preserveAspectRatio="none"><path vector-effect="non-scaling-stroke" ${shape}/></svg>`
    : `<path transform="translate(${x} ${y})" ${shape}/>`
}
