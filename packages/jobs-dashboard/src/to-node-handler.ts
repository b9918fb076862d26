import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Turns a dashboard into a handler of `node:http` and Express. Mount it before parsers of request bodies.
 *
 * @param dashboard - the result of `createDashboard`
 */
export function toNodeHandler(
  dashboard: (request: Request) => Promise<Response>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (incoming, outgoing) => {
    const closed = new AbortController()
    outgoing.once('close', () => closed.abort())
    const request = toRequest(incoming, closed.signal)
    const response = request ? await dashboard(request) : new Response('Bad request', { status: 400 })
    outgoing.statusCode = response.status
    response.headers.forEach((value, name) => outgoing.setHeader(name, value))
    if (!response.body || incoming.method === 'HEAD') {
      await response.body?.cancel()
      outgoing.end()
      return
    }
    outgoing.flushHeaders()
    // A browser that closes the page ends a stream of changes.
    await pipeline(Readable.fromWeb(response.body as never), outgoing).catch(() => outgoing.destroy())
  }
}

/** Returns `undefined` for a request that the web standard cannot represent, such as one with an invalid host. */
function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  // Express removes the path of the mount from `url`.
  const path = (incoming as { originalUrl?: string }).originalUrl ?? incoming.url ?? ''
  const host = incoming.headers.host ?? incoming.headers[':authority'] // HTTP/2 has no `Host`
  // A host with one of these characters would change the path that follows it.
  if (!path.startsWith('/') || typeof host !== 'string' || /[/?#\\]/.test(host)) return undefined
  const scheme = (incoming.socket as { encrypted?: boolean }).encrypted ? 'https' : 'http'
  const { method = 'GET', rawHeaders } = incoming
  try {
    const headers = new Headers()
    for (let index = 0; index < rawHeaders.length; index += 2) {
      if (!rawHeaders[index]!.startsWith(':')) headers.append(rawHeaders[index]!, rawHeaders[index + 1]!)
    }
    return new Request(`${scheme}://${host}${path}`, {
      method,
      headers,
      signal,
      ...(method !== 'GET' && method !== 'HEAD' && { body: Readable.toWeb(incoming) as never, duplex: 'half' }),
    })
  } catch {
    return undefined
  }
}
