import { pause } from '../time/pause.ts'
import { type Clock, elapsedOf } from '../time/clock.ts'
import type { JobsChange } from './job-inspector.ts'
import type { JobSummary } from '../status/job-summary.ts'
import type { ReadBegin, SharedReads } from './shared-reads.ts'

const pollMs = 2_000
const maxPollMs = 10_000

/** The newest jobs that match. */
export interface WatchedJobs {
  readonly jobs: readonly JobSummary[]
  /** All jobs that were sent since are among them. Absent: there are no others. */
  readonly searchedTo: Date | undefined
}

/** The parts of a subscription. */
export interface JobsToWatch {
  readonly clock: Clock
  /** The reads of all subscriptions. */
  readonly reads: SharedReads<WatchedJobs>
  /** Identifies what is read among these. */
  readonly key: string
  /** Returns the newest jobs that match, and the time up to which they are all. */
  readonly read: () => Promise<WatchedJobs>
  /** Calls `changed` after changes. Returns `undefined` if the engine cannot push. */
  readonly watch: (changed: () => void) => Promise<(() => void) | undefined>
  readonly listener: (change: JobsChange) => unknown
  readonly onError: (error: unknown) => void
  /** Ends the subscription. */
  readonly signal: AbortSignal
}

/** Reports the jobs and each change of them until the signal aborts. */
export async function watchJobs(options: JobsToWatch): Promise<void> {
  const { clock, reads, watch, listener, onError, signal } = options
  const shared = reads.open(options.key, options.read)
  signal.addEventListener('abort', () => shared.close(), { once: true })
  let known: ReadonlyMap<string, string> | undefined
  let isChanged = true
  /** Number of changes that the next read must follow. */
  let changes = 0
  let wake = (): void => undefined
  const changed = (): void => {
    isChanged = true
    reads.countChange()
    changes = reads.changes
    wake()
  }
  let stopWatching: (() => void) | undefined

  const report = async ({ jobs, searchedTo }: WatchedJobs): Promise<void> => {
    const before = known ?? new Map<string, string>()
    const now = new Map(jobs.map((job) => [job.id, JSON.stringify(job)]))
    const change = {
      jobs: jobs.filter(({ id }) => now.get(id) !== before.get(id)),
      removed: [...before.keys()].filter((id) => !now.has(id)),
      ...(searchedTo && { searchedTo }),
    }
    if (known === undefined || change.jobs.length > 0 || change.removed.length > 0) await listener(change)
    known = now // after the listener has taken it
  }

  /** Resolves after a change, or when the signal aborts. */
  const nextChange = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
      if (isChanged || signal.aborted) resolve()
    })
  const end = (): void => {
    stopWatching?.() // at once, because the listener may take long
    stopWatching = undefined
    wake()
  }
  signal.addEventListener('abort', end, { once: true })

  let failures = 0
  let isFirst = true
  let isWatching = false
  while (!signal.aborted) {
    try {
      if (!isWatching) {
        stopWatching = await watch(changed)
        isWatching = true
        if (signal.aborted) break
      }
      isChanged = false
      const pollsSince = elapsedOf(clock) - pollMs / 2
      const isNew = (read: ReadBegin): boolean => (stopWatching ? read.changes >= changes : read.startedAt > pollsSince)
      const found = await shared.read(isNew, stopWatching !== undefined, signal)
      if (signal.aborted) break
      await report(found)
      failures = 0
      // The first jobs can be those that another subscription has read.
      if (isFirst) [isFirst, isChanged, changes] = [false, true, reads.changes]
    } catch (error) {
      failures++
      isChanged = true
      if (!signal.aborted) onError(error)
    }
    if (failures > 0 || !stopWatching) {
      await pause(clock, Math.min(pollMs * 2 ** Math.max(0, failures - 1), maxPollMs), signal)
    } else {
      await nextChange()
    }
  }
  stopWatching?.()
}
