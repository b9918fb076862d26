import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import type { Json } from '../events/json.ts'
import { withFields } from '../logging/logger.ts'
import { attemptStep, type StepAttempt, type StepOutcome } from './attempt-step.ts'
import type { AwaitedStep } from './awaited-step.ts'
import type { StepTools } from './step-engine.ts'
import type { StepRecords } from './step-records.ts'
import { endStep, type StepRecord } from './workflow-record.ts'

/** What a step came to after an attempt: it has ended, or waits for its next attempt, or for the job that it sent. */
export type Attempted = 'ended' | 'waits'

/** What attempts are made with. */
export interface AttemptsOptions {
  readonly records: StepRecords
  readonly tools: StepTools
  /** Told of each attempt that has ended, before its outcome is noted. */
  readonly ended: () => void
}

/** Makes the attempts of a pass's steps, and notes in the records what they came to. */
export class StepAttempts {
  readonly #options: AttemptsOptions
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #abort = new AbortController()
  #isOver = false

  constructor(options: AttemptsOptions) {
    this.#options = options
  }

  /** Work that has not ended. */
  get underWay(): Promise<unknown> | undefined {
    return this.#underWay.size > 0 ? Promise.allSettled(this.#underWay) : undefined
  }

  /** Aborts what is under way; what comes of it does not count any more. */
  abort(reason: unknown): void {
    this.#isOver = true
    this.#abort.abort(reason)
  }

  /** Counts work as under way until it has ended. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  /** What an attempt is made with. */
  partsOf(step: StepRecord, key: string, attempt: number, signal: AbortSignal = this.#abort.signal): StepAttempt {
    const { records, tools } = this.#options
    const { run, runId, definition, clock, random, limits, logger } = tools
    // A job that failed is sent anew by a run that goes on from there.
    const origin = step.kind === 'runJob' ? runId : (step.origin ?? records.record.origin)
    return {
      run,
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
  begin(called: AwaitedStep, then: (attempted: Attempted) => void): void {
    const { step, call } = called
    if (!('work' in call)) return
    const { records, ended } = this.#options
    step.state = 'running'
    step.attempts++
    delete step.nextAttemptAt
    records.note?.(step)
    const attempt = attemptStep(call, this.partsOf(step, step.key, step.attempts)).then((outcome) => {
      this.#underWay.delete(attempt)
      ended()
      if (!this.#isOver) then(this.#note(called, outcome))
      else if (JobCancelledError.isInstance(this.#abort.signal.reason)) this.#completeLate(called, outcome)
    })
    this.#underWay.add(attempt)
  }

  #note(called: AwaitedStep, outcome: StepOutcome): Attempted {
    const { step, call } = called
    const { records, tools } = this.#options
    const now = tools.clock.now()
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
      tools.logger.warn('A step failed and is tried again.', { ...facts, afterMs: outcome.afterMs })
      step.state = 'retrying'
      step.nextAttemptAt = now + outcome.afterMs
      return 'waits'
    }
    tools.logger.error('A step failed.', facts)
    endStep(records.record, step, 'failed', now)
    return 'ended'
  }

  #complete({ step, call }: AwaitedStep, output: Json | undefined): void {
    if (output !== undefined) step.output = output
    if (call.kind === 'run' && call.compensate) step.compensable = true
    const { records, tools } = this.#options
    endStep(records.record, step, 'completed', tools.clock.now())
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
