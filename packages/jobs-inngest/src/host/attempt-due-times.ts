import { BoundedMap, type Clock, pause, awaitAtMost } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { readFailedRecord } from '../wire/attempt-record.ts'

/** An attempt that Inngest has begun. */
export interface StartedAttempt {
  readonly jobId: string
  readonly runId: string
  /** Counted from 1. */
  readonly attempt: number
  readonly signal: AbortSignal
}

/**
 * Holds back an attempt that Inngest begins before it is due. It does so when the answer that asked for it was long on
 * its way, or the clocks differ by less than can be told.
 */
export interface AttemptDueTimes {
  /** Notes when an attempt of a run is due, epoch milliseconds. */
  note(runId: string, attempt: number, dueAt: number): void
  /** Waits until an attempt is due, or its signal aborts. */
  waitUntilDue(begun: StartedAttempt): Promise<void>
}

const mostKept = 10_000
/** Another process may have asked for the attempt; its record is worth this much of a wait. */
const readWithinMs = 2000
/** What is further off is a retry of Inngest's own, after an answer that got lost: no request is held open that long. */
const longestHoldMs = 5000

/** Knows what this process asked for, and reads what another did. */
export function createAttemptDueTimes(api: EngineApi, clock: Clock): AttemptDueTimes {
  const noted = new BoundedMap<string, { readonly attempt: number; readonly dueAt: number }>(mostKept)

  const read = async ({ jobId, runId }: StartedAttempt): Promise<number | undefined> => {
    const query = { includeOutput: 'true', limit: 40 }
    const page = await api.get<{ data?: EngineRun[] }>(`read the run ${runId}`, `/v2/events/${jobId}/runs`, query)
    const run = page?.data?.find(({ id }) => id === runId)
    return readFailedRecord(run?.output?.['error'])?.nextAttemptAt
  }

  return {
    note(runId, attempt, dueAt) {
      noted.set(runId, { attempt, dueAt })
    },
    async waitUntilDue(begun) {
      if (begun.attempt === 1) return
      const known = noted.get(begun.runId)
      noted.delete(begun.runId)
      // Another process may have made attempts since.
      const dueAt =
        known?.attempt === begun.attempt
          ? known.dueAt
          : await awaitAtMost(
              clock,
              readWithinMs,
              read(begun).catch(() => undefined),
            )
      const leftMs = (dueAt ?? 0) - clock.now()
      if (leftMs > 0 && leftMs <= longestHoldMs) await pause(clock, leftMs, begun.signal)
    },
  }
}
