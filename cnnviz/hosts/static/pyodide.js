// Python in the browser: Pyodide, with NumPy and Pillow, from the site's own files (pyodide.toml lists them).

/** @import { Get } from "./python.js" */

const PLACE = "/cnnviz"
/**
 * Start Python and load the package.
 * @param {URL} files  the folder of the site's files
 * @returns {Promise<Get>}
 */
export async function start(files) {
  const archive = fetch(new URL("cnnviz.bin", files)).then((response) => response.arrayBuffer())
  const { loadPyodide } = await import(new URL("pyodide.mjs", files).href)
  const python = await loadPyodide({ indexURL: files.href, packageBaseUrl: files.href })
  await python.loadPackage(["numpy", "pillow"], { messageCallback: () => {} })
  python.unpackArchive(await archive, "zip", { extractDir: PLACE })
  python.pyimport("sys").path.insert(0, PLACE)
  const getResponse = python.pyimport("cnnviz.hosts.static.in_browser").start()
  return (path, sent) => {
    const response = getResponse(path, sent)
    const [status, headers, body] = response
    const buffer = body.getBuffer("u8")
    const answer = { status, headers: headers.toJs({ dict_converter: Object.fromEntries }), body: buffer.data.slice() }
    buffer.release()
    for (const proxy of [headers, body, response]) proxy.destroy()
    return answer
  }
}
