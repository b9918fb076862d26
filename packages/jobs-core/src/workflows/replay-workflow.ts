import { eventRegistryOf } from '../jobs/event-registry-of.ts'
import { AttemptsExhaustedError } from '../errors/attempts-exhausted-error.ts'
import { InvalidStepError } from '../errors/invalid-step-error.ts'
import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { OutputTooLargeError } from '../errors/output-too-large-error.ts'
import { quote } from '../errors/quote.ts'
import { StepFailedError } from '../errors/step-failed-error.ts'
import { StepRecordsTooLargeError } from '../errors/step-records-too-large-error.ts'
import { TooManyStepsError } from '../errors/too-many-steps-error.ts'
import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.ts'
import { WorkflowChangedError } from '../errors/workflow-changed-error.ts'
import { portablePayloadBytes } from '../engines/capabilities.ts'
import { type Attempt, toJobContext } from '../runs/attempt.ts'
import { errorFrom } from '../errors/error-from.ts'
import { type JobErrorInfo, toErrorInfo } from '../errors/error-info.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { readEvent } from '../runs/read-event.ts'
import { classifyFailure, isPermanentError, reportFailure } from '../runs/report-failure.ts'
import { throwReturnedError } from '../runs/throw-returned-error.ts'
import type { RunEnd } from '../runs/run-end.ts'
import { stopOutcome, runUntilStopped } from '../runs/run-until-stopped.ts'
import { toOutput } from '../runs/to-output.ts'
import type { Clock } from '../time/clock.ts'
import type { EventMessage } from '../jobs/event-message.ts'
import type { Json } from '../values/json.ts'
import { concealEncoded } from '../codec/conceal-encoded.ts'
import { isEncoded, withoutTexts } from '../codec/encoded.ts'
import type { ValueCodec } from '../codec/value-codec.ts'
import { CodecError } from '../errors/codec-error.ts'
import { encodeOutput } from '../runs/encode-output.ts'
import { leftUndecoded, openEnvelope } from '../runs/open-envelope.ts'
import { concealCause, decodeStep, StepDecoder } from './step-codec.ts'
import { createSteps } from './create-steps.ts'
import type { StepPromise } from './step-promise.ts'
import { toStepFailedError } from './step-results.ts'
import type { StepCall } from '../steps/step-call.ts'
import type { ReplayResult, StepEngine, ReplayContext } from '../steps/step-engine.ts'
import { performSurrounded } from './surround-step.ts'
import { codeOf, versionsOf } from '../jobs/previous-workflow.ts'
import type { WorkflowDefinition } from '../jobs/steps.ts'
import { parkRun } from './park-run.ts'
import { RestartRequest, toRestarted } from './restart-run.ts'
import { payloadRejectedError, versionMissingError } from './workflow-change-errors.ts'

/** Errors that a retry of the code cannot fix: a step has used all its attempts, or the code is wrong. */
const permanentErrors = [
  StepFailedError,
  InvalidStepError,
  TooManyStepsError,
  WorkflowChangedError,
  StepRecordsTooLargeError,
  NotSerializableError,
  OutputTooLargeError,
  UnknownEventError,
  UnsupportedFeatureError,
]

/** Maximum number of steps that a warning names. */
const maxNamedSteps = 5

/** An attempt of a workflow. */
interface WorkflowAttempt extends Attempt {
  readonly definition: WorkflowDefinition
}

/**
 * Replays a workflow's code once from its start. Completed steps return their recorded results. The replay ends when
 * the code can only wait, and the next one starts when the wait is over. Compensates a run that has failed.
 */
export async function replayWorkflow(attempt: WorkflowAttempt): Promise<Outcome> {
  const { definition } = attempt
  const { clock, instrument, limits } = attempt.host
  const { signal, replay: { steps } = {} } = attempt.options
  if (!steps) {
    const remedy = 'Make the provider of the engine pass `replay.steps` to `runAttempt`.'
    return {
      type: 'failed',
      error: toErrorInfo(
        new UnsupportedFeatureError({
          feature: 'workflows',
          provider: limits.provider,
          remedy,
        }),
      ),
    }
  }
  let engine: StepEngine | undefined
  try {
    const stopOptions = { signal, clock, definitionId: definition.id, timeoutMs: undefined }
    const outcome = await runUntilStopped(stopOptions, (ownSignal) => {
      const fatal = createFatalError(attempt.runEnd && new AbortController())
      engine = steps(toReplayContext(attempt, ownSignal, fatal))
      if (engine.restart) attempt.envelope = { ...attempt.envelope, payload: engine.restart.payload }
      if (instrument) attempt.observe({ resumedFrom: engine.history?.traceparent })
      return replay(attempt, ownSignal, engine, fatal)
    })
    if (outcome.type !== 'suspended') await clock.yield() // lets a delayed cancel arrive before the outcome is decided, as is done for jobs
    return stopOutcome(signal) ?? outcome
  } catch (thrown) {
    const running = engine?.runningWork?.()
    if (running) attempt.options.onLeftRunning?.(running)
    if (isUndecoded(thrown)) return stopOutcome(signal) ?? leftUndecoded(attempt.envelope, attempt.host, thrown)
    // The engine could not save its records, so some compensations may not have run. The next attempt, if any, runs them.
    return stopOutcome(signal) ?? classifyFailure(attempt, thrown, isPermanent(thrown)).outcome
  }
}

