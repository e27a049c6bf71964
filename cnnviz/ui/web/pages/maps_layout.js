// The linked maps and the words under them as HTML: what stands where.

import { formula } from "../model/format.js"
import { say } from "../model/words.js"
import { LIMITS_LINE } from "./html.js"

/** @type {(map: string, label: string, kind?: string) => string} */
const figure = (map, label, kind = "map") => {
  const open = say("web.maps.open", { map })
  return `
  <figure class="${kind}" data-figure="${map}">
    <figcaption><button type="button" class="name" data-open="${map}" title="${open}" aria-label="${open}">${formula(label)}</button><span class="size"></span></figcaption>
    <canvas data-map="${map}" tabindex="0" role="img"></canvas>
    ${LIMITS_LINE}
  </figure>`
}

/** @type {(up: string, down: string, back?: string) => string} */
const operator = (up, down, back = "") =>
  `<div class="operators" aria-hidden="true"><p>${up}</p><p>${down}<small>${back}</small></p></div>`

/** @type {(name: string, up: string, down: string) => string} */
const layer = (name, up, down) => `<div class="layer ${name}">${up}${down}</div>`

/** @type {(...figures: string[]) => string} */
const cells = (...figures) => `<div class="cells">${figures.join("")}</div>`

export const linkedMaps = () => `
  <div class="maps">
    ${layer("lx", figure("x", "x"), figure("dx", "∂x"))}
    ${operator("∗", "←")}
    ${layer("lf", figure("f", "f", "map kernelmap"), figure("df", "∂f", "map kernelmap"))}
    ${operator("=", "←")}
    ${layer("lz1", figure("z1", "z₁"), figure("dz1", "∂z₁"))}
    ${operator("σ", "←", "σ′")}
    ${layer("la1", figure("a1", "a₁"), figure("da1", "∂a₁"))}
    ${operator("→", "")}
    ${layer("lv", figure("v", "v", "map strip"), "<div></div>")}
    ${operator("·", "←", "wᵀ")}
    ${layer("lw", figure("w", "w", "map half"), figure("dw", "∂w", "map half"))}
    ${operator("+", "←")}
    ${layer(
      "lo",
      `<div class="answers">${cells(figure("b", "b", "cell"), figure("z2", "z₂", "cell"), figure("o", "o", "cell"), figure("y", "y", "cell"))}
       ${figure("L", "L", "cell wide")}</div>`,
      `<div class="answers">${cells(figure("db", "∂b", "cell"), figure("dz2", "∂z₂", "cell"), figure("do", "∂o", "cell"))}</div>`,
    )}
  </div>`

export const explanation = () => `
  <section class="explain" aria-label="${say("web.frame.explanation")}">
    <div class="text" tabindex="0"><h1><span class="phase"></span><span class="title"></span></h1>
      <p class="sentence"></p><p class="formula"></p><div class="numbers"></div><p class="remark"></p></div>
    <div class="side"><canvas class="panel" role="img"></canvas><div class="caption"></div></div>
  </section>`
