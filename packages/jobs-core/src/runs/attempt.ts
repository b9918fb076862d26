import { withoutTexts } from '../codec/encoded.ts'
import { errorFrom } from '../errors/error-from.ts'
import { type JobErrorInfo, toErrorInfo } from '../errors/error-info.ts'
import type { Envelope } from '../events/envelope.ts'
import type { Activity, AttemptActivity, AttemptPart, PartEnd, StartedAttempt } from '../hooks/instrumentation.ts'
import { isObserving } from '../hooks/is-observing.ts'
import { observe, type Observed } from '../hooks/observed.ts'
import type { JobContext } from '../jobs/job-context.ts'
import type { Definition } from '../jobs/definition.ts'
import { bindLogger, isLogged, lazyLogger, type LogFields, type Logger, type LogLevel } from '../logging/logger.ts'
import type { StepEngineFactory } from '../steps/step-engine.ts'
import { runWithClient } from '../ambient/async-context.ts'
import { AttemptContext } from './attempt-context.ts'
import { type AttemptMiddleware, joinMiddleware } from '../hooks/attempt-middleware.ts'
import type { AttemptInfo } from '../hooks/hooks.ts'
import type { AttemptHost } from './job-host.ts'
import { maxAttemptsOf } from './max-attempts.ts'
import type { Outcome } from '../hooks/outcome.ts'
import { type RunEnd, runEndOf } from './run-end.ts'
import type { OpenTransaction, TransactionOpener } from '../engines/open-transaction.ts'
import type { StopNotice, StopOptions } from './run-until-stopped.ts'

/** The facts of one attempt, from its engine. */
export interface AttemptOptions {
  /** The host that the provider was attached to, whole, with what the engine adds. */
  readonly host: AttemptHost
  /** The id that the sender got. */
  readonly jobId: string
  /** The run's id, the same in all its attempts. */
  readonly runId: string
  /**
   * Counted from 1. If the process died in the last attempt, pass the number after it: the run fails without running.
   */
  readonly attempt: number
  /**
   * When `retryJob` or `step.restart` started the run, or the quiet period of `debounce` ended, epoch milliseconds. Only
   * for `runTimeout`, and only if later than the send or its `runAt`. `undefined`: none of these.
   */
  readonly retriedAt: number | undefined
  /** For this attempt only. Aborts with a `JobCancelledError`, or with a `ShutdownError` when the host closes. */
  readonly signal: AbortSignal
  /**
   * Called with a handler that keeps running after its attempt was stopped. It still counts toward concurrency limits.
   * `undefined`: the engine cannot hold its slot.
   */
  readonly onLeftRunning: ((handler: Promise<unknown>) => void) | undefined
  /**
   * Opens a transaction for the handler of a definition with `transaction: true`. Its `commit` gets the outcome. Absent: the
   * engine has none.
   */
  readonly openTransaction?: TransactionOpener<Outcome> | undefined
  /** For code that is called several times from its start in one attempt, as a workflow's. Absent: it is called once. */
  readonly replay?: AttemptReplay | undefined
  /** True if the process may have died in the attempt before. Only for the instrumentation. Default false. */
  readonly followsCrash?: boolean | undefined
  /** Tells that the signal has aborted, in less time. Default: the signal's event. */
  readonly stopNotice?: StopNotice | undefined
  /** When the attempt began, by the elapsed time of the host's clock. Default: it is read. */
  readonly begunAt?: number | undefined
}

/** One call of code that is called several times from its start in one attempt. */
export interface AttemptReplay {
  /**
   * When an earlier replay began the attempt, epoch milliseconds: `onAttemptStart` is not called again. `undefined`: this
   * one begins it.
   */
  readonly startedAt: number | undefined
  /**
   * Creates the step engine of a workflow: `createRecordedStepEngine(…)`, or one that uses the engine's own steps.
   * Absent: the code is no workflow.
   */
  readonly steps?: StepEngineFactory | undefined
  /**
   * Aborts when the host suspends a workflow whose code then never continues. Ends the activity of the attempt, nothing
   * else. Default: never.
   */
  readonly suspended?: AbortSignal | undefined
  /** True to compensate a cancelled workflow. Its run has already ended, so no hooks are called. Default false. */
  readonly isCancelCompensation?: boolean | undefined
}