function isUndecoded(thrown: unknown): thrown is CodecError {
  return CodecError.isInstance(thrown) && thrown.operation === 'decode'
}

function isPermanent(thrown: unknown): boolean {
  return permanentErrors.some((known) => known.isInstance(thrown))
}

/** A way to end the replay with an error that the workflow's code cannot catch: `failRun` rejects `thrown`. */
interface FatalError {
  readonly replayToken: object
  readonly thrown: Promise<never>
  failRun(error: Error): void
  /** Set if that error tells that the run needs other code. */
  readonly changed: WorkflowChangedError | undefined
  /** Set if it tells that this process cannot decode what the run has stored. */
  readonly undecoded: CodecError | undefined
  /** Stops running steps at the latest end of the run. Absent without a `runTimeout`. */
  readonly timeUp: AbortController | undefined
}

function createFatalError(timeUp: AbortController | undefined): FatalError {
  let reject = (_error: Error): void => undefined
  const thrown = new Promise<never>((_resolve, rejectThrown) => (reject = rejectThrown))
  thrown.catch(() => undefined)
  let changed: WorkflowChangedError | undefined
  let undecoded: CodecError | undefined
  return {
    replayToken: {},
    thrown,
    failRun(error) {
      if (WorkflowChangedError.isInstance(error)) changed ??= error
      if (isUndecoded(error)) undecoded ??= error
      reject(error)
    },
    get undecoded() {
      return undecoded
    },
    get changed() {
      return changed
    },
    timeUp,
  }
}

function toReplayContext(
  attempt: WorkflowAttempt,
  signal: AbortSignal,
  { replayToken, failRun, timeUp }: FatalError,
): ReplayContext {
  const { definition, bound, host, options, runEnd } = attempt
  const { clock, random = Math.random, limits, codec } = host
  const traceparent = () => attempt.observed?.activity.traceparent
  const {
    provider,
    minRetryDelayMs,
    maxRetryDelayMs,
    maxStepOutputBytes: maxOutputBytes = portablePayloadBytes,
  } = limits
  const stepLimits = { provider, minRetryDelayMs, maxRetryDelayMs, maxOutputBytes }
  const tools = { clock, random, logger: codec ? concealEncoded(bound) : bound, limits: stepLimits }
  return {
    replayToken,
    definition,
    runId: options.runId,
    signal,
    timeUp: timeUp?.signal,
    runEndAt: runEnd?.at,
    ...tools,
    traceparent,
    failRun,
    decodeStep: (result) => decodeStep(result, codec),
  }
}

