import type { LoggerLike } from '@cgk-platform/jobs-core'
import { JobCancelledError } from '@cgk-platform/jobs-core/errors'
import { bindLogger, type Clock, elapsedOf, toErrorInfo } from '@cgk-platform/jobs-core/provider'

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

/** An attempt that is being watched. */
interface WatchedAttempt extends WatchedRun {
  readonly abort: AbortController
  /** When its run was queued, in epoch milliseconds. */
  readonly since: number
  /** When it began, in elapsed milliseconds. */
  readonly begunAt: number
  /** When the last read of it that succeeded began, in elapsed milliseconds. */
  readAt: number
}

/** Time between two checks, and between two reads of a young attempt. */
const intervalMs = 500
/** The time between two reads of an attempt is this share of its age. */
const intervalShare = 1 / 20
const maxIntervalMs = 5000
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

/**
 * Creates a watcher that reads cancelled runs while this process executes any run: every 500 ms, and those of an old
 * attempt every twentieth of its age, at most five seconds.
 */
export function createCancelWatcher(
  { watching }: Pick<EngineApi, 'watching'>,
  clock: Clock,
  logger: LoggerLike,
  closing?: AbortSignal,
): CancelWatcher {
  // A set, not a map by run id: an attempt can still run here after Inngest has abandoned it and started the next one.
  const watched = new Set<WatchedAttempt>()
  let isScheduled = false
  /** The pause before the current check. The next one is expected after as long. */
  let pauseMs = intervalMs
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
    const readAt = elapsedOf(clock)
    const run = await watching.get<{ data?: EngineRun }>(operation, `/v2/runs/${id}`)
    for (const attempt of watched) if (attempt.runId === id) attempt.readAt = readAt
    if (run?.data?.status === 'CANCELLED' && run.data.endedAt) abortRuns([id])
  }

  const checkList = async (recent: readonly WatchedAttempt[]): Promise<void> => {
    const readAt = elapsedOf(clock)
    const times = recent.map(({ since }) => since)
    const query = {
      status: 'CANCELLED',
      from: new Date(Math.min(...times) - marginMs).toISOString(),
      until: new Date(Math.max(...times) + marginMs).toISOString(),
      limit: 100,
    }
    const runs = await watching.list<EngineRun>(operation, '/v2/runs', query)
    for (const attempt of recent) attempt.readAt = readAt
    abortRuns(runs.map(({ id }) => id))
  }

  /** Returns whether this check must read the attempt, because the next one would read it too late. */
  const isDue = ({ begunAt, readAt }: WatchedAttempt): boolean => {
    const now = elapsedOf(clock)
    const untilNextMs = now - readAt + pauseMs
    return untilNextMs > Math.min(Math.max(intervalMs, (now - begunAt) * intervalShare), maxIntervalMs)
  }

  /** Returns the runs to read one by one, those of the last check last. */
  const takeTurn = (runs: readonly WatchedAttempt[]): string[] => {
    const ids = new Set([...new Set(runs.map(({ runId }) => runId))].slice(0, maxSingleReads))
    for (const run of [...watched].filter(({ runId }) => ids.has(runId))) {
      watched.delete(run)
      watched.add(run)
    }
    return [...ids]
  }

  /** Aborts cancelled runs. Returns whether any read succeeded or none was due. */
  const check = async (): Promise<boolean> => {
    const runs = [...watched]
    const recent = runs.filter(({ since }) => since > clock.now() - listedMs)
    const isListed = new Set(recent.map(({ runId }) => runId)).size > maxSingleReads
    const single = takeTurn((isListed ? runs.filter((run) => !recent.includes(run)) : runs).filter(isDue))
    const reads = [...single.map(checkRun), ...(isListed && recent.some(isDue) ? [checkList(recent)] : [])]
    if (reads.length === 0) return true
    const results = await Promise.allSettled(reads)
    const failed = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
    if (failed && !hasWarned) {
      const error = toErrorInfo(failed.reason)
      bindLogger(logger, {}).warn('Could not check whether running jobs were cancelled.', { error })
    }
    hasWarned = failed !== undefined
    return results.some(({ status }) => status === 'fulfilled')
  }

  const scheduleCheck = (nextPauseMs: number): void => {
    isScheduled = true
    pauseMs = nextPauseMs
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
      const since = timeOfId(runId) ?? clock.now()
      const run = { runId, jobId, since, begunAt: elapsedOf(clock), readAt: Number.NEGATIVE_INFINITY, abort }
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
