// Small pictures of the signs in the glossary: numbers as coloured cells and bars, functions as curves. All numbers
// belong to an example that is computed here.

const [WIDTH, HEIGHT, SIDE] = [152, 52, 15] // in pixels; side of a cell
const STEPS = 24 // of a curve

const PATCH = [0.9, 0.8, 0.2, 0.9, 0.7, 0.1, 0.8, 0.6, 0.1]
const KERNEL = [-1, 0, 1, -2, 0, 2, -1, 0, 1]
const sum = (/** @type {number[]} */ values) => values.reduce((all, value) => all + value, 0)
const PRODUCTS = PATCH.map((pixel, n) => pixel * KERNEL[n])
const sigma = (/** @type {number} */ z) => 1 / (1 + Math.exp(-z))
const slope = (/** @type {number} */ z) => sigma(z) * (1 - sigma(z))

/** Return a colour between paper and another one. @param {string} name @param {number} share from 0 to 1 */
const mixColour = (name, share) => `color-mix(in srgb, var(--${name}) ${Math.round(100 * share)}%, var(--paper))`

/** Return the colour of a signed number of magnitude up to `most`. @param {number} value @param {number} most */
const signedColour = (value, most) =>
  mixColour(value < 0 ? "neg" : "pos", value && 0.2 + (0.6 * Math.abs(value)) / most)

/** Return the colour of a pixel: 0 is black. @param {number} value */
const grey = (value) => `rgb(${[0, 1, 2].map(() => Math.round(255 * value)).join(" ")})`

/** @param {number} x @param {number} y @param {number} width @param {number} height @param {string} fill */
const box = (x, y, width, height, fill) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" style="fill:${fill}"/>`

/** @param {number} x @param {number} y @param {string} text */
const sign = (x, y, text) => `<text x="${x}" y="${y}">${text}</text>`

/**
 * Draw numbers as cells.
 * @param {number[]} values @param {number} columns @param {number} x @param {number} y @param {(value: number) => string} paint @param {number} [side] @param {number} [tall]
 */
const cells = (values, columns, x, y, paint, side = SIDE, tall = side) =>
  values
    .map((value, n) =>
      box(x + side * (n % columns), y + side * Math.floor(n / columns), side - 1, tall - 1, paint(value)),
    )
    .join("")

/** Draw a kernel. @param {number} x */
const kernel = (x) => cells(KERNEL, 3, x, 4, (value) => signedColour(value, 2))

/** Draw a patch of the image. @param {number} x */
const patch = (x) => cells(PATCH, 3, x, 4, grey)

/** Draw the sum of the products as one cell. @param {number} x @param {number} [y] */
const total = (x, y = 19) => cells([sum(PRODUCTS)], 1, x, y, (value) => signedColour(value, 4))

/**
 * Draw a curve, and its point and tangent at `mark`.
 * @param {(at: number) => number} of from 0 to 1 @param {number} from @param {number} to @param {number | null} [mark] @param {string} [kind]
 */
function curve(of, from, to, mark = null, kind = "curve") {
  const x = (/** @type {number} */ at) => 8 + ((at - from) / (to - from)) * (WIDTH - 16)
  const y = (/** @type {number} */ value) => HEIGHT - 6 - value * (HEIGHT - 12)
  const points = Array.from({ length: STEPS + 1 }, (_, n) => from + (n / STEPS) * (to - from))
  const line = `<polyline class="${kind}" points="${points.map((at) => `${x(at)},${y(of(at))}`).join(" ")}"/>`
  if (mark === null) return line
  const [step, reach] = [1e-4, (to - from) / 5]
  const tangent = (of(mark + step) - of(mark - step)) / (2 * step)
  const end = (/** @type {number} */ by) => `${x(mark + by)},${y(of(mark) + by * tangent)}`
  return `${line}<polyline class="slope" points="${end(-reach)} ${end(reach)}"/><circle cx="${x(mark)}" cy="${y(of(mark))}" r="3.5"/>`
}

const OUTPUTS = [0.7, 0.4]
const TARGETS = [1, 0]

/** Draw two outputs as bars, with their targets as lines if `targets`. @param {boolean} targets @param {number} [from] */
const outputs = (targets, from = 42) =>
  OUTPUTS.map((value, n) => {
    const [x, y] = [from + 36 * n, (/** @type {number} */ at) => 46 - 40 * at]
    const target = targets
      ? `<path class="gap" d="M${x + 14} ${y(value)}V${y(TARGETS[n])}"/><path class="target" d="M${x - 3} ${y(TARGETS[n])}h34"/>`
      : ""
    return box(x, y(value), 28, 40 * value, "var(--bars)") + target
  }).join("")

