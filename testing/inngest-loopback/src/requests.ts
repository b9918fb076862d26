import type { Fault } from './faults.ts'
import type { HttpRequest } from './http-messages.ts'
import type { LoopbackEngine } from './loopback-options.ts'
import type { LoggedRequest } from './request-log.ts'

type RequestLine = Pick<HttpRequest, 'method' | 'path'>

/** The kinds of requests that a client and a host send. */
export const kinds = {
  send: ({ method, path }: RequestLine) => method === 'POST' && path.startsWith('/e/'),
  event: ({ method, path }: RequestLine) => method === 'GET' && path.startsWith('/v1/events/'),
  eventRuns: ({ method, path }: RequestLine) => method === 'GET' && /^\/v2\/events\/[^/]+\/runs/.test(path),
  list: ({ method, path }: RequestLine) => method === 'GET' && /^\/v1\/events(\?|$)/.test(path),
  apps: ({ method, path }: RequestLine) => method === 'GET' && path.startsWith('/v2/apps'),
  runs: ({ method, path }: RequestLine) => method === 'GET' && /^\/v2\/runs(\?|$)/.test(path),
  trace: ({ method, path }: RequestLine) => method === 'GET' && /^\/v2\/runs\/[^/]+\/trace/.test(path),
  /** The requests of the inspection of jobs, without those for the functions, which it caches. An app also sends some. */
  inspect: ({ method, path }: RequestLine) => method === 'GET' && /^\/v1\/events|^\/v2\/(?!apps)/.test(path),
  health: ({ path }: RequestLine) => path === '/v2/health',
  run: ({ method, path }: RequestLine) => method === 'GET' && /^\/v2\/runs\/[^/]+$/.test(path),
  cancel: ({ method, path }: RequestLine) => method === 'POST' && path.endsWith('/cancel'),
  rerun: ({ method, path }: RequestLine) => method === 'POST' && path.endsWith('/rerun'),
  read: ({ method }: RequestLine) => method === 'GET',
  any: () => true,
} satisfies Record<string, (request: RequestLine) => boolean>

/** The name of a kind of request. */
export type Kind = keyof typeof kinds

/** Makes requests of a kind fail: all, or the first few. Returns a function that stops this. */
export function failRequests(engine: LoopbackEngine, kind: Kind, fault: Fault, times = Infinity): () => void {
  let left = times
  return engine.intercept((request) => (kinds[kind](request) && left-- > 0 ? fault : undefined))
}

/** Returns the requests of a kind to the engine, oldest first. */
export function requestsOf(engine: LoopbackEngine, kind: Kind): LoggedRequest[] {
  return engine.requests.filter((request) => request.direction === 'in' && kinds[kind](request))
}
