import type { MaybePromise } from '../store/engine-store.ts'
import { whenDone } from '../store/when-done.ts'

// Captured at load time, so that fake timers that a test installs later do not stop it.
const { setTimeout: later } = globalThis

/** Time to collect changes of other processes before reading them, in milliseconds. */
const debounceMs = 20

/** Returns for each job a string that differs between any two of its states. */
type ReadStates = (jobIds: readonly string[]) => MaybePromise<ReadonlyMap<string, string>>

/** The callers that wait for changes of jobs. */
export interface Watchers {
  /** Calls `changed` after each change of a job. Returns a function that stops watching. */
  readonly watch: (jobId: string, changed: () => void) => () => void
  /** Calls `changed` after changes of any jobs. Returns a function that stops watching. */
  readonly watchAll: (changed: () => void) => () => void
  /** Notifies the watchers of a job, and those of all jobs. */
  readonly notify: (jobId: string) => void
  /** Notifies the watchers of all jobs: of new ones, which nobody else can watch yet. */
  readonly notifyAll: () => void
  /**
   * Notifies the watchers of jobs that another process has changed. Such a change does not name its jobs, so this
   * compares the state of all watched jobs.
   */
  readonly notifyExternal: (read: ReadStates) => void
}

/** Creates an empty set of watchers. */
export function createWatchers(): Watchers {
  const byJob = new Map<string, Set<() => void>>()
  const ofAll = new Set<() => void>()
  /** States of the watched jobs at the last comparison. */
  const seen = new Map<string, string>()
  let isCollecting = false
  const notifyAll = (): void => {
    if (ofAll.size > 0) for (const changed of [...ofAll]) changed()
  }
  const notifyOf = (jobId: string): void => {
    const watching = byJob.get(jobId)
    if (watching) for (const changed of [...watching]) changed()
  }
  const compare = (states: ReadonlyMap<string, string>): void => {
    const before = new Map(seen)
    seen.clear()
    for (const [jobId, state] of states) {
      seen.set(jobId, state)
      if (before.get(jobId) !== state) notifyOf(jobId)
    }
    notifyAll()
  }
  return {
    watch(jobId, changed) {
      const watching = byJob.get(jobId) ?? new Set()
      byJob.set(jobId, watching.add(changed))
      return () => {
        watching.delete(changed)
        if (watching.size === 0 && byJob.get(jobId) === watching) byJob.delete(jobId)
      }
    },
    watchAll(changed) {
      const watching = (): void => changed()
      ofAll.add(watching)
      return () => void ofAll.delete(watching)
    },
    notify(jobId) {
      notifyOf(jobId)
      notifyAll()
    },
    notifyAll,
    notifyExternal(read) {
      if (isCollecting || byJob.size + ofAll.size === 0) return
      isCollecting = true
      later(() => {
        isCollecting = false
        const comparing = whenDone(read([...byJob.keys()]), compare)
        // After a failure, the next change notifies the watchers of all jobs, because no state is known.
        if (comparing instanceof Promise) comparing.catch(() => compare(new Map()))
      }, debounceMs)
    },
  }
}
