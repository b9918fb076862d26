import type { Definition } from '@cgk-platform/jobs-core'
import { cronJobIdOf, eventOf, type JobRegistry, maxAttemptsOf } from '@cgk-platform/jobs-core/provider'

import type { Handled, JobStore, StoredJob, Subscriber } from '../store/job-store.ts'

/**
 * Who gets a run for a job: the jobs that handle its event, here or in other workers, or the cron job that it is a tick of,
 * also where that is gone.
 */
export function subscribersOf(
  { envelope }: StoredJob,
  jobs: JobRegistry,
  store: Pick<JobStore, 'shared'>,
): Subscriber[] {
  const cronJobId = cronJobIdOf(envelope.event)
  if (cronJobId !== undefined) {
    return [{ definitionId: cronJobId, maxAttempts: maxAttemptsOf(envelope, jobs.get(cronJobId)) }]
  }
  const here = jobs.subscribers(envelope.event).map((definition) => toSubscriber(definition, envelope.maxAttempts))
  const elsewhere = store.shared?.handledElsewhere(envelope.event).filter(({ definitionId }) => !jobs.get(definitionId))
  if (!elsewhere || elsewhere.length === 0) return here
  return [...here, ...elsewhere.map((one) => ({ ...one, maxAttempts: envelope.maxAttempts ?? one.maxAttempts }))]
}

/** A definition as the other workers know of it. */
export function toHandled(definition: Definition): Handled {
  return { ...toSubscriber(definition), event: definition.kind === 'cron' ? undefined : eventOf(definition) }
}

function toSubscriber(definition: Definition, maxAttempts?: number): Subscriber {
  return {
    definitionId: definition.id,
    maxAttempts: maxAttempts ?? maxAttemptsOf({}, definition),
    ...(definition.kind === 'workflow' && definition.compensateOnCancel && { compensateOnCancel: true }),
  }
}
