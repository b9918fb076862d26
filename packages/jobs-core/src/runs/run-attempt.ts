import type { JobClient } from '../client/job-client.ts'
import { AttemptsExhaustedError } from '../errors/attempts-exhausted-error.ts'
import { JobsError } from '../errors/jobs-error.ts'
import { JobTimeoutError } from '../errors/job-timeout-error.ts'
import { RetryAfterError } from '../errors/retry-after-error.ts'
import type { Envelope } from '../events/envelope.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { Definition } from '../jobs/job-definition.ts'
import { bindLogger, type Logger, type LoggerLike } from '../logging/logger.ts'
import type { Clock } from '../time/clock.ts'
import { callOnFailure, type FanOut, prepareCall } from './call-handler.ts'
import { toError, toErrorInfo } from './error-info.ts'
import { type EngineLimits, outcomeOfFailure } from './failure.ts'
import { type AttemptInfo, callHook, type JobHooks } from './hooks.ts'
import { maxAttemptsOf } from './max-attempts.ts'
import type { Outcome } from './outcome.ts'
import { runWithClient } from './scope.ts'
import { stopOf, type StopOptions, untilStopped } from './stop.ts'
import { toOutput } from './to-output.ts'

/** What a host tells about the attempt it wants made. */
export interface AttemptOptions {
  /** The job's id as its sender knows it. */
  readonly jobId: string
  readonly runId: string
  /** Counted from 1. One past the last is for a run whose last attempt died: it fails without another try. */
  readonly attempt: number
  /** Aborts with a `JobCancelledError`, or with a `ShutdownError` when the host closes. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly logger: LoggerLike
  readonly hooks?: JobHooks | undefined
  /** The client that the handler's own sends go through. */
  readonly client?: JobClient | undefined
  /** From 0 up to 1, for jitter. Default `Math.random`. */
  readonly random?: (() => number) | undefined
  /** What the engine can keep. */
  readonly limits?: EngineLimits | undefined
  /** Told of a handler that runs on though its attempt was stopped: it still takes the place that it was given. */
  readonly leftRunning?: ((handler: Promise<unknown>) => void) | undefined
  /** Given by hosts that fan ticks out over tenants inside a run. */
  readonly fanOut?: FanOut | undefined
}

interface Attempt extends AttemptOptions {
  readonly definition: Definition
  readonly envelope: Envelope
  readonly info: AttemptInfo
  readonly bound: Logger
}

/**
 * Makes one attempt of a run: the one place, on every engine, where a handler is called. It reads the payload again,
 * builds the context, enforces the timeout, calls the hooks, classifies what was thrown and, after the last attempt,
 * calls `onFailure`. It never rejects: a host only puts the outcome into its engine's words.
 */
export async function runAttempt(
  definition: Definition,
  envelope: Envelope,
  options: AttemptOptions,
): Promise<Outcome> {
  const { clock, hooks, jobId, runId, attempt } = options
  const stopped = stopOf(options.signal)
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
  const bound = bindLogger(options.logger, { jobId, runId, attempt, tenantId, definition: definition.id })
  const startedAt = clock.now()
  callHook(hooks, 'onAttemptStart', { ...info }, bound)
  bound.debug('The attempt started.')
  const made = runWithClient(options.client, () => makeAttempt({ ...options, definition, envelope, info, bound }))
  // What was thrown could not even be looked at: a revoked proxy, say.
  const outcome = await made.catch((error: unknown): Outcome => ({ type: 'failed', error: toErrorInfo(error) }))
  logOutcome(outcome, bound)
  if (hooks) tellHooks(hooks, info, outcome, clock.now() - startedAt, bound)
  return outcome
}

/** Hooks get copies: what one masks before it sends it on stays as it is for the engine. */
function tellHooks(hooks: JobHooks, info: AttemptInfo, outcome: Outcome, durationMs: number, bound: Logger): void {
  callHook(hooks, 'onAttemptEnd', { ...info, outcome: structuredClone(outcome), durationMs }, bound)
  if (outcome.type === 'retry' || outcome.type === 'interrupted') return
  callHook(hooks, 'onRunEnd', { ...info, outcome: structuredClone(outcome) }, bound)
}

