// Service worker of the site: caches all its files at the first visit. With a network they are fetched, so that a new
// version appears at once.

const [VERSION, FILES] = ["CODE", []] // replaced when the site is written; a changed value reinstalls the worker
const scope = /** @type {any} */ (self).registration.scope
const cache = caches.open(`cnnviz ${scope}`)

/** @param {any} event */
const onInstall = (event) => event.waitUntil(keep())
/** @param {any} event */
const onFetch = (event) => {
  const { method, url } = event.request
  if (method === "GET" && url.startsWith(scope)) event.respondWith(findResponse(event.request))
}

/** Cache all files, and delete those of older versions. */
async function keep() {
  const store = await cache
  const urls = FILES.map((file) => new URL(file, scope).href)
  for (const { url } of await store.keys()) if (!urls.includes(url)) await store.delete(url)
  await store.addAll(urls)
  return VERSION
}

/** @param {Request} request */
async function findResponse(request) {
  try {
    const response = await fetch(request)
    if (response.ok) return response
    return (await cachedResponse(request)) ?? response
  } catch (error) {
    const response = await cachedResponse(request)
    if (response) return response
    throw error
  }
}

/** @param {Request} request */
const cachedResponse = async (request) => (await cache).match(request, { ignoreSearch: true })

/** Install the handlers that cache the site and serve it offline. */
export default function serve() {
  self.addEventListener("install", onInstall)
  self.addEventListener("activate", (/** @type {any} */ event) =>
    event.waitUntil(/** @type {any} */ (self).clients.claim()),
  )
  self.addEventListener("fetch", onFetch)
}
