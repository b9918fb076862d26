import { setTimeout as pause } from 'node:timers/promises'

import { duePayload, type LoadProcess } from 'bench-peers/contender'

/** Sends to a queue that is idle. */
export interface SendSparsely {
  readonly jobs: number
  /** The pauses between sends are random, so that they do not fall in step with a timer. */
  readonly minPauseMs: number
  readonly maxPauseMs: number
}

/** Sends one job at a time, with pauses. Returns the start, in milliseconds of the machine's clock. */
export async function sendSparsely(
  to: LoadProcess,
  { jobs, minPauseMs, maxPauseMs }: SendSparsely,
): Promise<{ startMs: number }> {
  const nowMs = (): number => performance.timeOrigin + performance.now()
  const startMs = nowMs()
  for (let sent = 0; sent < jobs; sent++) {
    await pause(minPauseMs + Math.random() * (maxPauseMs - minPauseMs))
    await to.send([duePayload(sent, nowMs())])
  }
  return { startMs }
}
