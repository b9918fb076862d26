import type { Fault, FaultMatch, LoopbackServer, RecordedRequest } from '../loopback/index.ts'

/** The kinds of requests that a client makes. */
export const kinds = {
  send: { method: 'POST', path: /^\/api\/v1\/tasks\/.+\/trigger$/ },
  read: { method: 'GET', path: /^\/api\/v3\/runs\// },
  list: { method: 'GET', path: /^\/api\/v1\/runs\?/ },
  cancel: { method: 'POST', path: /^\/api\/v2\/runs\/.+\/cancel$/ },
  tag: { method: 'POST', path: /^\/api\/v1\/runs\/.+\/tags$/ },
  queue: { method: 'GET', path: /^\/api\/v1\/queues\// },
} satisfies Record<string, FaultMatch>

/** The name of a kind of request. */
export type Kind = keyof typeof kinds

/** Lets requests of a kind fail: all of them, or the first few. The answer ends it. */
export function letFail(server: LoopbackServer, kind: Kind, fault: Fault, times?: number): () => void {
  return server.fault({ ...kinds[kind], ...(times !== undefined && { times }) }, fault)
}

/** The requests of a kind that came to the server, oldest first. */
export function requestsOf(server: LoopbackServer, kind: Kind): RecordedRequest[] {
  const { method, path } = kinds[kind]
  return server.requests.filter((request) => request.method === method && path.test(request.path))
}
