// Without a server, controls that need one stay visible to show the setup, but are disabled with an explanation.

const NEEDS_SERVER = ["files", "weights_in", "model_in", "upload", "drawing", "cifar10"]

/**
 * Disable the setup's controls, and everything in `disableElsewhere`.
 * @param {HTMLElement} root  of a view
 * @param {string} sentence  why
 * @param {boolean} linked  whether the other pages can be opened elsewhere
 */
export function disable(root, sentence, linked) {
  for (const sheet of root.querySelectorAll(":is(.rail, .kernel-card) .sheet-body:has(input, select, button)")) {
    const fields = document.createElement("fieldset")
    fields.disabled = true // also disables controls that are added later
    fields.append(...sheet.childNodes)
    const words = document.createElement("p")
    words.className = "needs-server"
    words.textContent = sentence
    sheet.append(words, fields)
  }
  disableElsewhere(root, sentence, linked)
}

/**
 * Disable links to other pages, dialogs and downloads.
 * @param {HTMLElement} root  of a view
 * @param {string} sentence  why
 * @param {boolean} linked  whether the other pages can be opened elsewhere; else they are not there
 */
export function disableElsewhere(root, sentence, linked = false) {
  for (const name of NEEDS_SERVER) {
    for (const button of root.querySelectorAll(/** @type {"button"} */ (`[data-key="${name}"]`))) {
      button.disabled = true
      button.title = sentence
    }
  }
  for (const link of root.querySelectorAll(/** @type {"a"} */ ("nav a[data-page]:not([aria-current])"))) {
    if (!linked) {
      link.remove()
      continue
    }
    link.dataset.elsewhere = link.dataset.page
    link.removeAttribute("data-page")
    link.removeAttribute("href")
    link.target = "_blank"
    link.rel = "noopener"
    link.title = sentence
  }
}
