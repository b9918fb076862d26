import type { Fault, FaultMatch, LoopbackServer, RecordedRequest } from '@cgk-platform/trigger-loopback'

/** The kinds of requests that a client sends. */
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

/** Makes requests of a kind fail: all of them, or the first `times`. Returns a function that ends this. */
export function letFail(server: LoopbackServer, kind: Kind, fault: Fault, times?: number): () => void {
  return server.fault({ ...kinds[kind], ...(times !== undefined && { times }) }, fault)
}

/** Returns the requests of a kind that the server received, oldest first. */
export function requestsOf(server: LoopbackServer, kind: Kind): RecordedRequest[] {
  const { method, path } = kinds[kind]
  return server.requests.filter((request) => request.method === method && path.test(request.path))
}
