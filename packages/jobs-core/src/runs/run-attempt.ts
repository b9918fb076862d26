import type { Envelope } from '../events/envelope.ts'
import type { Definition } from '../jobs/definition.ts'
import { replayWorkflow } from '../workflows/replay-workflow.ts'
import type { WorkflowDefinition } from '../workflows/steps.ts'
import { Attempt, type AttemptOptions, type AttemptReceiver, inScope } from './attempt.ts'
import { toErrorInfo } from './error-info.ts'
import { finishAttempt } from './finish-attempt.ts'
import { HandlerAttempt, type HandledAttempt } from './handler-attempt.ts'
import { callHook } from './hooks.ts'
import type { Outcome } from './outcome.ts'
import { stopOutcome } from './run-until-stopped.ts'

/**
 * Runs one attempt. On every engine, only this function and `startAttempt` call a handler. They parse the payload
 * again, build the context, enforce the timeout, call the hooks, classify errors and, after the last attempt, call
 * `onFailure`. It never rejects: the caller translates the outcome for its engine.
 */
export function runAttempt(definition: Definition, envelope: Envelope, options: AttemptOptions): Promise<Outcome> {
  return new Promise((resolve) => startAttempt(definition, envelope, options, { ended: resolve }))
}

/** Runs one attempt like `runAttempt`, and calls `receiver.ended` with its outcome, possibly at once. */
export function startAttempt(
  definition: Definition,
  envelope: Envelope,
  options: AttemptOptions,
  receiver: AttemptReceiver,
): void {
  const stopped = stopOutcome(options.signal)
  if (stopped) return receiver.ended(stopped)
  const attempt = new Attempt(definition, envelope, options, receiver)
  const { hooks, isCancelCompensation = false, isResumed = isCancelCompensation } = options
  if (!isResumed) {
    if (hooks?.onAttemptStart) callHook(hooks, 'onAttemptStart', { ...attempt.info }, attempt.bound)
    attempt.log('debug', 'The attempt started.')
  }
  if (!isWorkflow(attempt)) return new HandlerAttempt(attempt as HandledAttempt).start()
  inScope(attempt, replayWorkflow, attempt).then(
    (outcome) => finishAttempt(attempt, outcome),
    // The host's clock or random number generator threw. What a handler throws never gets here.
    (error: unknown) => finishAttempt(attempt, { type: 'failed', error: toErrorInfo(error) }),
  )
}

function isWorkflow(attempt: Attempt): attempt is Attempt & { readonly definition: WorkflowDefinition } {
  return attempt.definition.kind === 'workflow'
}
