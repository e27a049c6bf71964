// The site without a network: all its files are kept at the first visit. Where there is a network they come from there, so
// that a new version is seen at once.

const [VERSION, FILES] = ["CODE", []] // written with the site; another version installs itself anew
const scope = /** @type {any} */ (self).registration.scope
const cache = caches.open(`cnnviz ${scope}`)

/** @param {any} event */
const installed = (event) => event.waitUntil(keep())
/** @param {any} event */
const asked = (event) => {
  const { method, url } = event.request
  if (method === "GET" && url.startsWith(scope)) event.respondWith(found(event.request))
}

/** All files, and none of an older version. */
async function keep() {
  const store = await cache
  const urls = FILES.map((file) => new URL(file, scope).href)
  for (const { url } of await store.keys()) if (!urls.includes(url)) await store.delete(url)
  await store.addAll(urls)
  return VERSION
}

/** @param {Request} request */
async function found(request) {
  try {
    const response = await fetch(request)
    if (response.ok) return response
    return (await kept(request)) ?? response
  } catch (error) {
    const response = await kept(request)
    if (response) return response
    throw error
  }
}

/** @param {Request} request */
const kept = async (request) => (await cache).match(request, { ignoreSearch: true })

/** Keeps the site, and gives it out where there is no network. */
export default function serve() {
  self.addEventListener("install", installed)
  self.addEventListener("activate", (/** @type {any} */ event) =>
    event.waitUntil(/** @type {any} */ (self).clients.claim()),
  )
  self.addEventListener("fetch", asked)
}
