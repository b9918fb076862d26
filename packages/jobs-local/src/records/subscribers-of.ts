import type { Definition } from '@cgk-platform/jobs-core'
import { cronJobIdOf, type Envelope, eventOf, type JobRegistry, maxAttemptsOf } from '@cgk-platform/jobs-core/provider'
import { ownDefinitionIdOf, payloadKeyOf, priorityOf, versionsOf } from '@cgk-platform/jobs-core/scheduling'

import type { StoredJob } from './stored-run.ts'
import type { PayloadKeys, RemoteSubscriber, Subscriber, WorkerDefinition } from './subscriber.ts'

/**
 * Returns the definitions that get a run for a job: those that handle its event, here or in other workers. For a cron
 * tick, returns its cron job, even if that is no longer defined. An event that is only for waits gets no runs.
 *
 * @param findElsewhere - returns the definitions of other workers for an event. Default: there are none
 */
export function subscribersOf(
  { envelope }: StoredJob,
  jobs: JobRegistry,
  findElsewhere?: (event: string) => readonly RemoteSubscriber[],
): Subscriber[] {
  if (envelope.waitsOnly) return []
  const cronJobId = cronJobIdOf(envelope.event)
  if (cronJobId !== undefined) {
    const cronJob = jobs.get(cronJobId)
    const maxAttempts = maxAttemptsOf(envelope, cronJob)
    return [{ definitionId: cronJobId, maxAttempts, priority: priorityOf(envelope, cronJob) }]
  }
  const here = jobs.subscribers(envelope.event).map((definition) => toSubscriber(definition, envelope))
  const elsewhere = findElsewhere?.(envelope.event).filter(({ definitionId }) => !jobs.get(definitionId))
  if (!elsewhere || elsewhere.length === 0) return here
  return [
    ...here,
    ...elsewhere.map(({ concurrencyPath, throttlePath, ...one }) => ({
      ...one,
      maxAttempts: envelope.maxAttempts ?? one.maxAttempts,
      priority: priorityOf(envelope, one),
      ...keysOf(envelope, concurrencyPath, throttlePath, one.debounce?.key),
    })),
  ]
}

/** Returns the id of the definition that a job was sent to, if this process does not have it. */
export function missingDefinitionOf({ envelope: { event } }: StoredJob, jobs: JobRegistry): string | undefined {
  const id = ownDefinitionIdOf(event)
  return id === undefined || jobs.get(id) ? undefined : id
}

/** Describes a definition for other workers. They start no runs of a disabled one, but leave it those that exist. */
export function toWorkerDefinition(definition: Definition): WorkerDefinition {
  const { concurrency, throttle } = definition
  return {
    ...toSubscriber(definition),
    ...(concurrency?.key !== undefined && { concurrencyPath: concurrency.key }),
    ...(throttle?.key !== undefined && { throttlePath: throttle.key }),
    ...(definition.kind === 'workflow' && { versions: versionsOf(definition) }),
    ...((concurrency ?? throttle) && {
      limits: { ...(concurrency && { concurrency }), ...(throttle && { throttle }) },
    }),
    event: definition.kind === 'cron' || !definition.enabled ? undefined : eventOf(definition),
  }
}

function toSubscriber(
  definition: Definition,
  envelope: Partial<Pick<Envelope, 'maxAttempts' | 'priority' | 'payload'>> = {},
): Subscriber {
  const debounce = 'debounce' in definition ? definition.debounce : undefined
  return {
    definitionId: definition.id,
    maxAttempts: maxAttemptsOf(envelope, definition),
    priority: priorityOf(envelope, definition),
    compensateOnCancel: definition.kind === 'workflow' && definition.compensateOnCancel,
    ...(debounce && { debounce }),
    ...(definition.kind === 'batch' && { batch: { maxSize: definition.maxSize, maxWaitMs: definition.maxWaitMs } }),
    ...keysOf(envelope, definition.concurrency?.key, definition.throttle?.key, debounce?.key),
  }
}

const noKeys: PayloadKeys = Object.freeze({})

function keysOf(
  { payload }: Partial<Pick<Envelope, 'payload'>>,
  concurrencyPath: string | undefined,
  throttlePath: string | undefined,
  debouncePath: string | undefined,
): PayloadKeys {
  if (concurrencyPath === undefined && throttlePath === undefined && debouncePath === undefined) return noKeys
  const [concurrencyKey, throttleKey, debounceKey] = [concurrencyPath, throttlePath, debouncePath].map((path) =>
    path === undefined ? undefined : payloadKeyOf(payload, path),
  )
  return {
    ...(concurrencyKey !== undefined && { concurrencyKey }),
    ...(throttleKey !== undefined && { throttleKey }),
    ...(debounceKey !== undefined && { debounceKey }),
  }
}