/** Replays the code that the run began with. Parks the run if this worker does not have it. */
async function replay(
  attempt: WorkflowAttempt,
  ownSignal: AbortSignal,
  engine: StepEngine,
  fatal: FatalError,
): Promise<Outcome> {
  const { info, runEnd } = attempt
  const { codec } = attempt.host
  if (isEncoded(attempt.envelope.payload)) attempt.envelope = await openEnvelope(attempt.envelope, codec)
  const stored = engine.failure
  const decoding = stored && decodeStep({ error: stored }, codec)
  const recorded = decoding ? (await decoding).error : stored
  const failure = recorded ?? attemptsExhausted(info) ?? (engine.runsOneStep ? undefined : timedOut(attempt))
  const open = new Map<string, StepPromise<unknown>>()
  let isReading = true
  const code = (): Promise<unknown> => {
    const decoder = new StepDecoder(codec, (error) => fatal.failRun(error as Error))
    const surroundings = { engine, observesWaits: failure === undefined, decoder }
    const performs = (call: StepCall) => performSurrounded(call, attempt, surroundings)
    return runCode(attempt, engine, { ownSignal, fatal, open, performs, isRead: () => (isReading = false) })
  }
  if (failure) {
    await engine.run(code, 'recorded only')
    if (fatal.undecoded) throw fatal.undecoded
    if (fatal.changed) return parkRun(attempt, engine, fatal.changed)
    if (engine.parked) await engine.park(undefined)
    return compensate(attempt, engine, { type: 'failed', error: failure }, await failureOf(engine, failure, attempt))
  }
  const failRun = engine.runsOneStep ? undefined : fatal.failRun
  const stopTimer =
    runEnd && limitReplay(runEnd, { clock: attempt.host.clock, signal: ownSignal }, { failRun, timeUp: fatal.timeUp })
  const end = await engine.run(code)
  stopTimer?.()
  if (fatal.undecoded) throw fatal.undecoded
  if (fatal.changed) return parkRun(attempt, engine, fatal.changed)
  if (engine.parked) await engine.park(undefined)
  if (end.type === 'suspended') {
    return runEnd ? { ...end, wakeAt: Math.min(end.wakeAt ?? Number.POSITIVE_INFINITY, runEnd.at) } : end
  }
  const restart = end.type === 'returned' && end.output instanceof RestartRequest ? end.output : undefined
  if (end.type === 'returned' && !restart) warnAboutForgotten(attempt, open)
  const { outcome, thrown } = restart ? await toRestarted(attempt, restart) : await toOutcome(attempt, end, isReading)
  return outcome.type === 'failed' ? compensate(attempt, engine, outcome, thrown) : outcome
}

/** Runs the workflow's code from its start. Rejects, and tells `fatal`, if it does not fit to the run. */
async function runCode(
  attempt: WorkflowAttempt,
  engine: StepEngine,
  { ownSignal, fatal, open, performs, isRead }: CodeOptions,
): Promise<unknown> {
  const { definition, envelope, host } = attempt
  const code = codeOf(definition, engine.version)
  if (!code) return failWith(fatal, versionMissingError(definition.id, engine.version!, versionsOf(definition)))
  let event: EventMessage
  try {
    event = await readEvent(envelope, definition.event, attempt.options.jobId, eventRegistryOf(definition))
  } catch (error) {
    // The first replay decides whether a payload is valid. Later ones parse it again, because a schema can convert values.
    if (!engine.history?.hasSteps || !isPermanentError(error)) throw error
    const reason = host.codec ? errorFrom(withoutTexts(toErrorInfo(error))) : (error as Error)
    return failWith(fatal, payloadRejectedError(definition.id, reason))
  }
  isRead()
  ownSignal.throwIfAborted()
  let isOver = false
  let restart = (_request: RestartRequest): void => undefined
  const restarted = new Promise<RestartRequest>((resolve) => (restart = resolve))
  const step = createSteps({
    replayToken: fatal.replayToken,
    definition,
    envelope,
    jobId: attempt.options.jobId,
    client: host.client,
    perform: performs,
    open,
    hasEnded: () => isOver,
    failRun: fatal.failRun,
    restart,
    ...(engine.restart && { restarted: engine.restart }),
  })
  const called = async (): Promise<unknown> => code.steps(event, step, toJobContext(attempt, ownSignal))
  const conceal = (thrown: unknown): never => {
    throw concealCause(thrown)
  }
  const steps = (): Promise<unknown> => (host.codec ? called().catch(conceal) : called())
  const running = attempt.observed ? attempt.observed.run(steps, undefined) : steps()
  return Promise.race([running, fatal.thrown, restarted]).finally(() => {
    isOver = true
  })
}

/** Options of the code of one replay. */
interface CodeOptions {
  readonly ownSignal: AbortSignal
  readonly fatal: FatalError
  /** Gets the promises of the steps that have not ended. */
  readonly open: Map<string, StepPromise<unknown>>
  performs(call: StepCall): Promise<Json | undefined>
  /** Called when the payload has been parsed. */
  isRead(): void
}

function failWith(fatal: FatalError, error: WorkflowChangedError): never {
  fatal.failRun(error)
  throw error
}

/** Warns about steps that the code started and neither awaited, raced nor handled. A step that lost a race was used. */
function warnAboutForgotten(attempt: Attempt, open: ReadonlyMap<string, StepPromise<unknown>>): void {
  const steps = [...open].filter(([, promise]) => !promise.isUsed).map(([key]) => key)
  if (steps.length === 0) return
  const names = steps.slice(0, maxNamedSteps).map((key) => quote(key))
  const more = steps.length > names.length ? ` and ${steps.length - names.length} more` : ''
  const message =
    `${quote(attempt.definition.id)} returned while steps that it does not await had not ended: ${names.join(', ')}${more}. ` +
    'Such a step can be cut off, and is not compensated. Use `await` for each step.'
  attempt.log('warn', message, { steps })
}

