import { hashOf } from '@cgk-platform/jobs-core/hosted'
import type { Clock } from '@cgk-platform/jobs-core/provider'

import { toRunRequest } from '../send/to-run-request.ts'
import { type EventPayload, toRetryPayload } from '../wire/payload.ts'
import { retriedByTag } from '../wire/tags.ts'
import { eventTaskId } from '../wire/task-id.ts'
import { pauseUntil, sdkWaits, unlessAborted } from '../workflows/wait-until-resumable.ts'
import { writeRecord } from './attempt-metadata.ts'
import { CancelledRunError } from './cancelled-run-error.ts'
import { endIfCancelled } from './end-cancelled-run.ts'
import type { HostDependencies } from './host-dependencies.ts'
import type { RunContext } from './run-context.ts'

/** Readers follow a chain of runs, so a job that waits for a week has fewer than 40. */
export const longestMs: number = 6 * 3_600_000

/**
 * Leaves a job to a later run of its event, in the form of a manual retry. Trigger.dev locks a run to the deployment in
 * which it began, so this one cannot wait for a newer one.
 */
export async function leaveEvent(
  taskPayload: unknown,
  payload: EventPayload,
  againAt: number,
  context: RunContext,
  dependencies: HostDependencies,
): Promise<{ readonly runs: Record<string, string> }> {
  const { envelope, options } = payload
  const { id } = context.ctx.run
  const { api } = dependencies
  await endIfCancelled(context, dependencies)
  const retry = payload.retry ?? { jobId: id, runs: {}, allBut: [] }
  const request = {
    ...toRunRequest(envelope, options, retry.jobId),
    delay: new Date(againAt),
    idempotencyKey: await hashOf(['left', id]),
  }
  const next = await api.trigger(eventTaskId(envelope.event), toRetryPayload(taskPayload, payload, retry), request)
  await api.addTags(id, [retriedByTag(next.id)])
  if (context.signal.aborted) await api.cancel(next.id)
  writeRecord({ dispatched: {} })
  return { runs: {} }
}

/** Waits until a time, epoch milliseconds, or until the run is cancelled. A wait that the SDK rejects costs no attempt. */
export async function waitUntil(until: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const waited = sdkWaits.until(new Date(until)).catch(() => pauseUntil(until, clock, signal))
  await unlessAborted(signal, waited)
}

/** Waits until the run is cancelled. @throws {CancelledRunError} */
export async function waitForCancel({ signal }: RunContext, { clock }: HostDependencies): Promise<never> {
  while (!signal.aborted) await waitUntil(clock.now() + longestMs, clock, signal)
  throw new CancelledRunError()
}
