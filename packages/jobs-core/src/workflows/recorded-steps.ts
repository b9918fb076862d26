import { StepFailedError } from '../errors/step-failed-error.ts'
import { WorkflowChangedError } from '../errors/workflow-changed-error.ts'
import type { Json } from '../events/json.ts'
import { bindLogger } from '../logging/logger.ts'
import { type JobErrorInfo, toErrorInfo } from '../runs/error-info.ts'
import { errorFrom } from '../runs/error-from.ts'
import type { Timer } from '../time/clock.ts'
import { pause } from '../time/pause.ts'
import { attemptStep, type StepOutcome } from './attempt-step.ts'
import { CallOrder } from './call-order.ts'
import type { StepCall } from './step-call.ts'
import type { CodeEnd, StepEngine, StepEngineFactory, StepTools } from './step-engine.ts'
import { toStepRecord } from './to-step-record.ts'
import { endStep, isStepEnded, stepDueAt, type StepRecord, type WorkflowRecord } from './workflow-record.ts'

/** What keeps the records of a run's steps. */
export interface StepRecords {
  /** As it was kept last; changed in place. */
  readonly record: WorkflowRecord
  /** Keeps a step; the code goes on once that is done, so that nothing which it has seen is lost in a crash. */
  save(step: StepRecord): Promise<void> | undefined
  /** Shows that an attempt of a step, or of its undo, has begun. It may be lost. */
  note?(step: StepRecord): void
  /** Keeps why the run has failed, before its steps are undone. */
  saveFailure?(): Promise<void> | undefined
  /** Calls back when a wait was answered from outside while the code runs; the answer ends it. */
  onAnswer?(listener: (step: StepRecord) => void): () => void
  /**
   * How long code is waited for that awaits what is no step, while a wait of it is open. Default: not at all; such code is
   * left, and run again when the wait is over.
   */
  readonly graceMs?: number
  /** Told of code that called a step so long after it was left: it would go on if it were waited for. */
  calledLate?(afterMs: number): void
  /** Given where the run was cancelled, and is only undone. */
  readonly cancelled?: JobErrorInfo
}

/** The steps of a workflow on an engine that keeps their records and has no steps of its own. */
export function recordedSteps(records: StepRecords): StepEngineFactory {
  return (tools) => new RecordedSteps(records, tools)
}

/** A step that the code has called and that it still waits for. */
interface Called {
  readonly call: StepCall
  /** True once its result may be handed over: it is kept. */
  isKept: boolean
  readonly step: StepRecord
  readonly resolve: (output: Json | undefined) => void
  readonly reject: (error: Error) => void
}

/** `closing`: the code has ended, and what it began comes to its end. */
type Phase = 'running' | 'closing' | 'over'

class RecordedSteps implements StepEngine {
  readonly #records: StepRecords
  readonly #tools: StepTools
  readonly #known: Map<string, StepRecord>
  readonly #calls = new Map<string, StepCall>()
  /** Called, and its result not yet handed to the code. */
  readonly #open = new Map<string, Called>()
  readonly #waits = new Map<string, Called>()
  readonly #order: CallOrder
  #lastCalled: string | undefined
  readonly #abort = new AbortController()
  #phase: Phase = 'running'
  #recordedOnly = false
  #hasOpen = false
  /** Attempts and saves under way. */
  #executing = 0
  #attempts = new Set<Promise<unknown>>()
  #draining = false
  #looking = false
  /** When the code was left waiting. */
  #leftAt: number | undefined
  /** Counts what happens, to tell when nothing does. */
  #activity = 0
  #timer: { at: number; timer: Timer } | undefined
  #closed: (() => void) | undefined
  #end: (end: CodeEnd) => void = () => undefined

  constructor(records: StepRecords, tools: StepTools) {
    this.#records = records
    this.#tools = tools
    this.#known = new Map(records.record.steps.map((step) => [step.key, step]))
    this.#order = new CallOrder(records.record.steps, tools.logger)
  }

