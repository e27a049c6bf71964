// The bytes that the server packs (see pack in __init__.py) -> header and float64 arrays.

export function decode(bytes) {
  const buffer = bytes.byteOffset % 8 ? bytes.slice().buffer : bytes.buffer
  const start = bytes.byteOffset % 8 ? 0 : bytes.byteOffset
  const length = new DataView(buffer, start).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, start + 4, length)))
  const arrays = {}
  for (const [name, [at, ...shape]] of Object.entries(header.arrays)) {
    const size = shape.reduce((product, n) => product * n, 1)
    arrays[name] = { values: new Float64Array(buffer, start + 4 + length + 8 * at, size), shape }
  }
  return { ...header, arrays }
}
