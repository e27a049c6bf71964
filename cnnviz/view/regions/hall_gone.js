// A room that its server has forgotten, on the pages of its driver.

import { escaped } from "../model/format.js"
import { say } from "../model/words.js"

/** That the server has forgotten a room, and what can be done about it. @param {string} code */
export const goneHTML = (code) => `<p>${say("web.room.forgotten", { code: escaped(code) })}</p>
  <button type="button" data-key="room_again">${say("web.room.again")}</button><button type="button" data-key="room_let_go">${say("web.room.let_go")}</button>`
