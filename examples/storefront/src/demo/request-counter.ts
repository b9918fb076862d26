import type { LoopbackEngine } from '@cgk-platform/inngest-loopback'

/** Counts pending requests between an app and a loopback engine. */
export interface RequestCounter {
  /** The `fetch` for the app's requests, which counts them. */
  readonly fetch: typeof fetch
  /** Also counts the engine's requests. */
  watch(engine: LoopbackEngine): void
  hasPending(): boolean
}

/** Creates a counter for both directions, which shows when the app and the engine are idle. */
export function createRequestCounter(): RequestCounter {
  let fromApp = 0
  let fromEngine = 0
  let seen = 0
  let requests: LoopbackEngine['requests'] = []
  return {
    async fetch(input, init) {
      fromApp++
      try {
        const response = await fetch(input, init)
        return new Response(await response.arrayBuffer(), response) // the request ends with its body
      } finally {
        fromApp--
      }
    },
    watch(engine) {
      requests = engine.requests
      engine.intercept(() => {
        fromEngine++
        return undefined
      }, 'out')
    },
    hasPending() {
      for (; seen < requests.length; seen++) if (requests[seen]!.direction === 'out') fromEngine--
      return fromApp > 0 || fromEngine > 0
    },
  }
}
