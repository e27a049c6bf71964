// The page's skeleton as HTML: what stands where. What it shows is filled in by the other files.

import { CHANNELS, IMAGES, KERNELS, PADDINGS, PAGES, RULES, SCALE_NAMES, STAGES, WEIGHTS, LIMITS } from "../spec.js"
import { escape, formula } from "../model/format.js"

const button = (key, text, label, extra = "") =>
  `<button type="button" data-key="${key}" aria-label="${label}" title="${label}" ${extra}>${text}</button>`

const field = (label, control) => `<label class="field"><span>${label}</span>${control}</label>`

const complaints = (...keys) => keys.map((key) => `<p class="wrong" data-wrong="${key}"></p>`).join("")

const select = (key, options, label) =>
  `<select data-key="${key}" aria-label="${label}">${options.map(([value, text, chosen]) => `<option value="${value}"${chosen ? " selected" : ""}>${text}</option>`).join("")}</select>`

const input = (key, label, mode = "decimal") =>
  `<input data-key="${key}" inputmode="${mode}" autocomplete="off" spellcheck="false" aria-label="${label}">`

const choice = (key, label, options) => `
  <div class="choice" role="radiogroup" aria-label="${label}" data-key="${key}">
    ${options.map(([value, text]) => `<button type="button" role="radio" data-value="${value}" aria-checked="false">${text}</button>`).join("")}
  </div>${complaints({ channel: "ch", scale: "scale" }[key])}`

const thumbnails = IMAGES.map(
  ({ id, words }, i) =>
    `<button type="button" data-value="${id}" aria-label="${escape(words)}" title="${escape(words)}" aria-pressed="false" style="--i:${i}"></button>`,
).join("")

const kernel = [0, 1, 2]
  .flatMap((u) => [0, 1, 2].map((v) => input(`kernel_${u}_${v}`, `starting kernel, row ${u}, column ${v}`)))
  .join("")

const controls = `
  <aside class="controls" aria-label="Lesson">
    <section><h2>Image <span class="words"></span></h2>
      <div class="thumbnails" role="group" aria-label="Images" data-key="image" style="--images:${IMAGES.length}">${thumbnails}</div>
      ${complaints("img")}
      <div class="pair">${button("upload", "Your image…", "Use an image of your own")}${button("cifar10", "CIFAR-10…", "Choose among all CIFAR-10 images")}</div>
    </section>
    <section><h2>Channel</h2>${choice("channel", "Channel", CHANNELS.map((name) => [name, name]))}
      <h2>Pixels</h2>${choice("scale", "Pixels", SCALE_NAMES)}</section>
    <section><h2>Starting kernel <i>f</i></h2>
      <div class="kernel">${kernel}</div>${complaints("f")}
      <div class="pair">${select("kernel_preset", [...Object.keys(KERNELS).map((name) => [name, name.replace("-", " ")]), ["custom", "custom"]], "Kernel preset")}
      ${button("kernel_random", "⚄ Random", "Draw a random kernel")}</div></section>
    <section><h2>Network</h2>
      <div class="two">${field("Stride", select("stride", LIMITS.strides.map((n) => [n, n]), "Stride"))}
      ${field("Padding", select("padding", PADDINGS.map((p) => [p, p]), "Padding"))}
      ${field("<i>w</i> starts", select("weights", WEIGHTS.map((p) => [p, p]), "How w starts"))}
      ${field("Seed of <i>w</i>", input("seed", "Seed of w", "numeric"))}</div>${complaints("stride", "pad", "w", "seed")}</section>
    <section><h2>Training</h2>
      <div class="two">${field("Target <i>y</i>[0]", input("target_0", "Target of output 0"))}
      ${field("Target <i>y</i>[1]", input("target_1", "Target of output 1"))}
      ${field("Learning rate <i>η</i>", input("learning_rate", "Learning rate"))}
      ${field("Rule", select("rule", RULES.map((name) => [name, name]), "Rule"))}</div>${complaints("y", "lr", "rule")}</section>
  </aside>`

// Drawn, not typed: not every font has these signs.
const icon = (...paths) => `<svg viewBox="0 0 16 16" aria-hidden="true">${paths.map((path) => `<path d="${path}"/>`).join("")}</svg>`
const ICONS = {
  restart: icon("M3 3h2v10H3z", "M13 3v10L6 8z"),
  update_back: icon("M8 3v10L1 8z", "M15 3v10L8 8z"),
  stage_back: icon("M11 3v10L4 8z"),
  stage_next: icon("M5 3v10l7-5z"),
  update_next: icon("M1 3v10l7-5z", "M8 3v10l7-5z"),
}

// What stands under the first screen of a page.
const BELOW = {
  train: button("below", "Data set ↓", "To the training on a data set, below"),
  notebook: button("below", "Theory ↓", "To what the notebook explains, below"),
}