  get version(): string | undefined {
    return this.#records.record.version
  }

  get failure(): JobErrorInfo | undefined {
    return this.#records.cancelled ?? this.#records.record.failure
  }

  get isCancelled(): boolean {
    return this.#records.cancelled !== undefined
  }

  underWay(): Promise<unknown> | undefined {
    return this.#attempts.size > 0 ? Promise.allSettled(this.#attempts) : undefined
  }

  run(code: () => Promise<unknown>, steps: 'all' | 'recorded only' = 'all'): Promise<CodeEnd> {
    const { signal } = this.#tools
    this.#recordedOnly = steps === 'recorded only'
    const stop = (): void => {
      this.#close('over')
      this.#abort.abort(signal.reason)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    const unlisten = this.#records.onAnswer?.((step) => this.#answered(step))
    const ended = new Promise<CodeEnd>((resolve) => {
      this.#end = (end) => {
        signal.removeEventListener('abort', stop)
        unlisten?.()
        resolve(end)
      }
    })
    code().then(
      (output) => void this.#codeEnded({ type: 'returned', output }),
      (error: unknown) => void this.#codeEnded({ type: 'threw', error }),
    )
    this.#look()
    return ended
  }

  perform(call: StepCall): Promise<Json | undefined> {
    this.#activity++
    const { key, kind } = call
    const known = this.#known.get(key)
    if (known && known.kind !== kind) {
      const { definition, fail } = this.#tools
      const problem = `its step \`${key}\` was \`step.${known.kind}\` and is \`step.${kind}\` now`
      fail(new WorkflowChangedError({ definitionId: definition.id, stepId: key, problem }))
    }
    if (this.#phase === 'over') this.#noteLate(key)
    if (this.#phase !== 'running' || (known && known.kind !== kind)) return new Promise(() => undefined)
    this.#order.called(key)
    this.#calls.set(key, call)
    return new Promise((resolve, reject) => {
      const step = known ?? toStepRecord(call, this.#tools.clock.now())
      const called: Called = { call, isKept: false, step, resolve, reject }
      this.#open.set(key, called)
      if (step.order !== undefined) this.#handOver(called, 'replayed')
      else if (this.#recordedOnly) this.#leaveOpen()
      else this.#goOn(called, known !== undefined)
      this.#lastCalled = key
    })
  }

  async compensate(failure: JobErrorInfo): Promise<number | undefined> {
    const { record } = this.#records
    const { signal } = this.#tools
    this.#cancelOpenSteps()
    const undoable = record.steps
      .filter((step) => step.state === 'completed' && (step.undoable || this.#undoOf(step)))
      .toSorted((one, other) => other.order! - one.order!)
    if (undoable.length > 0 && !record.failure) {
      record.failure = failure
      await this.#records.saveFailure?.()
    }
    for (const step of undoable) {
      signal.throwIfAborted() // another pass goes on from here
      const isDone = step.undo?.state === 'completed' || step.undo?.state === 'failed'
      const wakeAt = isDone ? undefined : await this.#undo(step)
      if (wakeAt !== undefined) return wakeAt
    }
    signal.throwIfAborted()
    return undefined
  }

  /** The code was left in the midst of something else than a step. */
  #noteLate(key: string): void {
    if (this.#leftAt === undefined) return
    const afterMs = this.#tools.clock.now() - this.#leftAt
    this.#leftAt = undefined
    const message =
      `The code awaited something that is no step before \`${key}\`, while a wait was open beside it, and is run again. ` +
      'Put what it awaited into a step.'
    this.#tools.logger.warn(message, { step: key, afterMs })
    this.#records.calledLate?.(afterMs)
  }

  #undoOf({ key }: StepRecord) {
    const call = this.#calls.get(key)
    return call?.kind === 'run' && call.compensate ? { ...call, compensate: call.compensate } : undefined
  }

  /** Makes an attempt of a step's undo; answers when the next one is due. */
  async #undo(step: StepRecord): Promise<number | undefined> {
    const { clock, definition, logger, signal } = this.#tools
    const undo = (step.undo ??= { state: 'running', attempts: 0, startedAt: clock.now() })
    if (undo.nextAttemptAt !== undefined && undo.nextAttemptAt > clock.now()) return undo.nextAttemptAt
    delete undo.nextAttemptAt
    const call = this.#undoOf(step)
    if (!call) {
      const problem = `its step \`${step.key}\`, which is to be undone, is not there any more`
      const changed = new WorkflowChangedError({ definitionId: definition.id, stepId: step.key, problem })
      Object.assign(undo, { state: 'failed', endedAt: clock.now(), error: toErrorInfo(changed) })
      logger.error('A step could not be undone.', { step: step.key, error: undo.error })
      await this.#records.save(step)
      return undefined
    }
    undo.state = 'running'
    undo.attempts++
    this.#records.note?.(step)
    const { key, policy, timeoutMs, compensate } = call
    const work = { key: `${key}/undo`, policy, ...(timeoutMs !== undefined && { timeoutMs }) }
    const attempt = attemptStep(
      { ...work, work: async (context) => void (await compensate(copyOf(step.output), context)) },
      this.#attemptOf(work.key, undo.attempts, signal),
    )
    this.#attempts.add(attempt)
    const outcome = await attempt
    this.#attempts.delete(attempt)
    signal.throwIfAborted() // what a stopped pass did is not recorded, as with a step
    if (outcome.type === 'completed') {
      Object.assign(undo, { state: 'completed', endedAt: clock.now() })
      delete undo.error
    } else if (outcome.type === 'retry') {
      Object.assign(undo, { state: 'retrying', error: outcome.error, nextAttemptAt: clock.now() + outcome.afterMs })
    } else {
      Object.assign(undo, { state: 'failed', error: outcome.error, endedAt: clock.now() })
      logger.error('A step could not be undone.', { step: key, error: outcome.error })
    }
    await this.#records.save(step)
    return undo.nextAttemptAt
  }

  #attemptOf(key: string, attempt: number, signal: AbortSignal) {
    const { run, definition, clock, random, limits, logger } = this.#tools
    const idempotencyKey = `${this.#records.record.origin}/${key}`
    const bound = bindLogger(logger, { step: key, stepAttempt: attempt })
    return { run, definitionId: definition.id, attempt, idempotencyKey, logger: bound, signal, clock, random, limits }
  }

  /** What has not ended never does in a run that is undone: its code goes as far as it came. */
  #leaveOpen(): void {
    this.#hasOpen = true
    this.#look()
  }

  /** Begins a step, or takes one up again that has not ended. */
  #goOn(called: Called, isKnown: boolean): void {
    const { step, call } = called
    if (step.state === 'cancelled') {
      // By a pass whose end was lost.
      step.state = 'work' in call && step.jobId === undefined ? 'running' : 'waiting'
      delete step.endedAt
    }
    if (!isKnown) {
      this.#known.set(step.key, step)
      // Not always the last one: steps that were called after it may be recorded, and its own record lost in a crash.
      const { steps } = this.#records.record
      steps.splice(steps.findLastIndex(({ key }) => key === this.#lastCalled) + 1, 0, step)
    }
    // An attempt that is due may have begun in a pass that crashed: what it did is undone only if it is made again.
    const isDue = step.state === 'retrying' && step.nextAttemptAt! <= this.#tools.clock.now()
    if ('work' in call && (step.state === 'running' || isDue)) this.#execute(called)
    else if (isKnown) this.#wait(called)
    else this.#afterSave(step, () => this.#wait(called))
  }

  #execute(called: Called): void {
    const { step, call } = called
    if (!('work' in call)) return
    this.#waits.delete(step.key)
    this.#executing++
    step.state = 'running'
    step.attempts++
    delete step.nextAttemptAt
    this.#records.note?.(step)
    const attempt = attemptStep(call, this.#attemptOf(step.key, step.attempts, this.#abort.signal)).then((outcome) => {
      this.#attempts.delete(attempt)
      this.#executing--
      this.#activity++
      if (this.#phase !== 'over') this.#attempted(called, outcome)
    })
    this.#attempts.add(attempt)
    this.#arm()
  }

  #attempted(called: Called, outcome: StepOutcome): void {
    const { step, call } = called
    const { record } = this.#records
    const now = this.#tools.clock.now()
    if (outcome.type === 'completed' && call.kind === 'runJob') {
      step.jobId = outcome.output as string
      step.state = 'waiting'
      return this.#afterSave(step, () => this.#wait(called))
    }
    if (outcome.type === 'completed') {
      if (outcome.output !== undefined) step.output = outcome.output
      if (call.kind === 'run' && call.compensate) step.undoable = true
      endStep(record, step, 'completed', now)
      return this.#afterSave(step, () => this.#handOver(called))
    }
    step.error = outcome.error
    const facts = { step: step.key, stepAttempt: step.attempts, error: outcome.error }
    if (outcome.type === 'retry') {
      this.#tools.logger.warn('A step failed and is tried again.', { ...facts, afterMs: outcome.afterMs })
      step.state = 'retrying'
      step.nextAttemptAt = now + outcome.afterMs
      return this.#afterSave(step, () => this.#wait(called))
    }
    this.#tools.logger.error('A step failed.', facts)
    endStep(record, step, 'failed', now)
    return this.#afterSave(step, () => this.#handOver(called))
  }

  #afterSave(step: StepRecord, then: () => void): void {
    const saving = this.#records.save(step)
    if (!saving) {
      then()
      return this.#look()
    }
    const saved = (): void => {
      this.#executing--
      this.#activity++
    }
    this.#executing++
    saving
      .then(
        () => {
          saved()
          then()
        },
        (error: unknown) => {
          saved()
          void this.#codeEnded({ type: 'threw', error })
        },
      )
      .then(
        () => this.#look(),
        () => undefined,
      )
  }

