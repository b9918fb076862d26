import { pause } from '@cgk-platform/jobs-core/provider'
import { metadata } from '@trigger.dev/sdk'

import { cancelMark, hasCancelMark } from '../wire/cancel-mark.ts'
import type { RunPayload } from '../wire/payload.ts'
import { CancelledRunError } from './cancelled-run-error.ts'
import type { HostDependencies } from './host-dependencies.ts'
import type { RunContext } from './run-context.ts'

/** Time within which the worker learns of a cancel and ends the process: two of its polls, in milliseconds. */
const noticeMs = 10_000

/**
 * Ends the current run if `cancelJob` has cancelled it. Trigger.dev accepts the retry of an attempt that failed just
 * before its worker knew of the cancel, and then starts another attempt.
 *
 * @throws {CancelledRunError} if the run was cancelled. @throws {RequestFailedError}
 */
export async function endIfCancelled(
  context: RunContext,
  dependencies: Pick<HostDependencies, 'api' | 'clock'>,
): Promise<void> {
  if (hasCancelMark(metadata.current())) await endCancelledRun(context, dependencies)
}

/**
 * Ends a run that `step.restart` began, if `cancelJob` has cancelled the run before it. It may not have seen this one.
 *
 * @throws {CancelledRunError} if that run was cancelled. @throws {RequestFailedError}
 */
export async function endIfCancelledBefore(
  { restart }: RunPayload,
  context: RunContext,
  dependencies: Pick<HostDependencies, 'api' | 'clock'>,
): Promise<void> {
  if (!restart) return
  const { api } = dependencies
  const before = await api.retrieve(`read the run ${restart.before}`, restart.before)
  if (before?.status !== 'CANCELED' || !hasCancelMark(before.metadata)) return
  await api.setMetadata(context.ctx.run.id, cancelMark)
  await endCancelledRun(context, dependencies)
}

/**
 * Cancels the current run again, so that Trigger.dev notifies its worker again, and waits for the end of the process. A
 * worker that has seen the cancel before it had a process does nothing. Trigger.dev then ends the run with the error.
 *
 * @throws {CancelledRunError} @throws {RequestFailedError}
 */
export async function endCancelledRun(
  { ctx, signal }: RunContext,
  { api, clock }: Pick<HostDependencies, 'api' | 'clock'>,
): Promise<never> {
  await api.cancel(ctx.run.id)
  await pause(clock, noticeMs, signal)
  throw new CancelledRunError()
}
