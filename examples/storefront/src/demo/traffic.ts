import type { LoopbackEngine } from '@cgk-platform/jobs-inngest/loopback'

/** Counts the requests between an app and a loopback engine that are under way. */
export interface Traffic {
  /** For the app's own requests. */
  readonly fetch: typeof fetch
  /** Counts those of the engine, too. */
  watch(engine: LoopbackEngine): void
  isUnderWay(): boolean
}

/** Watches both directions, so that it can be told when nothing more happens by itself. */
export function createTraffic(): Traffic {
  let asked = 0
  let called = 0
  let read = 0
  let requests: LoopbackEngine['requests'] = []
  return {
    async fetch(input, init) {
      asked++
      try {
        const answer = await fetch(input, init)
        return new Response(await answer.arrayBuffer(), answer) // the body is a part of the way
      } finally {
        asked--
      }
    },
    watch(engine) {
      requests = engine.requests
      engine.intercept(() => {
        called++
        return undefined
      }, 'out')
    },
    isUnderWay() {
      for (; read < requests.length; read++) if (requests[read]!.direction === 'out') called--
      return asked > 0 || called > 0
    },
  }
}
