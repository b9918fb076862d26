import { JobCancelledError, type LoggerLike } from '@cgk-platform/jobs-core'
import { bindLogger, type Clock, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { EngineApi } from '../api/engine-api.ts'
import type { EnginePage, EngineRun } from '../api/engine-shapes.ts'
import { timeOfId } from '../wire/event-id.ts'

/** Tells running handlers that their job was cancelled, which Inngest does not, or that the host closes. */
export interface CancelWatcher {
  /** Watches a run while `work` goes on; the signal aborts with a `JobCancelledError`, or as the host does. */
  watch<T>(run: WatchedRun, work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** A run under way in this process. */
export interface WatchedRun {
  readonly runId: string
  readonly jobId: string
}

const everyMs = 500
/** Runs are looked for from the time of the oldest one on, and a little before, whatever the clocks say. */
const marginMs = 60_000
/** Up to so many runs are looked at one by one, where other cancelled ones fill more than a page. */
const mostOneByOne = 20

const what = 'read the cancelled runs'

/** One look for the whole process, every half second while something runs. */
export function createCancelWatcher(
  api: EngineApi,
  clock: Clock,
  logger: LoggerLike,
  closing?: AbortSignal,
): CancelWatcher {
  // Not by the run's id: an attempt may go on here while Inngest, which gave it up, has the next one made.
  const watched = new Set<WatchedRun & { readonly since: number; readonly abort: AbortController }>()
  let isLooking = false
  let hasWarned = false
  closing?.addEventListener('abort', () => {
    for (const { abort } of watched) abort.abort(closing.reason)
  })

  /** Those that were cancelled, perhaps with others that are not watched. */
  const readCancelled = async (): Promise<ReadonlySet<string>> => {
    const since = Math.min(...[...watched].map((run) => run.since)) - marginMs
    const from = new Date(since).toISOString()
    const query = { status: 'CANCELLED', from, limit: 100 }
    const { data, page } = (await api.get<EnginePage<EngineRun>>(what, '/v2/runs', query)) ?? {}
    const cancelled = new Set((data ?? []).map(({ id }) => id))
    const left = new Set([...watched].map(({ runId }) => runId).filter((id) => !cancelled.has(id)))
    if (!page?.hasMore || left.size === 0) return cancelled
    if (left.size > mostOneByOne) {
      const more = await api.list<EngineRun>(what, '/v2/runs', { ...query, cursor: page.cursor })
      return new Set([...cancelled, ...more.map(({ id }) => id)])
    }
    const runs = await Promise.all([...left].map((id) => api.get<{ data?: EngineRun }>(what, `/v2/runs/${id}`)))
    const ended = runs.flatMap((run) => (run?.data?.status === 'CANCELLED' && run.data.endedAt ? [run.data.id] : []))
    return new Set([...cancelled, ...ended])
  }

  const look = async (): Promise<void> => {
    try {
      const cancelled = await readCancelled()
      for (const { runId, jobId, abort } of watched) {
        if (cancelled.has(runId)) abort.abort(new JobCancelledError({ jobId }))
      }
      hasWarned = false
    } catch (error) {
      if (!hasWarned)
        bindLogger(logger, {}).warn('Whether running jobs were cancelled cannot be read.', {
          error: toErrorInfo(error),
        })
      hasWarned = true
    }
  }

  const lookLater = (): void => {
    isLooking = true
    // The process need not stay alive to look.
    clock
      .setTimer(everyMs, () => {
        if (watched.size === 0) {
          isLooking = false
          return
        }
        void look().then(lookLater)
      })
      .hold(false)
  }

  return {
    async watch({ runId, jobId }, work) {
      const abort = new AbortController()
      if (closing?.aborted) abort.abort(closing.reason)
      // The id of a run tells when it was queued.
      const run = { runId, jobId, since: timeOfId(runId) ?? clock.now(), abort }
      watched.add(run)
      if (!isLooking) lookLater()
      try {
        return await work(abort.signal)
      } finally {
        watched.delete(run)
      }
    },
  }
}
