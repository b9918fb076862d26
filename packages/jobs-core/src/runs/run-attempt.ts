import type { Envelope } from '../events/envelope.ts'
import { copyJson } from '../events/json.ts'
import type { Definition } from '../jobs/definition.ts'
import { replayWorkflow } from '../workflows/replay-workflow.ts'
import type { WorkflowDefinition } from '../workflows/steps.ts'
import { Attempt, type AttemptOptions, inScope } from './attempt.ts'
import { toErrorInfo } from './error-info.ts'
import { HandlerAttempt, type HandledAttempt } from './handler-attempt.ts'
import { callHook, type JobHooks } from './hooks.ts'
import type { Outcome } from './outcome.ts'
import { stopOutcome } from './run-until-stopped.ts'

/**
 * Runs one attempt. On every engine, only this function calls a handler. It parses the payload again, builds the
 * context, enforces the timeout, calls the hooks, classifies errors and, after the last attempt, calls `onFailure`.
 * It never rejects: the caller translates the outcome for its engine.
 */
export function runAttempt(definition: Definition, envelope: Envelope, options: AttemptOptions): Promise<Outcome> {
  return new Promise((resolve) => startAttempt(definition, envelope, options, resolve))
}

/** Runs one attempt like `runAttempt`, and calls `ended` with its outcome. */
export function startAttempt(
  definition: Definition,
  envelope: Envelope,
  options: AttemptOptions,
  ended: (outcome: Outcome) => void,
): void {
  const stopped = stopOutcome(options.signal)
  if (stopped) return ended(stopped)
  const { hooks, clock, isCancelCompensation = false, isResumed = isCancelCompensation } = options
  const attempt = new Attempt(definition, envelope, options)
  if (!isResumed) {
    if (hooks?.onAttemptStart) callHook(hooks, 'onAttemptStart', { ...attempt.info }, attempt.bound)
    attempt.log('debug', 'The attempt started.')
  }
  const startedAt = hooks && (options.startedAt ?? clock.now())
  const finish = (outcome: Outcome): void => {
    logOutcome(outcome, attempt)
    if (hooks && !isCancelCompensation) callEndHooks(hooks, attempt, outcome, clock.now() - startedAt!)
    ended(outcome)
  }
  if (!isWorkflow(attempt)) return new HandlerAttempt(attempt as HandledAttempt, finish).start()
  inScope(attempt, replayWorkflow, attempt).then(finish, (error: unknown) => {
    // The host's clock or random number generator threw. What a handler throws never gets here.
    finish({ type: 'failed', error: toErrorInfo(error) })
  })
}

/** Hooks get copies, so that changes they make, such as masking, do not reach the engine. */
function callEndHooks(hooks: JobHooks, { info, bound }: Attempt, outcome: Outcome, durationMs: number): void {
  if (outcome.type === 'suspended') return
  if (hooks.onAttemptEnd) callHook(hooks, 'onAttemptEnd', { ...info, outcome: copyOf(outcome), durationMs }, bound)
  if (outcome.type === 'retry' || outcome.type === 'interrupted') return
  if (hooks.onRunEnd) callHook(hooks, 'onRunEnd', { ...info, outcome: copyOf(outcome) }, bound)
}

function copyOf<T extends Outcome>(outcome: T): T {
  if (outcome.type !== 'completed' || outcome.output === undefined) return structuredClone(outcome)
  return { ...outcome, output: copyJson(outcome.output) } // several times faster than `structuredClone`
}

function isWorkflow(attempt: Attempt): attempt is Attempt & { readonly definition: WorkflowDefinition } {
  return attempt.definition.kind === 'workflow'
}

function logOutcome(outcome: Outcome, attempt: Attempt): void {
  switch (outcome.type) {
    case 'completed':
      return attempt.log('debug', 'The run completed.')
    case 'retry':
      return attempt.log('warn', 'The attempt failed and will be retried.', {
        afterMs: outcome.afterMs,
        error: outcome.error,
      })
    case 'failed':
      return attempt.log('error', 'The run failed.', { error: outcome.error })
    case 'cancelled':
      return attempt.log('info', 'The run was cancelled.')
    case 'suspended':
      return attempt.log('debug', 'The workflow is waiting.')
    case 'interrupted':
      return attempt.log('warn', 'The attempt was interrupted and will run again.')
  }
}
