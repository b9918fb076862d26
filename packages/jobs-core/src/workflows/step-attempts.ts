import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import type { Json } from '../events/json.ts'
import { withFields } from '../logging/logger.ts'
import { attemptStep, type StepAttemptOptions, type StepOutcome } from './attempt-step.ts'
import type { AwaitedStep } from './awaited-step.ts'
import type { ReplayContext } from './step-engine.ts'
import type { StepRecordStore } from './step-record-store.ts'
import { endStep, type StepRecord } from './workflow-record.ts'

/** What a step came to after an attempt: it has ended, or waits for its next attempt, or for the job that it sent. */
export type AttemptResult = 'ended' | 'waits'

/** What attempts are made with. */
export interface StepAttemptsOptions {
  readonly records: StepRecordStore
  readonly context: ReplayContext
  /** Told of each attempt that has ended, before its outcome is noted. */
  readonly onEnded: () => void
}

/** Makes the attempts of a pass's steps, and notes in the records what they came to. */
export class StepAttempts {
  readonly #options: StepAttemptsOptions
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #abort = new AbortController()
  #isOver = false

  constructor(options: StepAttemptsOptions) {
    this.#options = options
  }

  /** Work that has not ended. */
  get running(): Promise<unknown> | undefined {
    return this.#underWay.size > 0 ? Promise.allSettled(this.#underWay) : undefined
  }

  /** Aborts what is under way; what comes of it does not count any more. */
  abort(reason: unknown): void {
    this.#isOver = true
    this.#abort.abort(reason)
  }

  /** Counts work as under way until it has ended. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  /** What an attempt is made with. */
  attemptOptions(
    step: StepRecord,
    key: string,
    attempt: number,
    signal: AbortSignal = this.#abort.signal,
  ): StepAttemptOptions {
    const { records, context } = this.#options
    const { replayToken, runId, definition, clock, random, limits, logger } = context
    // A job that failed is sent anew by a run that goes on from there.
    const origin = step.kind === 'runJob' ? runId : (step.origin ?? records.record.origin)
    return {
      replayToken,
      definitionId: definition.id,
      attempt,
      idempotencyKey: `${origin}/${key}`,
      logger: withFields(logger, { step: key, stepAttempt: attempt }),
      signal,
      clock,
      random,
      limits,
    }
  }

  /** Begins an attempt; `then` is told what the step came to, unless the pass is over by then. */
  start(called: AwaitedStep, then: (attempted: AttemptResult) => void): void {
    const { step, call } = called
    if (!('work' in call)) return
    const { records, onEnded } = this.#options
    step.state = 'running'
    step.attempts++
    delete step.nextAttemptAt
    records.noteStarted?.(step)
    const attempt = attemptStep(call, this.attemptOptions(step, step.key, step.attempts)).then((outcome) => {
      this.#underWay.delete(attempt)
      onEnded()
      if (!this.#isOver) then(this.#note(called, outcome))
      else if (JobCancelledError.isInstance(this.#abort.signal.reason)) this.#completeLate(called, outcome)
    })
    this.#underWay.add(attempt)
  }

  #note(called: AwaitedStep, outcome: StepOutcome): AttemptResult {
    const { step, call } = called
    const { records, context } = this.#options
    const now = context.clock.now()
    if (outcome.type === 'completed' && call.kind === 'runJob') {
      step.jobId = outcome.output as string
      step.state = 'waiting'
      return 'waits'
    }
    if (outcome.type === 'completed') {
      this.#complete(called, outcome.output)
      return 'ended'
    }
    step.error = outcome.error
    const facts = { step: step.key, stepAttempt: step.attempts, error: outcome.error }
    if (outcome.type === 'retry') {
      context.logger.warn('A step failed and is tried again.', { ...facts, afterMs: outcome.afterMs })
      step.state = 'retrying'
      step.nextAttemptAt = now + outcome.afterMs
      return 'waits'
    }
    context.logger.error('A step failed.', facts)
    endStep(records.record, step, 'failed', now)
    return 'ended'
  }

  #complete({ step, call }: AwaitedStep, output: Json | undefined): void {
    if (output !== undefined) step.output = output
    if (call.kind === 'run' && call.compensate) step.compensable = true
    const { records, context } = this.#options
    endStep(records.record, step, 'completed', context.clock.now())
  }

  /** The run was cancelled while the step was under way: what it did is recorded, for it may be compensated. */
  #completeLate(called: AwaitedStep, outcome: StepOutcome): void {
    if (outcome.type !== 'completed' || called.call.kind === 'runJob') return
    this.#complete(called, outcome.output)
    // The run has ended: there is nobody to tell that its record could not be kept.
    Promise.resolve()
      .then(() => this.#options.records.save(called.step))
      .catch(() => undefined)
  }
}