function attemptsExhausted({ attempt, maxAttempts, definitionId }: Attempt['info']) {
  return attempt > maxAttempts ? toErrorInfo(new AttemptsExhaustedError({ definitionId, maxAttempts })) : undefined
}

function timedOut({ runEnd, host }: Attempt): JobErrorInfo | undefined {
  return runEnd && host.clock.now() >= runEnd.at ? toErrorInfo(runEnd.createError()) : undefined
}

/**
 * Stops the running steps of a run at its latest end, and fails it, unless the replay ends earlier. Returns a function
 * that stops the timer.
 */
function limitReplay(
  runEnd: RunEnd,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  { failRun, timeUp }: Pick<FatalError, 'timeUp'> & { readonly failRun: FatalError['failRun'] | undefined },
): () => void {
  const end = (): void => {
    const error = runEnd.createError()
    failRun?.(error)
    timeUp?.abort(error)
  }
  const leftMs = runEnd.at - clock.now()
  if (leftMs <= 0) end()
  const timer = leftMs > 0 ? clock.setTimer(leftMs, end) : undefined
  const stopTimer = (): void => timer?.cancel()
  signal.addEventListener('abort', stopTimer, { once: true })
  return stopTimer
}

function toOutcome(
  attempt: WorkflowAttempt,
  end: Exclude<ReplayResult, { type: 'suspended' }>,
  isReading: boolean,
): AttemptEnd | Promise<AttemptEnd> {
  try {
    if (end.type === 'threw') throw end.error
    const output = toOutput(end.output, attempt.definition, attempt.host.limits)
    throwReturnedError(attempt, output)
    const { codec } = attempt.host
    if (codec && output !== undefined) return toEncodedOutcome(attempt, output, codec)
    return { outcome: { type: 'completed', ...(output !== undefined && { output }) } }
  } catch (thrown) {
    return classifyFailure(attempt, thrown, isPermanent(thrown) || (isReading && isPermanentError(thrown)))
  }
}

/** An outcome and what the code threw. */
interface AttemptEnd {
  readonly outcome: Outcome
  readonly thrown?: unknown
}

async function toEncodedOutcome(attempt: WorkflowAttempt, output: Json, codec: ValueCodec): Promise<AttemptEnd> {
  try {
    return { outcome: { type: 'completed', output: await encodeOutput(attempt, output, codec) } }
  } catch (thrown) {
    return classifyFailure(attempt, thrown, isPermanent(thrown))
  }
}

/** Compensates a run that has failed or was cancelled. Then reports the failure, unless the run was cancelled. */
async function compensate(
  attempt: WorkflowAttempt,
  engine: StepEngine,
  failed: Extract<Outcome, { type: 'failed' }>,
  thrown: unknown,
): Promise<Outcome> {
  const { host, envelope } = attempt
  const error = host.codec ? await host.codec.encodeError(failed.error, envelope.tenantId) : failed.error
  const wakeAt = await engine.compensate(error, findFailedStep(thrown))
  if (wakeAt !== undefined) return { type: 'suspended', wakeAt }
  if (engine.isCancelled) return { type: 'cancelled' }
  await reportFailure(attempt, thrown, codeOf(attempt.definition, engine.version) ?? attempt.definition)
  return failed
}

/** Returns the step that caused an error, directly or through its chain of causes. */
function findFailedStep(thrown: unknown, depth = 0): string | undefined {
  if (StepFailedError.isInstance(thrown)) return thrown.stepId
  return thrown instanceof Error && depth < 5 ? findFailedStep(thrown.cause, depth + 1) : undefined
}

/** Returns the error of a run that failed in an earlier replay. It is a `StepFailedError` if a step caused it. */
async function failureOf(
  { failedStep }: StepEngine,
  failure: JobErrorInfo,
  { runEnd, host: { codec } }: WorkflowAttempt,
): Promise<Error> {
  if (failure.code === 'run_timeout' && runEnd) return runEnd.createError(failure.cause && errorFrom(failure.cause))
  if (!failedStep || failure.code !== 'step_failed') return errorFrom(failure)
  return toStepFailedError({ ...failedStep, ...(await decodeStep({ error: failedStep.error! }, codec)) })
}