/** Draw terms as bars from a common edge, and their sum. @param {number[]} values */
function bars(values) {
  const valuesAndSum = [...values, sum(values)]
  const [low, high] = [Math.min(0, ...valuesAndSum), Math.max(0, ...valuesAndSum)]
  const y = (/** @type {number} */ value) => 6 + ((high - value) / (high - low)) * 40
  const bar = (/** @type {number} */ value, /** @type {number} */ x) =>
    box(x, Math.min(y(value), y(0)), 9, Math.abs(y(value) - y(0)), signedColour(value, Math.max(high, -low)))
  return values.map((value, n) => bar(value, 14 + 11 * n)).join("") + sign(118, 30, "=") + bar(sum(values), 130)
}

/** Draw a 2×2 matrix with its numbers. @param {number[]} values @param {number} x */
const matrix = (values, x) =>
  cells(values, 2, x, 6, (value) => signedColour(value, 2), 20)
  + values
    .map((value, n) => sign(x + 9.5 + 20 * (n % 2), 20.5 + 20 * Math.floor(n / 2), String(value).replace("-", "−")))
    .join("")

/** Draw the lines from every cell of a row of four to each of two outputs. */
const weightLines = () =>
  [0, 1, 2, 3]
    .flatMap((n) => [0, 1].map((m) => `<path class="line" d="M${43 + 22 * n} 12L${65 + 22 * m} 40"/>`))
    .join("")

const [ROW, OTHER_ROW] = [
  [1, 2, -1, 1],
  [1, 0, 1, -1],
]

/** Draw the point of σ at z = `at`. @param {number} at from −6 to 6 */
const sigmaPoint = (at) =>
  `<circle cx="${8 + ((at + 6) / 12) * (WIDTH - 16)}" cy="${HEIGHT - 6 - sigma(at) * (HEIGHT - 12)}" r="3.5"/>`

/** Draw the squared distance of an output from its target. @param {number} value @param {number} n */
const square = (value, n) => {
  const side = 34 * Math.abs(value - TARGETS[n])
  return box(96 + 26 * n, 46 - side, side, side, "var(--ink)")
}

const plusBias = () => total(40) + sign(75, 30, "+") + cells([1], 1, 95, 19, (value) => signedColour(value, 2))

/** @type {Record<string, () => string>}  the content of a picture, by the id of its entry */
const PICTURES = {
  "glossary.pixel": () => `${patch(54)}<rect class="frame" x="53" y="3" width="16" height="16"/>`,
  "glossary.kernel": () => kernel(54),
  "signs.convolution": () => patch(2) + sign(58, 30, "∗") + kernel(68) + sign(124, 30, "=") + total(134),
  "glossary.sum": () => bars(PRODUCTS.filter(Boolean)),
  "glossary.unit": () => curve(sigma, -6, 6) + sigmaPoint(2),
  "glossary.list": () =>
    cells(ROW, 2, 16, 11, (value) => signedColour(value, 2))
    + sign(64, 30, "→")
    + cells(ROW, 4, 80, 19, (value) => signedColour(value, 2)),
  "glossary.weight": () =>
    weightLines()
    + cells(PATCH.slice(0, 4), 4, 33, 1, grey, 22, 11)
    + cells(OUTPUTS, 2, 55, 40, (value) => mixColour("accent", value), 22, 11),
  "glossary.bias": plusBias,
  "glossary.output": () => outputs(false),
  "glossary.target": () => outputs(true),
  "glossary.loss": () => outputs(true, 12) + OUTPUTS.map(square).join(""),
  "glossary.gradient": () => curve((at) => 0.08 + 0.8 * at * at, -1, 1, 0.55),
  "signs.slope": () => curve(sigma, -6, 6, null, "line") + curve(slope, -6, 6, 0),
  "signs.elementwise": () =>
    matrix(ROW, 2)
    + sign(49, 30, "⊙")
    + matrix(OTHER_ROW, 57)
    + sign(103, 30, "=")
    + matrix(
      ROW.map((value, n) => value * OTHER_ROW[n]),
      110,
    ),
  "signs.total": () => bars([0.4, 0.9, 0.3, 0.7, 0.5]),
  "signs.equals": () => patch(30) + sign(88, 30, "=") + total(100),
  "signs.sum": plusBias,
  "signs.back": () =>
    cells([0.4], 1, 40, 19, (value) => mixColour("warm", value))
    + sign(75, 30, "←")
    + cells([0.9], 1, 95, 19, (value) => mixColour("warm", value)),
}

/**
 * Return the picture of a sign or symbol as SVG, or "" for a word without one.
 * @param {string} id of its entry, below web.
 */
export const termPicture = (id) =>
  PICTURES[id]
    ? `<svg class="term-picture" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true">${PICTURES[id]()}</svg>`
    : ""
