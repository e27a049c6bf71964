// The networks of the fixtures, each with the core's own arrays.

import { decode } from "../../cnnviz/view/model/numbers/decode.js"
import { Numbers } from "../../cnnviz/view/model/numbers/numbers.js"
import { fixture } from "./hooks.js"

export const snapshotsOf = () =>
  fixture("snapshots").map(({ bytes, arrays }) => ({
    arrays,
    numbers: new Numbers(decode(new Uint8Array(Buffer.from(bytes, "base64")))),
  }))