const transport = `
  <div class="transport" role="toolbar" aria-label="Steps">
    <div class="buttons">
      ${button("restart", ICONS.restart, "Restart: no updates, first stage (Home)")}
      ${button("update_back", ICONS.update_back, "One update back (Page Up)")}
      ${button("stage_back", ICONS.stage_back, "One stage back (←)")}
      ${button("play", "", "Play (Space)", 'class="play" aria-pressed="false"')}
      ${button("stage_next", ICONS.stage_next, "One stage on (→)")}
      ${button("update_next", ICONS.update_next, "One update on (Page Down)")}
      ${select("speed", [[0.03, "slow"], [0.25, "¼×"], [1, "1×", true], [3, "3×"], [10, "10×"]], "Speed")}
    </div>
    <ol class="stages" aria-label="Stages">${STAGES.map(
      ({ symbol, label, phase, title }) =>
        `<li><button type="button" data-stage-chip="${symbol}" class="${phase}" title="${escape(title)}" aria-label="${escape(`${symbol}: ${title}`)}">${formula(label)}</button></li>`,
    ).join("")}</ol>
    <div class="status"><span>update <b class="k">0</b></span><span><i>L</i> <b class="loss"></b></span>
      <span class="saturation"></span>${button("lecture_off", "✕", "Leave the lecture view (L)")}<canvas class="spark" role="img" aria-label="Loss so far"></canvas></div>
  </div>
  <div class="notice" role="alert" hidden></div>`

const figure = (map, label, kind = "map") => `
  <figure class="${kind}" data-figure="${map}">
    <figcaption><button type="button" class="name" data-open="${map}" title="Open ${map} large" aria-label="Open ${map} large">${formula(label)}</button><span class="size"></span></figcaption>
    <canvas data-map="${map}" tabindex="0" role="img"></canvas>
    <p class="limits"><span class="low"></span><span class="power"></span><span class="high"></span></p>
  </figure>`

const operator = (up, down, back = "") =>
  `<div class="operators" aria-hidden="true"><p>${up}</p><p>${down}<small>${back}</small></p></div>`

const layer = (name, up, down) => `<div class="layer ${name}">${up}${down}</div>`

const cells = (...figures) => `<div class="cells">${figures.join("")}</div>`

export const maps = `
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

export const explanation = `
  <section class="explain" aria-label="Explanation">
    <div class="text" tabindex="0"><h1><span class="phase"></span><span class="title"></span></h1>
      <p class="sentence"></p><p class="formula"></p><div class="numbers"></div><p class="remark"></p></div>
    <div class="side"><canvas class="panel" role="img"></canvas><div class="caption"></div></div>
  </section>`

const KEYS_OF_STAGES = [
  ["← →", "one stage back or on"],
  ["Shift ← →, Page Up, Page Down", "one update back or on"],
  ["Space", "play or pause"],
  ["Home", "restart: update 0, first stage"],
  ["L", "lecture view"],
  ["O", "open the map of this stage large"],
  ["Tab to a map, then arrows", "move from cell to cell; Enter pins it"],
  ["Esc", "let a pinned cell go, leave a map or the lecture view"],
  ["?", "this list"],
]

const KEYS_OF_FILM = [
  ["← →, Page Up, Page Down", "one update back or on"],
  ["Space", "play or pause"],
  ["Home, End", "the first or the last update"],
  ["L", "lecture view"],
  ["O", "open the curves large"],
  ["Esc", "leave the lecture view"],
  ["?", "this list"],
]

const help = (page) => `
  <dialog class="help" aria-label="Keys"><h2>Keys</h2>
    <dl>${(page === "train" ? KEYS_OF_FILM : KEYS_OF_STAGES).map(([keys, what]) => `<dt>${keys}</dt><dd>${what}</dd>`).join("")}</dl>
    <form method="dialog"><button>Close</button></form></dialog>`

export const frame = (page) => `
  <header class="top"><span class="brand">cnnviz</span>
    <nav aria-label="Pages">${PAGES.map(({ path, name }) => `<a href="${path}" data-page="${path}"${path === page ? ' aria-current="page"' : ""}>${name}</a>`).join("")}${BELOW[page] ?? ""}</nav>
    ${button("lecture", "Lecture", "Lecture view: hide the controls, enlarge the numbers (L)", 'aria-pressed="false"')}
    ${button("copy_link", "Copy link", "Copy a link to exactly this screen")}
    <details class="menu"><summary data-key="export">Export</summary><div>
      ${button("export_png", "Picture (PNG)", "A picture of what is shown, as PNG")}
      ${button("export_svg", "Picture (SVG)", "A picture of what is shown, as SVG")}
      ${button("files", "Script, notebook, arrays…", "Script, notebook, arrays, parameters and film of this lesson")}</div></details>
    ${button("keys", "?", "Keys")}
  </header>
  ${controls}
  <main>${transport}<div class="content"></div></main>
  <div class="live" aria-live="polite" role="status"></div>${help(page)}`
