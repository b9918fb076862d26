import type { Definition } from '@cgk-platform/jobs-core'
import { hashOf } from '@cgk-platform/jobs-core/hosted'
import type { RunRestart, Json } from '@cgk-platform/jobs-core/provider'
import { priorityOf } from '@cgk-platform/jobs-core/scheduling'

import { type Restart, type RunPayload, toWireJson } from '../wire/payload.ts'
import { type AttemptRecord, recordKey } from '../wire/run-record.ts'
import { restartOfTag, tagsOf } from '../wire/tags.ts'
import { jobTaskId } from '../wire/task-id.ts'
import { concurrencyKeyOf } from './concurrency-key-of.ts'
import type { HostDependencies } from './host-dependencies.ts'

/** A run whose code has called `step.restart`. */
export interface RestartingRun {
  readonly definition: Definition
  readonly runId: string
  readonly payload: RunPayload
  readonly begun: AttemptRecord
  /** Number of times that it began again before. */
  readonly restarts: number
}

/**
 * Starts the run that continues a restarted one, with the code of the newest deployment. After a crash, a second call
 * starts no other run. Returns its id. @throws {RequestFailedError}
 */
export async function restartRun(
  { definition, runId, payload, begun, restarts }: RestartingRun,
  { payload: json, at, since, got }: RunRestart,
  { api, clock }: Pick<HostDependencies, 'api' | 'clock'>,
): Promise<string> {
  const { envelope, jobId, options } = payload
  const note = (restartedAs: string): Promise<void> =>
    api.setMetadata(runId, { [recordKey]: { ...begun, restartedAs } as unknown as Json })
  // First, so that no attempt fails the run once the next one has started.
  if (begun.restartedAs === undefined) await note('pending')
  const { first = runId, concurrencyKey = concurrencyKeyOf(envelope, definition.concurrency) } = payload.restart ?? {}
  const restart: Restart = {
    count: restarts + 1,
    first,
    before: runId,
    at,
    since,
    ...(got && { got }),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
  }
  const next: RunPayload = {
    ...payload,
    envelope: { ...envelope, payload: json },
    restart,
    retriedAt: clock.now(),
  }
  const { tenantId, event } = envelope
  const tags = [...tagsOf({ tenantId, event, jobId, definitionId: definition.id }), restartOfTag(first)]
  const { id } = await api.trigger(jobTaskId(definition.id), toWireJson(next), {
    ...(options?.machine !== undefined && { machine: options.machine }),
    tags: [...tags, ...[options?.tags ?? []].flat()],
    priority: priorityOf(envelope, definition),
    idempotencyKey: await hashOf(['restart', runId]),
    ...(concurrencyKey !== undefined && { concurrencyKey }),
  })
  await note(id) // so that a cancel finds the next run, even if this process dies now
  return id
}
