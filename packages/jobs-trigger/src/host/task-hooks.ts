import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { AttemptFailure } from './attempt-failure.ts'
import { makeAttempt, newAttemptRecord } from './attempt-run.ts'
import { type ErrorHandling, handleError, isLastAttempt } from './catch-error.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { toFailedOutcome } from './map-outcome.ts'
import { writeRecord } from './attempt-metadata.ts'
import type { RunContext } from './run-context.ts'

/** The arguments that the SDK passes to a hook after an error. */
interface ErrorContext {
  readonly error: unknown
  readonly ctx: RunContext['ctx']
}

/** The task hooks that this library uses. */
interface TaskHooks {
  catchError(context: ErrorContext): ErrorHandling
  onFailure(context: ErrorContext): Promise<void>
}

/** Returns the hooks that the SDK calls after an error in a task, and after an error that it considers the last one. */
export function taskHooks(dependencies: HostDependencies): TaskHooks {
  return {
    catchError({ error, ctx }: ErrorContext) {
      if (!(error instanceof AttemptFailure)) logFailure(error, ctx, dependencies)
      return handleError(error, ctx)
    },
    onFailure: ({ error, ctx }: ErrorContext) => failAbandonedRun(error, ctx, dependencies),
  }
}

function logFailure(error: unknown, ctx: RunContext['ctx'], { logger }: HostDependencies): void {
  const bound = bindLogger(logger, { runId: ctx.run.id, attempt: ctx.attempt.number })
  const fields = { error: toErrorInfo(error) }
  if (isLastAttempt(ctx)) bound.error('A run failed before its job could start.', fields)
  else bound.warn('A run failed before its job could start. It will be retried.', fields)
}

/**
 * Fails a run that needs a retry in a project with retries turned off. The SDK ends the run, so this calls `onFailure`.
 */
async function failAbandonedRun(error: unknown, ctx: RunContext['ctx'], dependencies: HostDependencies): Promise<void> {
  if (!(error instanceof AttemptFailure) || error.retryAfterMs === undefined) return
  const { definition, payload } = error.attempt
  const begun = newAttemptRecord(definition, payload.envelope, ctx, dependencies.clock)
  const ids = { jobId: payload.jobId, runId: ctx.run.id, definitionId: definition.id }
  const message =
    'Trigger.dev does not retry runs here, because the project configuration has `retries.enabledInDev: false`. ' +
    'Set it to `true`.'
  bindLogger(dependencies.logger, ids).error(message)
  const { signal } = new AbortController()
  const options = { runId: ctx.run.id, attempt: begun.maxAttempts + 1, signal }
  const outcome = await makeAttempt(definition, payload, options, dependencies, { begun })
  if (outcome.type === 'failed') writeRecord(toFailedOutcome(error.info, begun, error.attempt).record)
}
