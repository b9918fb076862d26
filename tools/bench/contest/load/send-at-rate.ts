import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'

import { duePayload, type LoadProcess } from 'bench-peers/contender'

/** A number of sends at a rate. */
export interface SendAtRate {
  readonly jobs: number
  /** Jobs per second. Infinity: in batches of a thousand, each after the one before. */
  readonly rate: number
  /** True: looks for due sends in each turn of the event loop. False: each millisecond. */
  readonly isPrecise: boolean
}

/**
 * Sends jobs when they are due, whether or not earlier ones are accepted. Those that are due at once are sent together.
 * Returns the start, in milliseconds of the machine's clock, when all are accepted.
 */
export async function sendAtRate(to: LoadProcess, { jobs, rate, isPrecise }: SendAtRate): Promise<{ startMs: number }> {
  const origin = performance.timeOrigin
  const startedAt = performance.now()
  const pending: Promise<unknown>[] = []
  let sent = 0
  while (sent < jobs) {
    const now = performance.now()
    const due = rate === Infinity ? sent + 1_000 : Math.floor(((now - startedAt) / 1000) * rate) + 1
    if (due > sent) {
      const first = sent
      sent = Math.min(due, jobs)
      const dueMs = (index: number): number => (rate === Infinity ? now : startedAt + (index / rate) * 1000)
      const payloads = Array.from({ length: sent - first }, (_, offset) =>
        duePayload(first + offset, origin + dueMs(first + offset)),
      )
      pending.push(to.send(payloads))
    }
    if (rate === Infinity) await pending.at(-1)
    else await (isPrecise ? nextTurn() : pause(1))
  }
  await Promise.all(pending)
  return { startMs: origin + startedAt }
}
