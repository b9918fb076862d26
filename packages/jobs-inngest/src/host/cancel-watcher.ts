import { JobCancelledError, type LoggerLike } from '@cgk-platform/jobs-core'
import { bindLogger, type Clock, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EngineRun } from '../api/engine-shapes.ts'
import { timeOfId } from '../wire/event-id.ts'

/**
 * Aborts running handlers when their job is cancelled or the host closes. Inngest does not notify the app of a cancel.
 */
export interface CancelWatcher {
  /** Watches a run while `work` is pending. The signal aborts with a `JobCancelledError`, or with the host's reason. */
  watch<T>(run: WatchedRun, work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** A run that this process executes. */
export interface WatchedRun {
  readonly runId: string
  readonly jobId: string
}

const intervalMs = 500
/** Factor between the pause after a check and its duration, so that a slow server spends little time on checks. */
const pauseFactor = 4
const maxPauseMs = 5000
/** Maximum number of runs that a check reads one by one: that costs the server the same however many runs it stores. */
const maxSingleReads = 10
/** If more runs are younger than this, they are listed. Older ones are read in turn: a list from then on can be long. */
const listedMs = 600_000
/** Time before the oldest and after the newest watched run that a list of runs includes, for clock differences. */
const marginMs = 60_000

const operation = 'read the cancelled runs'

/** Creates a watcher that reads cancelled runs every 500 ms while this process executes any run. */
export function createCancelWatcher(
  { watching }: Pick<EngineApi, 'watching'>,
  clock: Clock,
  logger: LoggerLike,
  closing?: AbortSignal,
): CancelWatcher {
  // A set, not a map by run id: an attempt can still run here after Inngest has abandoned it and started the next one.
  const watched = new Set<WatchedRun & { readonly since: number; readonly abort: AbortController }>()
  let isScheduled = false
  let hasWarned = false
  closing?.addEventListener('abort', () => {
    for (const { abort } of watched) abort.abort(closing.reason)
  })

  const abortRuns = (cancelled: readonly string[]): void => {
    for (const { runId, jobId, abort } of watched) {
      if (cancelled.includes(runId)) abort.abort(new JobCancelledError({ jobId }))
    }
  }

  const checkRun = async (id: string): Promise<void> => {
    const run = await watching.get<{ data?: EngineRun }>(operation, `/v2/runs/${id}`)
    if (run?.data?.status === 'CANCELLED' && run.data.endedAt) abortRuns([id])
  }

  const checkList = async (times: readonly number[]): Promise<void> => {
    const query = {
      status: 'CANCELLED',
      from: new Date(Math.min(...times) - marginMs).toISOString(),
      until: new Date(Math.max(...times) + marginMs).toISOString(),
      limit: 100,
    }
    abortRuns((await watching.list<EngineRun>(operation, '/v2/runs', query)).map(({ id }) => id))
  }

  /** Returns the runs to read one by one, those of the last check last. */
  const takeTurn = (runs: readonly WatchedRun[]): string[] => {
    const ids = new Set([...new Set(runs.map(({ runId }) => runId))].slice(0, maxSingleReads))
    for (const run of [...watched].filter(({ runId }) => ids.has(runId))) {
      watched.delete(run)
      watched.add(run)
    }
    return [...ids]
  }

  /** Aborts cancelled runs. Returns whether any read succeeded. */
  const check = async (): Promise<boolean> => {
    const runs = [...watched]
    const recent = runs.filter(({ since }) => since > clock.now() - listedMs)
    const isListed = new Set(recent.map(({ runId }) => runId)).size > maxSingleReads
    const single = takeTurn(isListed ? runs.filter((run) => !recent.includes(run)) : runs)
    const reads = [...single.map(checkRun), ...(isListed ? [checkList(recent.map(({ since }) => since))] : [])]
    const results = await Promise.allSettled(reads)
    const failed = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
    if (failed && !hasWarned) {
      const error = toErrorInfo(failed.reason)
      bindLogger(logger, {}).warn('Could not check whether running jobs were cancelled.', { error })
    }
    hasWarned = failed !== undefined
    return results.some(({ status }) => status === 'fulfilled')
  }

  const scheduleCheck = (pauseMs: number): void => {
    isScheduled = true
    // The timer does not keep the process alive.
    clock
      .setTimer(pauseMs, () => {
        if (watched.size === 0) {
          isScheduled = false
          return
        }
        const begunAt = clock.now()
        const pauseAfter = () => Math.min(Math.max(intervalMs, (clock.now() - begunAt) * pauseFactor), maxPauseMs)
        void check().then((hasRead) => scheduleCheck(hasRead ? pauseAfter() : maxPauseMs))
      })
      .hold(false)
  }

  return {
    async watch({ runId, jobId }, work) {
      const abort = new AbortController()
      if (closing?.aborted) abort.abort(closing.reason)
      // The id of a run contains the time at which it was queued.
      const run = { runId, jobId, since: timeOfId(runId) ?? clock.now(), abort }
      watched.add(run)
      if (!isScheduled) scheduleCheck(intervalMs)
      try {
        return await work(abort.signal)
      } finally {
        watched.delete(run)
      }
    },
  }
}