/** Gets the outcome of an attempt. */
export interface AttemptReceiver {
  /** Called once, when the attempt has ended. */
  ended(outcome: Outcome): void
}

/** A running attempt. Creates on first use what most attempts do not need. */
export class Attempt {
  readonly definition: Definition
  /** The envelope of the job, with the payload of the run if `step.restart` has changed it. */
  envelope: Envelope
  readonly options: AttemptOptions
  readonly host: AttemptHost
  readonly receiver: AttemptReceiver
  /** When the attempt started, in epoch milliseconds. Only for hooks. */
  readonly startedAt: number | undefined
  readonly maxAttempts: number
  readonly middleware: readonly AttemptMiddleware[] | undefined
  /** The latest end of the run. Absent without a `runTimeout`. */
  readonly runEnd: RunEnd | undefined
  /** The open transaction of the handler. Absent: it has none, or it has ended. */
  transaction: OpenTransaction<Outcome> | undefined
  /** The activity of the attempt, if the instrumentation observes it. */
  observed: Observed<AttemptActivity> | undefined
  #onEnd: ((outcome: Outcome) => void) | undefined
  /** The waits that are open, to be ended with the attempt. */
  #openWaits: Set<Observed<Activity<PartEnd>>> | undefined
  #info: AttemptInfo | undefined
  #bound: Logger | undefined

  constructor(definition: Definition, envelope: Envelope, options: AttemptOptions, receiver: AttemptReceiver) {
    this.definition = definition
    this.envelope = envelope
    this.options = options
    this.receiver = receiver
    const { host } = options
    this.host = host
    this.startedAt = host.hooks && (options.replay?.startedAt ?? host.clock.now())
    this.maxAttempts = maxAttemptsOf(envelope, definition, host.limits)
    this.runEnd = runEndOf(definition, envelope, options.retriedAt)
    this.middleware = joinMiddleware(host.middleware, definition.middleware)
  }

  /** Whether an earlier replay began the attempt. */
  get isResumed(): boolean {
    const { replay } = this.options
    return replay !== undefined && (replay.startedAt !== undefined || replay.isCancelCompensation === true)
  }

  /** The facts for hooks and middleware. */
  get info(): AttemptInfo {
    this.#info ??= toAttemptInfo(this)
    return this.#info
  }

  /** The logger with the ids of the attempt. */
  get bound(): Logger {
    const { jobId, runId, attempt } = this.options
    const { tenantId } = this.envelope
    this.#bound ??= bindLogger(this.host.logger, { jobId, runId, attempt, tenantId, definitionId: this.definition.id })
    return this.#bound
  }

  log(level: LogLevel, message: string, fields?: LogFields): void {
    if (!isLogged(this.host.logger, level)) return
    const shown =
      this.host.codec && fields?.['error']
        ? { ...fields, error: withoutTexts(fields['error'] as JobErrorInfo) }
        : fields
    if (this.observed) this.observed.run(() => this.bound[level](message, shown), undefined)
    else this.bound[level](message, shown)
  }

