// The page's skeleton as HTML: what stands where. What it shows is filled in by the other files.

import { CHANNELS, IMAGES, KERNELS, OPTIMIZERS, PADDINGS, PAGES, RULES, SCALE_NAMES, WEIGHTS, LIMITS } from "../spec.js"
import { escape } from "../model/format.js"
import { say } from "../model/words.js"
import { networkChoice } from "./network_controls.js"

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

const controls = `
  <aside class="controls" aria-label="Lesson">
    <section><h2>Image <span class="words"></span></h2>
      <div class="thumbnails" role="group" aria-label="Images" data-key="image" style="--images:${IMAGES.length}">${thumbnails}</div>
      ${complaints("img")}
      <div class="pair">${button("upload", "Your image…", "Use an image of your own")}${button("cifar10", "CIFAR-10…", "Choose among all CIFAR-10 images")}</div>
    </section>
    <section><h2>Channel</h2>${choice("channel", "Channel", CHANNELS.map((name) => [name, name === "rgb" ? say("web.network.rgb") : name]))}
      <h2>Pixels</h2>${choice("scale", "Pixels", SCALE_NAMES)}</section>
    <section class="filters"><h2>Starting kernel <i class="filter-name">f</i> <span class="which-filter"></span></h2>
      <div class="kernel"></div>${complaints("f")}
      <div class="pair">${select("kernel_preset", [...Object.keys(KERNELS).map((name) => [name, name.replace("-", " ")]), ["custom", "custom"]], "Kernel preset")}
      ${button("kernel_random", "⚄ Random", "Draw a random kernel")}</div></section>
    <section><h2>${say("web.network.title")}</h2>${networkChoice}${complaints("net")}
      <div class="two">${field("Stride", select("stride", LIMITS.strides.map((n) => [n, n]), "Stride"))}
      ${field("Padding", select("padding", PADDINGS.map((p) => [p, p]), "Padding"))}
      ${field("<i>w</i> starts", select("weights", WEIGHTS.map((p) => [p, p]), "How w starts"))}
      ${field("Seed of <i>w</i>", input("seed", "Seed of w", "numeric"))}</div>${complaints("stride", "pad", "w", "seed")}</section>
    <section><h2>Training</h2>
      <div class="three"><div class="targets"></div>
      ${field("Learning rate <i>η</i>", input("learning_rate", "Learning rate"))}</div><div class="two">
      ${field(say("web.network.optimizer"), select("optimizer", OPTIMIZERS.map((name) => [name, say(`web.network.${name}`)]), say("web.network.optimizer")))}
      ${field("Rule", select("rule", RULES.map((name) => [name, name]), "Rule"))}</div>${complaints("y", "lr", "opt", "rule")}</section>
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
    <ol class="stages" aria-label="Stages"></ol><span class="stage-name"></span>
    <div class="status"><span>update <b class="k">0</b></span><span><i>L</i> <b class="loss"></b></span>
      <span class="saturation"></span>${button("lecture_off", "✕", "Leave the lecture view (L)")}<canvas class="spark" role="img" aria-label="Loss so far"></canvas></div>
  </div>
  <div class="notice" role="alert" hidden></div>`

const KEYS_OF_STAGES = [
  ["← →", "one stage back or on"],
  ["Shift ← →, Page Up, Page Down", "one update back or on"],
  ["Space", "play or pause"],
  ["Home", "restart: update 0, first stage"],
  ["L", "lecture view"],
  ["O", "open the map of this stage large"],
  ["Tab to a map, then arrows", "move from cell to cell; Enter pins it"],
  ["[ ]", "another channel, filter or unit"],
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
