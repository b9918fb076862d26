import { setTimeout as pause } from 'node:timers/promises'

import { batchSize, duePayload, type LoadProcess } from 'bench-peers/contender'

/** Sends so many jobs that some always wait. */
export interface Flood {
  readonly seconds: number
  /** Number of jobs that wait. */
  readonly waiting: number
}

let sent = 0

/** Sends jobs for a time, and keeps the same number waiting. Returns how many started per second. */
export async function flood(
  to: LoadProcess,
  { seconds, waiting }: Flood,
  starts: () => number,
): Promise<{ rate: number }> {
  const startedAt = performance.now()
  const before = starts()
  const elapsedMs = (): number => performance.now() - startedAt
  while (elapsedMs() < seconds * 1000) {
    if (sent - starts() >= waiting) await pause(1)
    else {
      await to.send(Array.from({ length: batchSize }, (_, index) => duePayload(sent + index, performance.now())))
      sent += batchSize
    }
  }
  return { rate: ((starts() - before) / elapsedMs()) * 1000 }
}
