// Groups of switches: each is a change of the address, with words that say what it does.

import { escape } from "../model/format.js"

export const switchGroup = ({ title, options }) => `
  <div class="group" data-group="${escape(title)}"><h2>${escape(title)}</h2>${options.map(option).join("")}</div>`

const option = ({ key, label, words, on, change, more }) =>
  `<button type="button" data-key="${escape(key)}" aria-pressed="${on}" data-words="${escape(words)}" data-change="${escape(JSON.stringify(change))}"><span>${escape(label)}</span>${more ? `<small>${escape(more)}</small>` : ""}</button>`
