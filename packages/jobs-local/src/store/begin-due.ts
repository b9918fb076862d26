import { type Clock, type JobHost, leaveForAnother } from '@cgk-platform/jobs-core/provider'

import type { StoredJob } from '../records/stored-run.ts'
import { missingDefinitionOf, subscribersOf } from '../records/subscribers-of.ts'
import { turnBatch } from '../rules/turn-batch.ts'
import type { BegunWork, Capacity } from './engine-store.ts'
import type { JobStore } from './job-store.ts'

/** The services that the changes of a store use. */
export interface StoreServices {
  readonly clock: Clock
  readonly host: Pick<JobHost, 'jobs' | 'logger'>
}

/** Creates the runs of due jobs and claims runs for the free slots. Call it only within one change of the store. */
export function beginDue(store: JobStore, { clock, host }: StoreServices, { slots, hasListener }: Capacity): BegunWork {
  const now = clock.now()
  const { shared } = store
  const elsewhere = shared && ((event: string) => shared.subscribersElsewhere(event))
  const due = store.takeDueJobs(turnBatch, now)
  const superseded: string[] = []
  const unhandled: string[] = []
  const unclaimed: string[] = []
  const mayLeaveUnclaimed = (job: StoredJob): boolean => {
    const definitionId = missingDefinitionOf(job, host.jobs)
    return definitionId !== undefined && shared?.leaveUnclaimed(job, definitionId, now) === true
  }
  for (const job of due) {
    const left = leaveForAnother(job.envelope, { clock, logger: host.logger })
    if (left) {
      store.postpone(job, left.againAt)
      continue
    }
    const resolved = store.resolveWaits(job.envelope, now)
    const subscribers = subscribersOf(job, host.jobs, elsewhere)
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