  #wait(called: Called): void {
    if (this.#phase !== 'running') return
    // Answered while it was kept.
    if (isStepEnded(called.step)) return this.#handOver(called)
    this.#waits.set(called.step.key, called)
    this.#arm()
    this.#look()
  }

  #answered({ key }: StepRecord): void {
    const called = this.#waits.get(key)
    if (!called) return
    this.#waits.delete(key)
    this.#handOver(called)
  }

  /** Gives the code a result: at once, or in its turn after others. Those of an earlier pass wait until all are called. */
  #handOver(called: Called, from: 'now' | 'replayed' = 'now'): void {
    this.#activity++
    if (this.#phase !== 'running') return this.#look()
    called.isKept = true
    if (!this.#draining) void this.#drain(from)
  }

  /**
   * One result after the other, in the order in which they are recorded, and whatever the code makes of it in between: so
   * the code calls its steps in the same order when results come together, when saves overtake each other, and in a replay.
   */
  async #drain(from: 'now' | 'replayed'): Promise<void> {
    const { clock } = this.#tools
    this.#draining = true
    if (from === 'replayed') await clock.yield()
    for (;;) {
      const next = this.#nextResult()
      if (!next?.isKept || this.#phase !== 'running') break
      this.#open.delete(next.step.key)
      this.#settle(next)
      await clock.yield()
    }
    this.#draining = false
    this.#look()
  }

  #nextResult(): Called | undefined {
    let next: Called | undefined
    for (const called of this.#open.values()) {
      const { order } = called.step
      if (order !== undefined && (!next || order < next.step.order!)) next = called
    }
    return next
  }

  #settle({ step, resolve, reject }: Called): void {
    this.#activity++
    if (step.state === 'completed') return resolve(copyOf(step.output))
    const cause = errorFrom(step.error ?? { name: 'Error', message: 'It was cancelled.' })
    reject(new StepFailedError({ stepId: step.key, attempts: step.attempts, cause }))
  }

  /** Wakes the code for what is due while steps are under way. */
  #arm(): void {
    const at = this.#nextDueAt()
    if (at === undefined || at === this.#timer?.at || this.#executing === 0) return
    this.#timer?.timer.cancel()
    const { clock } = this.#tools
    const timer = clock.setTimer(Math.max(0, at - clock.now()), () => {
      this.#timer = undefined
      if (this.#phase === 'running') this.#settleDue()
      this.#arm()
    })
    this.#timer = { at, timer }
  }

  #nextDueAt(): number | undefined {
    let next: number | undefined
    for (const { step } of this.#waits.values()) {
      const at = stepDueAt(step)
      if (at !== undefined && (next === undefined || at < next)) next = at
    }
    return next
  }

  #settleDue(): void {
    const now = this.#tools.clock.now()
    const due = [...this.#waits.values()]
      .filter(({ step }) => (stepDueAt(step) ?? Number.POSITIVE_INFINITY) <= now)
      .toSorted((one, other) => stepDueAt(one.step)! - stepDueAt(other.step)!)
    for (const called of due) {
      const { step } = called
      if (step.state === 'retrying') {
        this.#execute(called)
        continue
      }
      this.#waits.delete(step.key)
      if (step.kind === 'waitForEvent') step.output = null
      endStep(this.#records.record, step, 'completed', now)
      this.#afterSave(step, () => this.#handOver(called))
    }
  }

  /** Looks whether the code can only wait, once everything that is ready has run. */
  #look(): void {
    if (this.#phase === 'closing') {
      if (this.#executing === 0) this.#closed?.()
      return
    }
    if (this.#phase === 'over' || this.#looking || this.#executing > 0 || this.#draining) return
    if (this.#waits.size === 0 && !this.#hasOpen) return
    this.#looking = true
    const before = this.#activity
    const { graceMs = 0 } = this.#records
    const { clock } = this.#tools
    const quiet = graceMs > 0 && !this.#recordedOnly ? pause(clock, graceMs) : clock.yield()
    void quiet.then(() => {
      this.#looking = false
      if (this.#activity !== before) return this.#look()
      if (this.#phase !== 'running' || this.#executing > 0 || this.#draining) return
      this.#pause()
    })
  }

  #pause(): void {
    const at = this.#recordedOnly ? undefined : this.#nextDueAt()
    if (at !== undefined && at <= this.#tools.clock.now()) return this.#settleDue()
    this.#close('over')
    this.#leftAt = this.#tools.clock.now()
    this.#end({ type: 'suspended', ...(at !== undefined && { wakeAt: at }) })
  }

  /** Steps that the code began and does not wait for: of code that threw, they come to their end, for they may be undone. */
  async #codeEnded(end: CodeEnd): Promise<void> {
    if (this.#phase !== 'running') return
    if (end.type === 'threw' && !this.#recordedOnly) {
      this.#close('closing')
      if (this.#executing > 0) await new Promise<void>((resolve) => (this.#closed = resolve))
    }
    this.#close('over')
    if (end.type === 'returned') this.#cancelOpenSteps()
    this.#abort.abort(new DOMException('The run ended without this step.', 'AbortError'))
    this.#end(end)
  }

  #cancelOpenSteps(): void {
    for (const step of this.#records.record.steps) {
      if (isStepEnded(step)) continue
      step.state = 'cancelled'
      step.endedAt = this.#tools.clock.now()
      this.#records.note?.(step)
    }
  }

  #close(phase: 'closing' | 'over'): void {
    this.#phase = phase
    this.#timer?.timer.cancel()
    this.#timer = undefined
  }
}

/** What the code gets is its own: a change of it changes no record. */
function copyOf(output: Json | undefined): Json | undefined {
  return typeof output === 'object' && output !== null ? structuredClone(output) : output
}
