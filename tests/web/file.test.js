import assert from "node:assert/strict"
import { test } from "node:test"
import { answersOf } from "../../cnnviz/hosts/file/stored_answers.js"
import { fixture } from "./hooks.js"

test("every answer comes out of a file's bytes as it went in", () => {
  for (const { contents, bytes, answers } of fixture("files")) {
    const answer = answersOf(contents, new Uint8Array(Buffer.from(bytes, "base64")))
    for (const [k, whole] of Object.entries(answers))
      assert.equal(Buffer.from(answer(k)).toString("base64") === whole, true, `update ${k}`)
  }
})
