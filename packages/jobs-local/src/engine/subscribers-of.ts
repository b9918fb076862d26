import { cronEventPrefix, type Definition, type JobRegistry } from '@cgk-platform/jobs-core'

import type { StoredJob, Subscriber } from '../store/job-store.ts'

/** Who gets a run for a job: the jobs that handle its event, or the cron job that it is a tick of, also where that is gone. */
export function subscribersOf({ envelope }: StoredJob, jobs: JobRegistry): Subscriber[] {
  const toSubscriber = (definitionId: string, definition: Definition | undefined): Subscriber => ({
    definitionId,
    maxAttempts: envelope.maxAttempts ?? definition?.retry.maxAttempts ?? 1,
  })
  if (envelope.event.startsWith(cronEventPrefix)) {
    const id = envelope.event.slice(cronEventPrefix.length)
    return [toSubscriber(id, jobs.get(id))]
  }
  return jobs.subscribers(envelope.event).map((definition) => toSubscriber(definition.id, definition))
}
