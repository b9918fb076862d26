import { pause } from '@cgk-platform/jobs-core/provider'
import { metadata } from '@trigger.dev/sdk'

import { hasCancelMark } from '../wire/cancel-mark.ts'
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
