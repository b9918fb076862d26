import type { JobStore } from '../../src/store/job-store.ts'
import type { StoredRun } from '../../src/records/stored-run.ts'

/** Combines stores on one file to one, whose changes are made by each of them in turn. */
export function severalWorkers(stores: readonly JobStore[]): JobStore {
  let current = 0
  /** The runs that a worker has begun, by job. */
  const running = new Map<string, Set<StoredRun>>()
  const runsOf = (jobId: string): Set<StoredRun> => {
    if (!running.has(jobId)) running.set(jobId, new Set())
    return running.get(jobId)!
  }
  const changes: Pick<JobStore, 'change' | 'claim' | 'settle' | 'cancel'> = {
    change(work, end) {
      current = (current + 1) % stores.length
      return stores[current]!.change(work, end)
    },
    claim(...options) {
      const claimed = stores[current]!.claim(...options)
      for (const run of claimed) runsOf(run.job.envelope.id).add(run)
      return claimed
    },
    settle(run, ...outcome) {
      runsOf(run.job.envelope.id).delete(run)
      return stores[current]!.settle(run, ...outcome)
    },
    cancel(jobId, now) {
      stores[current]!.cancel(jobId, now)
      const aborted = [...runsOf(jobId)]
      running.delete(jobId)
      return aborted
    },
  }
  return new Proxy(stores[0]!, {
    get(_store, name: keyof JobStore) {
      if (name in changes) return changes[name as keyof typeof changes]
      const member: unknown = stores[current]![name]
      return typeof member === 'function' ? (member.bind(stores[current]) as unknown) : member
    },
  })
}
