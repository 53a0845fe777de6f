// @ts-check

/** @typedef {import('../src/schema.ts').Snapshot} Snapshot */
/**
 * @typedef {object} Listener
 * @property {(snapshot: Snapshot) => void} snapshot
 * @property {(message: string) => void} problem the server can't read its database
 * @property {(message: string) => void} lost no connection to the server
 */

/** A browser gives up after an answer such as 503, and some proxies never close: then we connect anew, after so many ms. */
const retryMs = 5_000
/** The server sends something every 2 s, and a comment every 15 s at least. */
const silentMs = 12_000

/**
 * Listens to `/api/stream` while the page is looked at. A hidden page disconnects, so that nothing is read from the
 * database for it.
 * @param {Listener} listener
 */
export function connect(listener) {
  /** @type {EventSource | undefined} */
  let source
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  const close = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const again = (/** @type {number} */ ms, /** @type {string} */ message) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (message) listener.lost(message)
      open()
    }, ms)
  }
  const heard = () => again(silentMs, 'The dashboard has gone silent. Connecting again.')
  const open = () => {
    close()
    source = new EventSource('/api/stream')
    heard()
    source.addEventListener('snapshot', event => {
      heard()
      listener.snapshot(JSON.parse(event.data))
    })
    source.addEventListener('problem', event => {
      heard()
      listener.problem(JSON.parse(event.data).message)
    })
    source.addEventListener('error', () => {
      listener.lost('No connection to the dashboard. Trying again.')
      // While it is CONNECTING the browser tries again by itself.
      if (source?.readyState === EventSource.CLOSED) again(retryMs, '')
    })
  }
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()))
  if (!document.hidden) open()
}