  /**
   * Starts the activity of the attempt. The attempts of a batch share that of the first.
   *
   * @param resumedFrom - the activity in which the workflow was suspended
   */
  observe({
    resumedFrom,
    batch,
  }: {
    readonly resumedFrom?: string | undefined
    readonly batch?: readonly Attempt[]
  }): void {
    const { instrument, logger } = this.host
    if (!isObserving(instrument) || !instrument.startAttempt) return
    const started = this.#toStarted(resumedFrom)
    const all = batch?.map((one) => one.#toStarted(undefined))
    this.observed = observe(instrument, 'startAttempt', logger, () => instrument.startAttempt!(started, all))
    if (!this.observed) return
    if (batch) this.#shareObserved(batch, this.observed)
    this.options.replay?.suspended?.addEventListener('abort', () => this.end({ type: 'suspended' }), { once: true })
  }

  #shareObserved(members: readonly Attempt[], observed: Observed<AttemptActivity>): void {
    const outcomes: Outcome[] = []
    let open = members.length
    for (const [index, member] of members.entries()) {
      member.observed = observed
      member.#onEnd = (outcome) => {
        if (outcomes[index]) return
        outcomes[index] = outcome
        if (--open === 0) observed.end(outcomes)
      }
    }
  }

  /** Ends the activity of the attempt. */
  end(outcome: Outcome): void {
    if (!this.observed) return
    for (const wait of this.#openWaits ?? []) wait.end({ type: 'suspended' })
    if (this.#onEnd) this.#onEnd(outcome)
    else this.observed.end([outcome])
  }

  /** Starts the activity of a part of the attempt. */
  startPart(part: AttemptPart): Observed<Activity<PartEnd>> | undefined {
    const { instrument, logger } = this.host
    const activity = this.observed?.activity
    if (!activity?.startPart || !instrument) return undefined
    const observed = observe(instrument, 'startAttempt', logger, () => shownPart(activity.startPart!(part), this.host))
    if (observed && part.kind === 'wait') (this.#openWaits ??= new Set()).add(observed)
    return observed
  }

  #toStarted(resumedFrom: string | undefined): StartedAttempt {
    const { traceparent, tracestate, baggage, retryTraceparent, sentAt, runAt = sentAt } = this.envelope
    const { retriedAt, followsCrash = false } = this.options
    const { limits, clock, hasEngineSpan = false } = this.host
    const { definitionId, event, jobId, runId, attempt, maxAttempts, tenantId } = this.info
    return {
      definitionId,
      event,
      jobId,
      runId,
      attempt,
      maxAttempts,
      tenantId,
      ...(traceparent !== undefined && { traceparent }),
      provider: limits.provider,
      trace: { traceparent, tracestate, baggage } as StartedAttempt['trace'],
      ...(retryTraceparent !== undefined && { retryTraceparent }),
      dueAt: Math.max(runAt, retriedAt ?? 0),
      startedAt: clock.now(),
      isResumed: this.isResumed,
      resumedFrom,
      followsCrash,
      hasEngineSpan,
    }
  }
}

/** With a codec, returns a part that does not get the texts of errors. */
function shownPart(part: Activity<PartEnd> | undefined, { codec }: AttemptHost): Activity<PartEnd> | undefined {
  if (!codec || !part) return part
  return Object.assign(Object.create(part) as Activity<PartEnd>, {
    end: (end: PartEnd) =>
      part.end(end.type === 'failed' ? { ...end, error: errorFrom(withoutTexts(toErrorInfo(end.error))) } : end),
  })
}

function toAttemptInfo({ definition, envelope, options, maxAttempts }: Attempt): AttemptInfo {
  const { jobId, runId, attempt } = options
  const { event, tenantId, traceparent } = envelope
  return {
    definitionId: definition.id,
    event,
    jobId,
    runId,
    attempt,
    maxAttempts,
    tenantId,
    ...(traceparent !== undefined && { traceparent }),
  }
}

/** Calls `callback` as code of the handler: with its client. */
export function inScope<A, R>(
  { host: { scope, client }, observed }: Attempt,
  code: (argument: A) => R,
  argument: A,
): R {
  const callback = observed ? (given: A) => observed.run(code, given) : code
  return scope ? scope(callback, argument) : runWithClient(client, () => callback(argument))
}

/** Returns the context of a handler. */
export function toJobContext(attempt: Attempt, signal: AbortSignal): JobContext {
  const { jobId, runId, attempt: number } = attempt.options
  const { maxAttempts, envelope } = attempt
  const logger = lazyLogger(attempt)
  const facts = { jobId, runId, attempt: number, maxAttempts, tenantId: envelope.tenantId, logger, signal }
  const context = new AttemptContext(facts)
  return attempt.transaction ? Object.assign(context, { transaction: attempt.transaction.transaction }) : context
}

/** Returns what can stop code of an attempt. @param runEnd - the end of the run, if it limits this code */
export function toStopOptions({ definition, host, options }: Attempt, runEnd?: RunEnd): StopOptions {
  const { id: definitionId, timeoutMs } = definition
  return { signal: options.signal, clock: host.clock, definitionId, timeoutMs, runEnd, isExclusive: true }
}
