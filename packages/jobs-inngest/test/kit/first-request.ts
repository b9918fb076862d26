import { type ReplayRequest, replayField } from '../../src/host/steps/replay-request.ts'

/** Returns the part of a function's context that the middleware adds, for the first request of a run. */
export function firstRequest(): { readonly [replayField]: ReplayRequest } {
  const { signal: answered } = new AbortController()
  return {
    [replayField]: { ended: new Map(), held: 0, targetStep: undefined, answered, sdk: {} as ReplayRequest['sdk'] },
  }
}
