import { bindLogger, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import { AttemptFailure } from './attempt-failure.ts'
import { makeAttempt, recordOf } from './make-attempt.ts'
import { type ErrorHandling, handleError, isLastAttempt } from './catch-error.ts'
import type { HostParts } from './host-parts.ts'
import { toFailed } from './map-outcome.ts'
import { writeRecord } from './note-attempt.ts'
import type { RunContext } from './run-context.ts'

/** What the SDK tells of an error. */
interface ErrorContext {
  readonly error: unknown
  readonly ctx: RunContext['ctx']
}

/** The hooks of a task, as far as they are ours. */
interface TaskHooks {
  catchError(context: ErrorContext): ErrorHandling
  onFailure(context: ErrorContext): Promise<void>
}

/** What the SDK calls after an error in a task, and after one that it takes for the last. */
export function taskHooks(parts: HostParts): TaskHooks {
  return {
    catchError({ error, ctx }: ErrorContext) {
      if (!(error instanceof AttemptFailure)) logFailure(error, ctx, parts)
      return handleError(error, ctx)
    },
    onFailure: ({ error, ctx }: ErrorContext) => reportAbandoned(error, ctx, parts),
  }
}

function logFailure(error: unknown, ctx: RunContext['ctx'], { logger }: HostParts): void {
  const bound = bindLogger(logger, { runId: ctx.run.id, attempt: ctx.attempt.number })
  const facts = { error: toErrorInfo(error) }
  if (isLastAttempt(ctx)) bound.error('A run failed before its job could begin.', facts)
  else bound.warn('A run failed before its job could begin; it is tried again.', facts)
}

/** The SDK ends a run that is to be tried again where the project turns retries off. The definition is to know. */
async function reportAbandoned(error: unknown, ctx: RunContext['ctx'], parts: HostParts): Promise<void> {
  if (!(error instanceof AttemptFailure) || error.retryAfterMs === undefined) return
  const { definition, payload } = error.of
  const begun = recordOf(definition, payload.envelope, ctx, parts.clock)
  const ids = { jobId: payload.jobId, runId: ctx.run.id, definition: definition.id }
  const message =
    'Trigger.dev tries no run again here: the configuration of the project has `retries.enabledInDev: false`.'
  bindLogger(parts.logger, ids).error(message)
  const { signal } = new AbortController()
  const attempt = begun.maxAttempts + 1
  const of = { runId: ctx.run.id, attempt, signal }
  const outcome = await makeAttempt(definition, payload, of, parts, { begun })
  if (outcome.type === 'failed') writeRecord(toFailed(error.told, begun, error.of).record)
}
