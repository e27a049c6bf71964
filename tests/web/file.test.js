import assert from "node:assert/strict"
import { test } from "node:test"
import { answersOf } from "../../cnnviz/hosts/file/stored_answers.js"
import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { fixture } from "./hooks.js"

const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"))

test("every number of a file is unpacked to the last bit", () => {
  for (const { contents, bytes, answers } of fixture("files")) {
    const answerTo = answersOf(contents, bytesOf(bytes))
    for (const [k, whole] of Object.entries(answers)) {
      const [found, given] = [answerTo(k), decode(bytesOf(whole))]
      for (const [name, { values, shape }] of Object.entries(given.arrays)) {
        assert.deepEqual(found.arrays[name].shape, shape)
        const bits = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("hex")
        assert.equal(bits(found.arrays[name].values) === bits(values), true, `${name} of update ${k}`)
      }
      assert.deepEqual({ ...found, arrays: 0 }, { ...given, arrays: 0 })
    }
  }
})