async function makeAttempt(attempt: Attempt): Promise<Outcome> {
  const { definition, envelope, signal, clock, info } = attempt
  const { maxAttempts } = info
  // Set while an error could not be mended by another try: the envelope does not fit, or the output cannot be carried.
  let final = true
  let work: Promise<unknown> | undefined
  let isHandling = false
  const handle = async (own: AbortSignal): Promise<unknown> => {
    const call = await prepareCall(definition, envelope, contextOf(attempt, own), attempt.fanOut)
    own.throwIfAborted() // an asynchronous schema takes time: what was stopped meanwhile does not begin
    final = false
    isHandling = true
    try {
      return await call.handle()
    } finally {
      isHandling = false
    }
  }
  try {
    if (info.attempt > maxAttempts) throw new AttemptsExhaustedError({ definitionId: definition.id, maxAttempts })
    const output = await untilStopped(stopsOf(attempt), (own) => (work = handle(own)))
    final = true
    const completed = completedWith(attempt, output) // copied at once, since the handler may still have its hands on it
    // A handler that blocked the loop kept the news of a cancel waiting: let it in before reporting success.
    await clock.yield()
    return stopOf(signal) ?? completed
  } catch (thrown) {
    if (work && isHandling) attempt.leftRunning?.(work)
    return stopOf(signal) ?? (await failAttempt(attempt, thrown, final && isRefusal(thrown)))
  }
}

/** What this library refused is beyond mending; a schema of yours may only have asked a server that was away. */
function isRefusal(thrown: unknown): boolean {
  return JobsError.isInstance(thrown) && !JobTimeoutError.isInstance(thrown) && !RetryAfterError.isInstance(thrown)
}

function completedWith({ definition, limits }: Attempt, returned: unknown): Outcome {
  const output = toOutput(returned, definition, limits)
  return { type: 'completed', ...(output !== undefined && { output }) }
}

async function failAttempt(attempt: Attempt, thrown: unknown, final: boolean): Promise<Outcome> {
  const { definition, envelope, clock, info, bound, limits, random = Math.random } = attempt
  const outcome: Outcome = final
    ? { type: 'failed', error: toErrorInfo(thrown) }
    : outcomeOfFailure(thrown, {
        policy: definition.retry,
        attempt: info.attempt,
        maxAttempts: info.maxAttempts,
        now: clock.now(),
        random,
        limits,
      })
  if (outcome.type === 'failed') {
    try {
      const error = toError(thrown)
      await untilStopped(stopsOf(attempt), (own) => callOnFailure(definition, envelope, contextOf(attempt, own), error))
    } catch (error) {
      bound.error('`onFailure` threw; the run has failed all the same.', { error: toErrorInfo(error) })
    }
  }
  return outcome
}

function stopsOf({ definition, signal, clock }: Attempt): StopOptions {
  return { signal, clock, definitionId: definition.id, timeoutMs: definition.timeoutMs }
}

function contextOf({ info, bound }: Attempt, signal: AbortSignal): JobContext {
  const { jobId, runId, attempt, maxAttempts, tenantId } = info
  return { jobId, runId, attempt, maxAttempts, tenantId, logger: bound, signal }
}

function logOutcome(outcome: Outcome, logger: Logger): void {
  switch (outcome.type) {
    case 'completed':
      return logger.debug('The run completed.')
    case 'retry':
      return logger.warn('The attempt failed and is tried again.', { afterMs: outcome.afterMs, error: outcome.error })
    case 'failed':
      return logger.error('The run failed.', { error: outcome.error })
    case 'cancelled':
      return logger.info('The run was cancelled.')
    case 'interrupted':
      return logger.warn('The attempt was interrupted: the engine is closing.')
  }
}
