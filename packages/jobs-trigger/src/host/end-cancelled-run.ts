import { JobCancelledError } from '@cgk-platform/jobs-core'
import { pause } from '@cgk-platform/jobs-core/provider'
import { metadata } from '@trigger.dev/sdk'

import { hasCancelMark } from '../wire/cancel-mark.ts'
import type { HostDependencies } from './host-dependencies.ts'
import type { RunContext } from './run-context.ts'

/** Time within which the worker learns of a cancel, in milliseconds. */
const noticeMs = 60_000

/**
 * Cancels the current run again if `cancelJob` has cancelled it. Trigger.dev accepts the retry of an attempt that failed
 * just before its worker knew of the cancel, and then starts another attempt.
 *
 * @throws {JobCancelledError} if the run was cancelled. @throws {RequestFailedError}
 */
export async function endCancelledRun(
  jobId: string,
  { ctx, signal }: RunContext,
  { api, clock }: Pick<HostDependencies, 'api' | 'clock'>,
): Promise<void> {
  if (!hasCancelMark(metadata.current())) return
  await api.cancel(ctx.run.id)
  await pause(clock, noticeMs, signal)
  throw new JobCancelledError({ jobId })
}
