// A long sum as bars below each other: each from the end of the last one, and the total.

import { totals } from "../model/explain/formula_values.js"
import { colour, css } from "../model/numbers/colour.js"
import { timesPower } from "../model/numbers/format.js"
import { equalsText } from "../model/numbers/printed_digits.js"
import { printSum, withPlus } from "../model/numbers/printed_sums.js"
import { spoken } from "../model/spoken.js"
import { say } from "../model/words.js"
import { html, markup, nothing } from "../shell/html.js"
import { styles } from "./directives.js"
import { signOf, sumScale } from "./sum_scale.js"

/** @import { Cell, Scale } from "../types/view.js" */
/** @typedef {{ value: number, name?: string, term?: string, symbol?: string, cell?: Cell }} Part  `name`: words beside its bar, as HTML */

const ROOMY = 0.35 // share of the width from which a bar holds its number
const DIGITS = 4

/**
 * Return the bars of a sum. Its width is --wide.
 * @param {Part[]} parts @param {number} total @param {{ limits: number[], scale?: Scale, label: string, name?: string, left?: string, at?: number }} how `limits` and `scale`: colours of the total; `name`: its name before it, as HTML; `left`: words after it; `at`: when the bars enter
 */
export function balance(parts, total, { limits, scale = "signed", label, name = "", left = "", at = 0.3 }) {
  const values = parts.map(({ value }) => value)
  const { texts, total: printed, power } = printSum(values, total, { digits: DIGITS })
  const { ends, share, span } = sumScale(values, total)
  const unit = power ? ` ${timesPower(power)}` : ""
  const step = 0.4 / (parts.length + 1)
  return html`<div class="balance" ${styles({ "--zero": share(0) })}><span class="zero"></span><ol aria-label=${spoken(label)}>
    ${parts.map(({ value, name: words = "", term = "", symbol = "", cell = [] }, n) => {
      const isRoomy = Math.abs(share(ends[n + 1]) - share(ends[n])) > ROOMY
      return html`<li class="${signOf(value)} ${isRoomy ? "roomy" : ""}" data-value=${value} data-term=${term} data-symbol=${symbol} data-cell=${cell.join()}>
        <span class="length" data-enter="stretch ${at + n * step}" ${styles(span(ends[n], ends[n + 1]))}><b>${isRoomy ? withPlus(value, texts[n]) + unit : ""}</b></span>
        <p>${isRoomy ? nothing : html`<b>${withPlus(value, texts[n]) + unit}</b> `}${markup(words)}</p></li>`
    })}
    <li class="total" data-value=${total}><span class="length" data-id="total" data-enter="stretch ${at + parts.length * step}" ${styles({ "--fill": css(colour(total, limits, scale)), ...span(0, total) })}></span>
      <p ${styles({ "--after": share(Math.max(0, total)) })}>${name ? markup(`${name} `) : nothing}<b>${equalsText(total, printed).replace(name ? "" : /^= /, "")}${unit}</b> <small>${left}</small></p></li>
  </ol></div>`
}

/**
 * Return the positive and the negative total of many values; `ids` are the messages with the number of values.
 * @param {number[]} values @param {string[]} ids @param {import("../model/words.js").Values} [of]
 */
export const signedTotals = (values, ids, of = {}) =>
  totals(values).map((value, n) => {
    const signed = values.filter((each) => (n ? each < 0 : each > 0))
    return { value, name: say(`web.mechanism.${ids[n]}`, { n: signed.length, ...of }) }
  })
