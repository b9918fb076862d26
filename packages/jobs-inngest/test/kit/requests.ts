import type { Fault, HttpRequest, LoggedRequest, LoopbackEngine } from '../loopback/index.ts'

type Named = Pick<HttpRequest, 'method' | 'path'>

/** The kinds of requests that a client and a host make. */
export const kinds = {
  send: ({ method, path }: Named) => method === 'POST' && path.startsWith('/e/'),
  event: ({ method, path }: Named) => method === 'GET' && path.startsWith('/v1/events/'),
  eventRuns: ({ method, path }: Named) => method === 'GET' && /^\/v2\/events\/[^/]+\/runs/.test(path),
  list: ({ method, path }: Named) => method === 'GET' && /^\/v1\/events(\?|$)/.test(path),
  apps: ({ method, path }: Named) => method === 'GET' && path.startsWith('/v2/apps'),
  health: ({ path }: Named) => path === '/v2/health',
  cancelPoll: ({ method, path }: Named) => method === 'GET' && path.startsWith('/v2/runs?'),
  cancel: ({ method, path }: Named) => method === 'POST' && path.endsWith('/cancel'),
  rerun: ({ method, path }: Named) => method === 'POST' && path.endsWith('/rerun'),
  read: ({ method }: Named) => method === 'GET',
  any: () => true,
} satisfies Record<string, (request: Named) => boolean>

/** The name of a kind of request. */
export type Kind = keyof typeof kinds

/** Lets requests of a kind fail: all of them, or the first few. The answer ends it. */
export function letFail(engine: LoopbackEngine, kind: Kind, fault: Fault, times = Infinity): () => void {
  let left = times
  return engine.intercept((request) => (kinds[kind](request) && left-- > 0 ? fault : undefined))
}

/** The requests of a kind that came to the engine, oldest first. */
export function requestsOf(engine: LoopbackEngine, kind: Kind): LoggedRequest[] {
  return engine.requests.filter((request) => request.direction === 'in' && kinds[kind](request))
}
