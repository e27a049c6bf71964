// A field to edit a weight of a convolution in place: in its map or in the diagram.

import { putWeight } from "../../view/controls/network_controls.js"
import { formatToFit, plainNumber } from "../../view/model/numbers/format.js"
import { say } from "../../view/model/words.js"
import { requestPart } from "./step_inquiry.js"

/** @import { Box, Cell, Step } from "../../view/types/view.js" */

const [SMALL, LARGE] = [0.1, 1] // step of the arrow keys, and with Shift
const LEAST = { width: 64, height: 26 }

export class KernelField {
  /** @type {HTMLInputElement | null} */
  field = null
  /** @type {object | null}  identifies a pending request for filters that are too large to be sent along */
  asked = null

  /** @param {Step} step */
  constructor(step) {
    this.step = step
  }

  /** Return whether the cells of a map can be edited. @param {string} symbol */
  isEditable(symbol) {
    const map = this.step.numbers.maps[symbol]
    return map?.kind === "filters" && map.band === "parameters"
  }

  /**
   * Open a field over a cell.
   * @param {string} symbol @param {Cell} cell @param {HTMLElement} holder its parent @param {Box} box of the cell in it
   */
  open(symbol, cell, holder, box) {
    this.close()
    const { numbers } = this.step
    const weights = numbers.arrays[`start.${symbol}`]?.values
    if (!weights) {
      const requestedKeys = {}
      this.asked = requestedKeys
      return requestPart(
        this.step,
        `start.${symbol}`,
        () => this.asked === requestedKeys && this.open(symbol, cell, holder, box),
      )
    }
    const openedByKey = document.activeElement === this.step.plates[symbol]?.canvas
    const text = String(weights[numbers.offset(symbol, cell)])
    const name = `${numbers.maps[symbol].label}[${numbers.index(symbol, cell).join(",")}]`
    const label = say("web.step.edit_weight", { name })
    const field = document.createElement("input")
    Object.assign(field, {
      className: "kernel-field",
      inputMode: "decimal",
      autocomplete: "off",
      spellcheck: false,
      title: label,
    })
    field.setAttribute("aria-label", label)
    holder.append(field)
    const [width, height] = [Math.max(box.width, LEAST.width), Math.max(box.height, LEAST.height)]
    const left = Math.min(Math.max(box.x + (box.width - width) / 2, 0), Math.max(holder.clientWidth - width, 0))
    field.style.cssText = `left:${left}px;top:${box.y + (box.height - height) / 2}px;width:${width}px;height:${height}px`
    field.value = formatToFit(text)
    this.field = field
    let committed = field.value
    const commit = () => {
      if (field.value === committed) return
      committed = field.value
      putWeight(this.step.view, this.bank(symbol), cell, plainNumber(field.value) || "0")
    }
    const cancel = () => {
      this.close()
      const words = this.step.view.$(".explain .text") // focusing the explanation keeps the diagram's subject
      const isInDiagram = holder.classList.contains("roll") && words.offsetParent
      const target = isInDiagram ? words : this.step.plates[symbol]?.canvas
      target?.focus({ preventScroll: true })
    }
    field.addEventListener("blur", () => {
      if (this.field !== field) return
      commit()
      this.close()
    })
    const finish = () => {
      commit()
      openedByKey ? cancel() : this.close() // after a click, keys act on the page again
    }
    field.addEventListener("keydown", (event) => this.pressed(event, { field, commit, done: finish, back: cancel }))
    for (const event of ["click", "pointerdown", "pointermove"])
      field.addEventListener(event, (each) => each.stopPropagation())
    field.focus({ preventScroll: true })
    field.select()
  }

  /** @param {KeyboardEvent} event @param {{ field: HTMLInputElement, commit: () => void, done: () => void, back: () => void }} doing */
  pressed(event, { field, commit, done, back }) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key]
    const value = Number(plainNumber(field.value))
    if (direction && Number.isFinite(value)) {
      field.value = formatToFit(String(Number((value + direction * (event.shiftKey ? LARGE : SMALL)).toFixed(6))))
      commit()
    } else if (event.key === "Enter") {
      done()
    } else if (event.key === "Escape") {
      back()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  /**
   * Return the initial filters of a convolution.
   * @param {string} symbol @returns {import("../../view/controls/network_controls.js").Bank}
   */
  bank(symbol) {
    const { numbers } = this.step
    const firstEditable = Object.keys(numbers.maps).find((name) => this.isEditable(name))
    return {
      key: symbol === firstEditable ? "f" : symbol,
      shape: numbers.shape(symbol),
      weights: numbers.arrays[`start.${symbol}`].values,
    }
  }

  close() {
    const { field } = this
    this.field = this.asked = null
    field?.remove()
  }
}
