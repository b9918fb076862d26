import { type Clock, pause, awaitAtMost } from '@cgk-platform/jobs-core/provider'
import { BoundedMap } from '@cgk-platform/jobs-core/hosted'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { readFailedRecord } from '../wire/attempt-record.ts'

/** An attempt that Inngest has started. */
export interface StartedAttempt {
  readonly jobId: string
  readonly runId: string
  /** Counted from 1. */
  readonly attempt: number
  readonly signal: AbortSignal
}

/**
 * Delays attempts that Inngest starts before they are due. This happens after a slow response, or if the clocks differ
 * by less than can be measured.
 */
export interface AttemptDueTimes {
  /** Records when an attempt of a run is due, epoch milliseconds. */
  record(runId: string, attempt: number, dueAt: number): void
  /** Waits until an attempt is due or its signal aborts. */
  waitUntilDue(started: StartedAttempt): Promise<void>
}

const maxRecorded = 10_000
/** Maximum time to read the due time from Inngest when another process made the attempt before. */
const readTimeoutMs = 2000
/** Maximum delay. An attempt that is earlier than this is a retry by Inngest itself, after a lost response. */
const maxHoldMs = 5000

/** Creates the due times. Remembers those of this process and reads others from Inngest. */
export function createAttemptDueTimes(api: EngineApi, clock: Clock): AttemptDueTimes {
  const recorded = new BoundedMap<string, { readonly attempt: number; readonly dueAt: number }>(maxRecorded)

  const read = async ({ jobId, runId }: StartedAttempt): Promise<number | undefined> => {
    const query = { includeOutput: 'true', limit: 40 }
    const page = await api.get<{ data?: EngineRun[] }>(`read the run ${runId}`, `/v2/events/${jobId}/runs`, query)
    const run = page?.data?.find(({ id }) => id === runId)
    return readFailedRecord(run?.output?.['error'])?.nextAttemptAt
  }

  return {
    record(runId, attempt, dueAt) {
      recorded.set(runId, { attempt, dueAt })
    },
    async waitUntilDue(started) {
      if (started.attempt === 1) return
      const known = recorded.get(started.runId)
      recorded.delete(started.runId)
      // Another process can have made attempts since.
      const dueAt =
        known?.attempt === started.attempt
          ? known.dueAt
          : await awaitAtMost(
              clock,
              readTimeoutMs,
              read(started).catch(() => undefined),
            )
      const leftMs = (dueAt ?? 0) - clock.now()
      if (leftMs > 0 && leftMs <= maxHoldMs) await pause(clock, leftMs, started.signal)
    },
  }
}
