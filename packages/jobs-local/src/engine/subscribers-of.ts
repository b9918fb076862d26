import { cronJobIdOf, type JobRegistry, maxAttemptsOf } from '@cgk-platform/jobs-core'

import type { StoredJob, Subscriber } from '../store/job-store.ts'

/** Who gets a run for a job: the jobs that handle its event, or the cron job that it is a tick of, also where that is gone. */
export function subscribersOf({ envelope }: StoredJob, jobs: JobRegistry): Subscriber[] {
  const cronJobId = cronJobIdOf(envelope.event)
  const ids = cronJobId === undefined ? jobs.subscribers(envelope.event).map(({ id }) => id) : [cronJobId]
  return ids.map((definitionId) => ({ definitionId, maxAttempts: maxAttemptsOf(envelope, jobs.get(definitionId)) }))
}
