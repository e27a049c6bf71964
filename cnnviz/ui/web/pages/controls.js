// The controls of the lesson and of the transport. They hold no state: a control shows the lesson
// that the server answered, and asks for another one.

import { savePicture } from "../draw/picture.js"
import { bindNetwork, fillNetwork } from "./network_controls.js"

const FIELDS = { learning_rate: "lr", seed: "seed", stride: "stride", padding: "pad", weights: "w", rule: "rule" }
const CHOICES = { channel: "ch", scale: "scale", image: "img" }

export function bindControls(view) {
  const { root } = view
  const $ = (selector) => view.$(selector)
  const control = (key) => $(`[data-key="${key}"]`)
  const on = (key, event, act) => control(key).addEventListener(event, act)
  for (const [key, name] of Object.entries(FIELDS)) on(key, "change", () => view.go({ [name]: control(key).value.trim() }))
  for (const [key, name] of Object.entries(CHOICES)) {
    on(key, "click", (event) => {
      const chosen = event.target.closest("[data-value]")
      if (chosen) view.go({ [name]: chosen.dataset.value })
    })
    on(key, "keydown", (event) => arrows(event, control(key)))
  }
  bindNetwork(view)
  bindTransport(view, on)
  for (const key of ["upload", "cifar10", "files"]) on(key, "click", () => view.open(key))
  root.addEventListener("click", (event) => {
    const map = event.target.closest("[data-open]")
    const page = event.target.closest("[data-page]")
    if (map) view.open(map.dataset.open)
    if (page && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault()
      view.turn(page.dataset.page)
    }
  })
  control("below")?.addEventListener("click", () => {
    const below = document.querySelector(".st-key-below")
    const heading = below.querySelector("h3")
    below.scrollIntoView()
    heading.tabIndex = -1
    heading.focus({ preventScroll: true })
  })
  root.addEventListener("keydown", (event) => event.key === "Enter" && event.target.matches("input") && event.target.blur())
  // A click with the mouse leaves the keys to the stages: Space plays, whatever was clicked last.
  root.addEventListener("mousedown", (event) => {
    if (!event.target.closest("button:not(dialog button), a, canvas, summary")) return
    event.preventDefault()
    if (root.contains(document.activeElement)) document.activeElement.blur()
  })
}

function bindTransport(view, on) {
  const moving = (act) => () => {
    view.player.pause()
    act()
  }
  on("stage_next", "click", moving(() => view.nextStage(1)))
  on("stage_back", "click", moving(() => view.nextStage(-1)))
  on("update_next", "click", moving(() => view.nextUpdate(1)))
  on("update_back", "click", moving(() => view.nextUpdate(-1)))
  on("restart", "click", moving(() => view.go({ k: "0", stage: "x" })))
  on("play", "click", () => view.player.toggle())
  for (const key of ["lecture", "lecture_off"]) on(key, "click", () => lecture(view))
  on("keys", "click", () => view.$(".help").showModal())
  view.$(".help").addEventListener("close", () => document.activeElement.blur()) // so that the keys work at once
  on("copy_link", "click", () => copy(view))
  for (const kind of ["png", "svg"]) on(`export_${kind}`, "click", () => savePicture(view, kind))
  const menu = view.$(".menu")
  menu.querySelector("div").addEventListener("click", () => (menu.open = false))
  const away = ({ key, target }) => (key ? key === "Escape" : !menu.contains(target)) && (menu.open = false)
  for (const event of ["keydown", "pointerdown"]) addEventListener(event, away, { signal: view.stop.signal })
  view.$(".stages").addEventListener("click", (event) => {
    const chip = event.target.closest("[data-stage-chip]")
    if (chip) moving(() => view.go({ stage: chip.dataset.stageChip }))()
  })
}

function lecture(view) {
  const on = view.root.classList.toggle("lecture")
  view.content.drawn = false
  view.$('[data-key="lecture"]').setAttribute("aria-pressed", String(on))
  view.paint()
}

const HELD =
  "Copied. This lesson starts from trained weights, which no link can hold: it works until this server restarts. To keep them, export the parameters."

async function copy(view) {
  const button = view.$('[data-key="copy_link"]')
  try {
    await navigator.clipboard.writeText(view.link())
    button.textContent = "Copied"
    if (view.lesson.w.startsWith("held-")) view.notice(HELD)
  } catch {
    view.notice(`This browser does not let the page copy. The link is the address: ${view.link()}`)
  }
  setTimeout(() => (button.textContent = "Copy link"), 1500)
}

// Arrow keys inside a group of choices, as in native radio buttons.
function arrows(event, group) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
  if (!step) return
  const all = [...group.querySelectorAll("[data-value]")]
  const next = all[(all.indexOf(event.target) + step + all.length) % all.length]
  next?.focus()
  if (group.getAttribute("role") === "radiogroup") next?.click()
  event.preventDefault()
  event.stopPropagation()
}

export function fillControls(view) {
  const { lesson, data, root } = view
  const $ = (selector) => view.$(selector)
  const set = (key, value) => {
    const element = $(`[data-key="${key}"]`)
    if (element.tagName === "SELECT" && ![...element.options].some((option) => option.value === value)) element.add(new Option(value.startsWith("held-") ? "trained" : value, value))
    element.value = value
  }
  for (const [key, name] of Object.entries(FIELDS)) set(key, lesson[name])
  fillNetwork(view)
  for (const [key, name] of Object.entries(CHOICES)) {
    for (const option of root.querySelectorAll(`[data-key="${key}"] [data-value]`)) {
      const chosen = option.dataset.value === lesson[name]
      option.setAttribute(option.getAttribute("role") === "radio" ? "aria-checked" : "aria-pressed", String(chosen))
      if (option.getAttribute("role") === "radio") option.tabIndex = chosen ? 0 : -1
    }
  }
  $(".words").textContent = data.words
  complain(view)
}

// A sentence stands where it went wrong; if that place is hidden, or is no control, above the maps.
function complain(view) {
  const { data, root } = view
  const left = { ...data.wrong }
  for (const place of root.querySelectorAll("[data-wrong]")) {
    const sentence = data.wrong[place.dataset.wrong] ?? ""
    place.textContent = sentence
    if (place.offsetParent) delete left[place.dataset.wrong]
  }
  const sentences = Object.values(left)
  if (sentences.length) view.notice(sentences.join(" "))
}

