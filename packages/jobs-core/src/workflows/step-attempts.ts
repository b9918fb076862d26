import { JobCancelledError } from '../errors/job-cancelled-error.ts'
import type { Json } from '../values/json.ts'
import { withFields } from '../logging/logger.ts'
import { attemptStep, type StepAttemptOptions, type StepOutcome } from './attempt-step.ts'
import type { OpenTransaction } from '../engines/open-transaction.ts'
import type { AwaitedStep } from './awaited-step.ts'
import type { ReplayContext } from '../steps/step-engine.ts'
import type { StepRecordStore } from '../steps/step-record-store.ts'
import { endStep, reopenStep, type StepRecord } from '../steps/workflow-record.ts'

/** The state of a step after an attempt. `waits`: for its next attempt, or for the job that it sent. `saved`: it has ended, and is saved. */
export type AttemptResult = 'ended' | 'waits' | 'saved'

/** Options of `StepAttempts`. */
export interface StepAttemptsOptions {
  readonly records: StepRecordStore
  readonly context: ReplayContext
  /** Called after each attempt, before its outcome is recorded. */
  readonly onEnded: () => void
  /** Called if the completion of a step could not be saved in its transaction, so that it has not ended. */
  readonly onReopened: () => void
}

/** Runs the attempts of a replay's steps and records their outcomes. */
export class StepAttempts {
  readonly #options: StepAttemptsOptions
  readonly #running = new Set<Promise<unknown>>()
  readonly #abort = new AbortController()
  #isAborted = false
  /** Settles when the waits are saved. */
  #waitsSaved: Promise<unknown> | undefined

  constructor(options: StepAttemptsOptions) {
    this.#options = options
  }

  /** Settles when all running work has ended; `undefined` if none is running. */
  get running(): Promise<unknown> | undefined {
    return this.#running.size > 0 ? Promise.allSettled(this.#running) : undefined
  }

  /** Aborts running attempts. Their outcomes are ignored. */
  abort(reason: unknown): void {
    this.#isAborted = true
    this.#abort.abort(reason)
  }

  /** Counts work as running until it has ended. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }

  /** Returns the options of an attempt. */
  attemptOptions(
    step: StepRecord,
    key: string,
    attempt: number,
    signal: AbortSignal = this.#abort.signal,
  ): StepAttemptOptions {
    const { records, context } = this.#options
    const { replayToken, runId, definition, clock, random, limits, logger } = context
    // A retried run sends a failed job again, so its key must differ.
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

  /** Delays attempts that start from now on until a wait is saved: they may cause the event that it waits for. */
  startAfter(saving: Promise<void>): void {
    this.#waitsSaved = Promise.allSettled([this.#waitsSaved, saving])
  }

  /** Starts an attempt. Calls `then` with the state of the step, unless the replay has ended. */
  start(called: AwaitedStep, then: (attempted: AttemptResult) => void): void {
    const { step, call } = called
    if (!('work' in call)) return
    const { records, context, onEnded } = this.#options
    step.state = 'running'
    step.attempts++
    delete step.nextAttemptAt
    records.noteStarted?.(step)
    const run = (): Promise<StepOutcome> => {
      const options = this.attemptOptions(step, step.key, step.attempts)
      const openTransaction =
        records.openTransaction && ((signal: AbortSignal) => this.#openTransaction(called, signal))
      return attemptStep(call, { ...options, timeUp: context.timeUp, openTransaction })
    }
    const begun = this.#waitsSaved ? this.#waitsSaved.then(() => (this.#isAborted ? undefined : run())) : run()
    const attempt = begun.then((outcome) => {
      this.#running.delete(attempt)
      onEnded()
      if (!outcome) return
      if (!this.#isAborted) then(this.#record(called, outcome))
      else if (JobCancelledError.isInstance(this.#abort.signal.reason) && step.state !== 'completed')
        this.#completeLate(called, outcome)
    })
    this.#running.add(attempt)
  }

  /** Opens a transaction for the work of a step, which is saved in it. */
  async #openTransaction(called: AwaitedStep, signal: AbortSignal): Promise<OpenTransaction<Json | undefined>> {
    const { records, onReopened } = this.#options
    const opened = await records.openTransaction!(signal)
    return {
      ...opened,
      commit: async (output) => {
        signal.throwIfAborted()
        const { step } = called
        this.#complete(called, output)
        try {
          await opened.commit(step)
        } catch (error) {
          reopenStep(step)
          delete step.compensable
          onReopened()
          throw error
        }
      },
    }
  }

  #record(called: AwaitedStep, outcome: StepOutcome): AttemptResult {
    const { step, call } = called
    const { records, context } = this.#options
    const now = context.clock.now()
    if (step.state === 'completed') return 'saved'
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
    const fields = { step: step.key, stepAttempt: step.attempts, error: outcome.error }
    if (outcome.type === 'retry') {
      context.logger.warn('A step failed and will be retried.', { ...fields, afterMs: outcome.afterMs })
      step.state = 'retrying'
      step.nextAttemptAt = now + outcome.afterMs
      return 'waits'
    }
    context.logger.error('A step failed.', fields)
    endStep(records.record, step, 'failed', now)
    return 'ended'
  }

  #complete({ step, call }: AwaitedStep, output: Json | undefined): void {
    if (output !== undefined) step.output = output
    if (call.kind === 'run' && call.compensate) step.compensable = true
    const { records, context } = this.#options
    endStep(records.record, step, 'completed', context.clock.now())
  }

  /** Records the result of a step that completed after its run was cancelled, because it may need compensation. */
  #completeLate(called: AwaitedStep, outcome: StepOutcome): void {
    if (outcome.type !== 'completed' || called.call.kind === 'runJob') return
    this.#complete(called, outcome.output)
    // The run has ended, so nothing can handle a failed save.
    Promise.resolve()
      .then(() => this.#options.records.save(called.step))
      .catch(() => undefined)
  }
}
