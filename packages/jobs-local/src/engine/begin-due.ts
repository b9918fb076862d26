import { leaveForAnother } from '@cgk-platform/jobs-core/provider'

import type { RunChanges } from '../store/job-store.ts'
import type { StoredJob, StoredRun } from '../records/stored-run.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import { turnBatch } from '../rules/turn-batch.ts'
import { missingDefinitionOf, subscribersOf } from './subscribers-of.ts'

/** The work that one pass over the store has begun. */
export interface BegunWork {
  /** Due jobs that got their runs. */
  readonly due: readonly StoredJob[]
  /** Jobs with a run that one of those superseded. */
  readonly superseded: readonly string[]
  /** Events of those jobs that no definition handles and no workflow waits for. */
  readonly unhandled: readonly string[]
  /** Events of those jobs that wait for a worker with the definition that they are of. */
  readonly unclaimed: readonly string[]
  /** Changes of running attempts to report to their host. */
  readonly changes: RunChanges
  /** Runs that got a slot. */
  readonly claimed: readonly StoredRun[]
  /** Whether more work is ready than one pass may begin. */
  readonly isMoreReady: boolean
}

/** The capacity for new attempts. */
interface Capacity {
  /** Number of runs that may begin. */
  readonly slots: number
  /** Whether a run's code is in memory and listens for the results of its waits. */
  readonly hasListener: (run: StoredRun) => boolean
}

/** Creates the runs of due jobs and claims runs for the free slots, all within one change of the store. */
export function beginDue({ store, clock, host }: EngineDependencies, { slots, hasListener }: Capacity): BegunWork {
  const now = clock.now()
  const due = store.takeDueJobs(turnBatch, now)
  const superseded: string[] = []
  const unhandled: string[] = []
  const unclaimed: string[] = []
  const mayLeaveUnclaimed = (job: StoredJob): boolean => {
    const definitionId = missingDefinitionOf(job, host.jobs)
    return definitionId !== undefined && store.shared?.leaveUnclaimed(job, definitionId, now) === true
  }
  for (const job of due) {
    const left = leaveForAnother(job.envelope, { clock, logger: host.logger })
    if (left) {
      store.postpone(job, left.againAt)
      continue
    }
    const resolved = store.resolveWaits(job.envelope, now)
    const subscribers = subscribersOf(job, host.jobs, store)
    if (subscribers.length > 0) superseded.push(...store.addRuns(job, subscribers, now))
    // A workflow has handled the event.
    else if (resolved > 0 || job.envelope.waitsOnly) store.endWithoutRuns(job, 'completed', now)
    else if (mayLeaveUnclaimed(job)) unclaimed.push(job.envelope.event)
    else {
      unhandled.push(job.envelope.event)
      store.endWithoutRuns(job, 'unhandled', now)
    }
  }
  const changes = store.takeRunChanges(now)
  // Must happen in the change that takes the resolved wait. With a later one, a crash in between would leave the run
  // asleep forever.
  for (const { run } of changes.resolved) if (!hasListener(run)) store.wakeRun(run)
  const limitsOf = (definitionId: string) => host.jobs.get(definitionId)
  const claimed = store.claim(Math.min(slots, turnBatch), limitsOf, now)
  const isMoreReady = claimed.length === turnBatch || (due.length > 0 && store.hasDueJobs(now))
  return { due, superseded, unhandled, unclaimed, changes, claimed, isMoreReady }
}
