import { AttemptsExhaustedError } from '../errors/attempts-exhausted-error.ts'
import type { Envelope } from '../events/envelope.ts'
import { copyJson } from '../events/json.ts'
import type { Definition } from '../jobs/definition.ts'
import { bindLogger, type Logger } from '../logging/logger.ts'
import { replayWorkflow } from '../workflows/replay-workflow.ts'
import type { WorkflowDefinition } from '../workflows/steps.ts'
import { type Attempt, type AttemptOptions, toJobContext, toStopOptions } from './attempt.ts'
import { joinMiddleware, throughMiddleware } from './attempt-middleware.ts'
import { type HandlerDefinition, prepareCall } from './call-handler.ts'
import { toErrorInfo } from './error-info.ts'
import { type AttemptInfo, callHook, type JobHooks } from './hooks.ts'
import { maxAttemptsOf } from './max-attempts.ts'
import type { Outcome } from './outcome.ts'
import { classifyFailure, isPermanentError, reportFailure } from './report-failure.ts'
import { runWithClient } from './async-context.ts'
import { stopOutcome, runUntilStopped } from './run-until-stopped.ts'
import { toOutput } from './to-output.ts'

/**
 * Runs one attempt. On every engine, only this function calls a handler. It parses the payload again, builds the
 * context, enforces the timeout, calls the hooks, classifies errors and, after the last attempt, calls `onFailure`.
 * It never rejects: the caller translates the outcome for its engine.
 */
export async function runAttempt(
  definition: Definition,
  envelope: Envelope,
  options: AttemptOptions,
): Promise<Outcome> {
  const { clock, hooks, jobId, runId, attempt } = options
  const stopped = stopOutcome(options.signal)
  if (stopped) return stopped

  const { event, tenantId, traceparent } = envelope
  const maxAttempts = maxAttemptsOf(envelope, definition, options.limits)
  const info: AttemptInfo = {
    definitionId: definition.id,
    event,
    jobId,
    runId,
    attempt,
    maxAttempts,
    tenantId,
    ...(traceparent !== undefined && { traceparent }),
  }
  const bound = bindLogger(options.logger, { jobId, runId, attempt, tenantId, definitionId: definition.id })
  const { startedAt = clock.now(), isCancelCompensation = false, isResumed = isCancelCompensation } = options
  if (!isResumed) {
    if (hooks?.onAttemptStart) callHook(hooks, 'onAttemptStart', { ...info }, bound)
    bound.debug('The attempt started.')
  }
  const middleware = joinMiddleware(options.middleware, definition.middleware)
  const started = { ...options, definition, envelope, info, bound, middleware }
  let outcome: Outcome
  try {
    outcome = await runWithClient(options.client, () =>
      isWorkflow(started) ? replayWorkflow(started) : runHandlerAttempt(started as HandledAttempt),
    )
  } catch (error) {
    // The host's clock or random number generator threw. What a handler throws never gets here.
    outcome = { type: 'failed', error: toErrorInfo(error) }
  }
  logOutcome(outcome, bound)
  if (hooks && !isCancelCompensation) callEndHooks(hooks, info, outcome, clock.now() - startedAt, bound)
  return outcome
}

/** Hooks get copies, so that changes they make, such as masking, do not reach the engine. */
function callEndHooks(hooks: JobHooks, info: AttemptInfo, outcome: Outcome, durationMs: number, bound: Logger): void {
  if (outcome.type === 'suspended') return
  callHook(hooks, 'onAttemptEnd', { ...info, outcome: copyOf(outcome), durationMs }, bound)
  if (outcome.type === 'retry' || outcome.type === 'interrupted') return
  callHook(hooks, 'onRunEnd', { ...info, outcome: copyOf(outcome) }, bound)
}

function copyOf<T extends Outcome>(outcome: T): T {
  if (outcome.type !== 'completed' || outcome.output === undefined) return structuredClone(outcome)
  return { ...outcome, output: copyJson(outcome.output) } // several times faster than `structuredClone`
}

type HandledAttempt = Attempt & { readonly definition: HandlerDefinition }

function isWorkflow(attempt: Attempt): attempt is Attempt & { readonly definition: WorkflowDefinition } {
  return attempt.definition.kind === 'workflow'
}

async function runHandlerAttempt(attempt: HandledAttempt): Promise<Outcome> {
  const { definition, envelope, signal, clock, info } = attempt
  const { maxAttempts } = info
  // True while the envelope or the output is being checked. Only then is an error such as `PayloadInvalidError` permanent.
  // If a handler throws one, the attempt is retried.
  let isChecking = true
  let work: Promise<unknown> | undefined
  let isHandling = false
  const handle = async (ownSignal: AbortSignal): Promise<unknown> => {
    const call = await prepareCall(definition, envelope, toJobContext(attempt, ownSignal), attempt.tickHost)
    ownSignal.throwIfAborted() // the attempt may have been stopped while an asynchronous schema ran
    isChecking = false
    isHandling = true
    try {
      if (!attempt.middleware || call.isFanOut) return await call.handle()
      return await throughMiddleware(attempt, { work: 'handler', signal: ownSignal }, call.handle)
    } finally {
      isHandling = false
    }
  }
  try {
    if (info.attempt > maxAttempts) throw new AttemptsExhaustedError({ definitionId: definition.id, maxAttempts })
    const output = await runUntilStopped(toStopOptions(attempt), (ownSignal) => (work = handle(ownSignal)))
    isChecking = true
    const completed = toCompleted(attempt, output) // copied immediately, because the handler may still change it
    // A handler that blocked the event loop may have delayed a cancel, which must arrive before a result is reported.
    await clock.yield()
    return stopOutcome(signal) ?? completed
  } catch (thrown) {
    if (work && isHandling) attempt.onLeftRunning?.(work)
    await clock.yield() // for the same reason
    const stopped = stopOutcome(signal)
    if (stopped) return stopped
    const outcome = classifyFailure(attempt, thrown, isChecking && isPermanentError(thrown))
    if (outcome.type === 'failed') await reportFailure(attempt, thrown)
    return outcome
  }
}

function toCompleted({ definition, limits }: Attempt, returned: unknown): Outcome {
  const output = toOutput(returned, definition, limits)
  return { type: 'completed', ...(output !== undefined && { output }) }
}

function logOutcome(outcome: Outcome, logger: Logger): void {
  switch (outcome.type) {
    case 'completed':
      return logger.debug('The run completed.')
    case 'retry':
      return logger.warn('The attempt failed and will be retried.', { afterMs: outcome.afterMs, error: outcome.error })
    case 'failed':
      return logger.error('The run failed.', { error: outcome.error })
    case 'cancelled':
      return logger.info('The run was cancelled.')
    case 'suspended':
      return logger.debug('The workflow is waiting.')
    case 'interrupted':
      return logger.warn('The attempt was interrupted and will run again.')
  }
}
