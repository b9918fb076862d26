// Taken now, so that fake timers that a test installs later do not stop it.
const { setTimeout: later } = globalThis

/** How long changes of other processes are gathered before they are looked at, milliseconds. */
const gatherMs = 20

/** Who wants to know of which job's changes. */
export interface Watchers {
  readonly watch: (jobId: string, changed: () => void) => () => void
  readonly tell: (jobId: string) => void
  /**
   * Tells of the jobs that have changed by another process, which says only that something has.
   *
   * @param read - answers for jobs what tells one state of theirs from another
   */
  readonly tellChanged: (read: (jobIds: readonly string[]) => ReadonlyMap<string, string>) => void
}

export function createWatchers(): Watchers {
  const byJob = new Map<string, Set<() => void>>()
  /** How watched jobs were when they were last looked at. */
  const seen = new Map<string, string>()
  let isGathering = false
  const tell = (jobId: string): void => {
    for (const changed of [...(byJob.get(jobId) ?? [])]) changed()
  }
  const look = (read: (jobIds: readonly string[]) => ReadonlyMap<string, string>): void => {
    isGathering = false
    const before = new Map(seen)
    seen.clear()
    for (const [jobId, state] of read([...byJob.keys()])) {
      seen.set(jobId, state)
      if (before.get(jobId) !== state) tell(jobId)
    }
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
    tell,
    tellChanged(read) {
      if (isGathering || byJob.size === 0) return
      isGathering = true
      later(() => look(read), gatherMs)
    },
  }
}
