// The bytes that the server packs (see _encode in __init__.py) -> header and typed arrays.

const KINDS = { float64: Float64Array, float32: Float32Array, uint8: Uint8Array }

export function decode(bytes) {
  const buffer = bytes.slice().buffer // a copy starts at 0, where every kind of array is aligned
  const length = new DataView(buffer).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  const arrays = {}
  for (const [name, [kind, at, ...shape]] of Object.entries(header.arrays)) {
    const size = shape.reduce((product, n) => product * n, 1)
    arrays[name] = { values: new KINDS[kind](buffer, 4 + length + at, size), shape }
  }
  return { ...header, arrays }
}
