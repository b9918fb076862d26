/** Who wants to know of which job's changes. */
export interface Watchers {
  readonly watch: (jobId: string, changed: () => void) => () => void
  readonly tell: (jobId: string) => void
  /** Tells all, where it is not known which job has changed. */
  readonly tellAll: () => void
}

export function createWatchers(): Watchers {
  const byJob = new Map<string, Set<() => void>>()
  const tell = (jobId: string): void => {
    for (const changed of [...(byJob.get(jobId) ?? [])]) changed()
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
    tellAll() {
      for (const jobId of [...byJob.keys()]) tell(jobId)
    },
  }
}
