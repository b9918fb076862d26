import { JobCancelledError, type LoggerLike } from '@cgk-platform/jobs-core'
import { bindLogger, type Clock, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EnginePage, EngineRun } from '../api/engine-shapes.ts'
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
/**
 * Time before the start of the oldest watched run from which cancelled runs are read, to allow for clock differences.
 */
const marginMs = 60_000
/** Maximum number of watched runs that are read one by one when there is more than one page of cancelled runs. */
const maxSingleReads = 20

const operation = 'read the cancelled runs'

/** Creates a watcher that reads cancelled runs every 500 ms, in one request, while this process executes any run. */
export function createCancelWatcher(
  api: EngineApi,
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

  /** Returns the ids of cancelled runs, including runs that are not watched. */
  const readCancelled = async (): Promise<ReadonlySet<string>> => {
    const since = Math.min(...[...watched].map((run) => run.since)) - marginMs
    const from = new Date(since).toISOString()
    const query = { status: 'CANCELLED', from, limit: 100 }
    const { data, page } = (await api.get<EnginePage<EngineRun>>(operation, '/v2/runs', query)) ?? {}
    const cancelled = new Set((data ?? []).map(({ id }) => id))
    const unknown = new Set([...watched].map(({ runId }) => runId).filter((id) => !cancelled.has(id)))
    if (!page?.hasMore || unknown.size === 0) return cancelled
    if (unknown.size > maxSingleReads) {
      const more = await api.list<EngineRun>(operation, '/v2/runs', { ...query, cursor: page.cursor })
      return new Set([...cancelled, ...more.map(({ id }) => id)])
    }
    const runs = await Promise.all([...unknown].map((id) => api.get<{ data?: EngineRun }>(operation, `/v2/runs/${id}`)))
    const ended = runs.flatMap((run) => (run?.data?.status === 'CANCELLED' && run.data.endedAt ? [run.data.id] : []))
    return new Set([...cancelled, ...ended])
  }

  const check = async (): Promise<void> => {
    try {
      const cancelled = await readCancelled()
      for (const { runId, jobId, abort } of watched) {
        if (cancelled.has(runId)) abort.abort(new JobCancelledError({ jobId }))
      }
      hasWarned = false
    } catch (error) {
      if (!hasWarned)
        bindLogger(logger, {}).warn('Could not check whether running jobs were cancelled.', {
          error: toErrorInfo(error),
        })
      hasWarned = true
    }
  }

  const scheduleCheck = (): void => {
    isScheduled = true
    // The timer does not keep the process alive.
    clock
      .setTimer(intervalMs, () => {
        if (watched.size === 0) {
          isScheduled = false
          return
        }
        void check().then(scheduleCheck)
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
      if (!isScheduled) scheduleCheck()
      try {
        return await work(abort.signal)
      } finally {
        watched.delete(run)
      }
    },
  }
}
