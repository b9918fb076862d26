import { pause } from '../time/pause.ts'
import { type Clock, elapsedOf } from '../time/clock.ts'
import type { JobsChange } from './job-inspector.ts'
import type { JobSummary } from './job-summary.ts'

const minIntervalMs = 250
const pollMs = 2_000
const maxPollMs = 10_000

/** The parts of a subscription. */
export interface JobsToWatch {
  readonly clock: Clock
  /** Returns the newest jobs that match. */
  readonly read: () => Promise<readonly JobSummary[]>
  /** Calls `changed` after changes. Returns `undefined` if the engine cannot push. */
  readonly watch: (changed: () => void) => Promise<(() => void) | undefined>
  readonly listener: (change: JobsChange) => void
  readonly onError: (error: unknown) => void
  /** Ends the subscription. */
  readonly signal: AbortSignal
}

/** Reports the jobs and each change of them until the signal aborts. Reads never overlap. */
export async function watchJobs({ clock, read, watch, listener, onError, signal }: JobsToWatch): Promise<void> {
  let known: ReadonlyMap<string, string> | undefined
  let isChanged = true
  let wake = (): void => undefined
  const changed = (): void => {
    isChanged = true
    wake()
  }
  let stopWatching: (() => void) | undefined

  const report = (jobs: readonly JobSummary[]): void => {
    const before = known ?? new Map<string, string>()
    const now = new Map(jobs.map((job) => [job.id, JSON.stringify(job)]))
    const change = {
      jobs: jobs.filter(({ id }) => now.get(id) !== before.get(id)),
      removed: [...before.keys()].filter((id) => !now.has(id)),
    }
    const isFirst = known === undefined
    if (isFirst || change.jobs.length > 0 || change.removed.length > 0) listener(change)
    known = now // after the listener has taken it
  }

  /** Resolves after a change, or when the signal aborts. */
  const nextChange = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
      if (isChanged || signal.aborted) resolve()
    })
  signal.addEventListener('abort', () => wake(), { once: true })

  let failures = 0
  let isWatching = false
  while (!signal.aborted) {
    const startedAt = elapsedOf(clock)
    try {
      if (!isWatching) {
        stopWatching = await watch(changed)
        isWatching = true
        if (signal.aborted) break
      }
      isChanged = false
      const jobs = await read()
      if (signal.aborted) break
      report(jobs)
      failures = 0
    } catch (error) {
      failures++
      isChanged = true
      if (!signal.aborted) onError(error)
    }
    if (failures > 0 || !stopWatching) {
      await pause(clock, Math.min(pollMs * 2 ** Math.max(0, failures - 1), maxPollMs), signal)
    } else {
      await nextChange()
      await pause(clock, Math.max(0, minIntervalMs - (elapsedOf(clock) - startedAt)), signal)
    }
  }
  stopWatching?.()
}
