import type { Json } from '../events/json.ts'
import type { JobErrorInfo } from '../runs/error-info.ts'
import { CallOrder } from './call-order.ts'
import { IdleDetector } from './idle-detector.ts'
import type { AwaitedStep } from './awaited-step.ts'
import { compensationGraceMs } from './grace-time.ts'
import { lateStepWarning, stepKindChangedError } from './workflow-change-errors.ts'
import { StepAttempts } from './step-attempts.ts'
import type { StepCall } from './step-call.ts'
import type { ReplayResult, StepEngine, StepEngineFactory, ReplayContext } from './step-engine.ts'
import { markUnsaved, reopenUnsaved, saveStep, type StepRecordStore } from './step-record-store.ts'
import { StepResults } from './step-results.ts'
import { StepWaits } from './step-waits.ts'
import { toStepRecord } from './to-step-record.ts'
import { uncalledCompensations, compensateSteps } from './compensate-steps.ts'
import { cancelOpenSteps, endStep, isStepEnded, reopenStep, type StepRecord } from './workflow-record.ts'

/** The steps of a workflow on an engine that keeps their records and has no steps of its own. */
export function createRecordedStepEngine(records: StepRecordStore): StepEngineFactory {
  return (context) => new RecordedStepEngine(records, context)
}

/** `closing`: the code has ended, and what it began comes to its end. */
type Phase = 'running' | 'closing' | 'over'

/** How long code that awaits what is no step is waited for at least, where it has to come to a step that it had called. */
const shortestGraceMs = 100

class RecordedStepEngine implements StepEngine {
  readonly #records: StepRecordStore
  readonly #context: ReplayContext
  readonly #known: Map<string, StepRecord>
  readonly #compensations = new Map<string, StepCall>()
  readonly #results: StepResults
  readonly #waits: StepWaits
  readonly #order: CallOrder
  readonly #attempts: StepAttempts
  readonly #watch: IdleDetector
  #lastCalled: string | undefined
  #phase: Phase = 'running'
  #recordedOnly = false
  #hasOpen = false
  /** When the code was left waiting. */
  #leftAt: number | undefined
  #codeThrew: unknown
  #closed: (() => void) | undefined
  #end: (end: ReplayResult) => void = () => undefined

  constructor(records: StepRecordStore, context: ReplayContext) {
    const { steps } = records.record
    reopenUnsaved(steps)
    this.#records = records
    this.#context = context
    this.#known = new Map(steps.map((step) => [step.key, step]))
    this.#order = new CallOrder(steps, context.logger)
    this.#attempts = new StepAttempts({ records, context, onEnded: () => this.#watch.workEnded() })
    this.#waits = new StepWaits(context.clock, () => this.#settleDue())
    this.#watch = new IdleDetector({
      clock: context.clock,
      canBeIdle: () => !this.#results.isBusy && (this.#waits.size > 0 || this.#hasOpen),
      graceMs: () => this.#graceMs(),
      onIdle: () => this.#pause(),
    })
    this.#results = new StepResults({
      recorded: steps,
      clock: context.clock,
      graceMs: Math.max(records.graceMs ?? 0, shortestGraceMs),
      onDelivered: () => this.#watch.noteActivity(),
      onIdle: () => this.#look(),
    })
  }

  get version(): string | null | undefined {
    return this.#records.record.version
  }

  get failure(): JobErrorInfo | undefined {
    return this.#records.cancellation ?? this.#records.record.failure
  }

  get failedStep(): StepRecord | undefined {
    return this.#known.get(this.#records.record.failedStep ?? '')
  }

  get isCancelled(): boolean {
    return this.#records.cancellation !== undefined
  }

  runningWork(): Promise<unknown> | undefined {
    return this.#attempts.running
  }

  run(code: () => Promise<unknown>, steps: 'all' | 'recorded only' = 'all'): Promise<ReplayResult> {
    const { signal } = this.#context
    this.#recordedOnly = steps === 'recorded only'
    const stop = (): void => {
      this.#close('over')
      this.#attempts.abort(signal.reason)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    const unlisten = this.#records.onWaitResolved?.((step) => this.#answered(step))
    const ended = new Promise<ReplayResult>((resolve) => {
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
    this.#watch.noteActivity()
    const { key, kind } = call
    const known = this.#known.get(key)
    if (this.#phase === 'over') this.#noteLate(key)
    if (this.#phase !== 'running') return new Promise(() => undefined)
    if (known && known.kind !== kind) {
      this.#context.failRun(stepKindChangedError(this.#context.definition.id, key, { was: known.kind, is: kind }))
      return new Promise(() => undefined)
    }
    this.#order.called(key)
    if (call.kind === 'run' && call.compensate) this.#compensations.set(key, call)
    return new Promise((resolve, reject) => {
      const step = known ?? toStepRecord(call, this.#context.clock.now())
      const called: AwaitedStep = { call, step, resolve, reject, isSaved: false }
      this.#results.add(called)
      if (step.order !== undefined) this.#handOver(called)
      // What has not ended never does in a run that is compensated: its code goes as far as it came.
      else if (this.#recordedOnly) this.#hasOpen = true
      else this.#goOn(called, known !== undefined)
      this.#lastCalled = key
      if (this.#hasOpen) this.#look()
    })
  }

  compensate(failure: JobErrorInfo, failedStep?: string): Promise<number | undefined> {
    const { record } = this.#records
    this.#cancelOpenSteps()
    if (!record.failure && failedStep !== undefined) record.failedStep = failedStep
    return compensateSteps(failure, {
      records: this.#records,
      context: this.#context,
      calls: this.#compensations,
      codeThrew: this.#codeThrew,
      attemptOptions: (step, key, attempt) => this.#attempts.attemptOptions(step, key, attempt, this.#context.signal),
      track: (work) => this.#attempts.track(work),
    })
  }

  /** The code was left in the midst of something else than a step. */
  #noteLate(key: string): void {
    if (this.#leftAt === undefined) return
    const afterMs = this.#context.clock.now() - this.#leftAt
    this.#leftAt = undefined
    this.#context.logger.warn(lateStepWarning(key), { step: key, afterMs })
    this.#records.onLateCall?.(afterMs)
  }

  /** Begins a step, or takes one up again that has not ended. */
  #goOn(called: AwaitedStep, isKnown: boolean): void {
    const { step, call } = called
    // By a pass whose end was lost.
    if (step.state === 'cancelled') reopenStep(step)
    if (!isKnown) {
      this.#known.set(step.key, step)
      // Not always the last one: steps that were called after it may be recorded, and its own record lost in a crash.
      const { steps } = this.#records.record
      steps.splice(steps.findLastIndex(({ key }) => key === this.#lastCalled) + 1, 0, step)
    }
    // An attempt that is due may have begun in a pass that crashed: what it did is compensated only if it is made again.
    const isDue = step.state === 'retrying' && step.nextAttemptAt! <= this.#context.clock.now()
    if ('work' in call && (step.state === 'running' || isDue)) this.#execute(called)
    else if (isKnown) this.#wait(called)
    else this.#afterSave(step, () => this.#wait(called))
  }

  #execute(called: AwaitedStep): void {
    this.#watch.workStarted()
    this.#attempts.start(called, (attempted) =>
      this.#afterSave(called.step, () => (attempted === 'ended' ? this.#handOver(called) : this.#wait(called))),
    )
    this.#waits.arm()
  }

  #afterSave(step: StepRecord, then: () => void): void {
    const saving = saveStep(this.#records, step)
    if (!saving) {
      then()
      return this.#look()
    }
    const saved = (next: () => void): void => {
      this.#watch.workEnded()
      next()
      this.#look()
    }
    this.#watch.workStarted()
    saving.then(
      () => saved(then),
      (error: unknown) => saved(() => this.#notKept(step, error)),
    )
  }

  /** What is not kept is compensated in this pass; for the next one it has not happened. */
  #notKept(step: StepRecord, error: unknown): void {
    markUnsaved(step)
    void this.#codeEnded({ type: 'threw', error })
  }

  #wait(called: AwaitedStep): void {
    if (this.#phase !== 'running') return
    // Answered while it was kept.
    if (isStepEnded(called.step)) return this.#handOver(called)
    this.#waits.add(called)
    if (this.#watch.isWorking) this.#waits.arm()
    this.#look()
  }

  #answered({ key }: StepRecord): void {
    const called = this.#waits.take(key)
    if (called) this.#handOver(called)
  }

  #handOver(called: AwaitedStep): void {
    this.#watch.noteActivity()
    if (this.#phase === 'running') this.#results.markSaved(called)
    else this.#look()
  }

  #settleDue(): void {
    if (this.#phase !== 'running') return
    const { clock } = this.#context
    const now = clock.now()
    for (const called of this.#waits.takeDue(now)) {
      const { step } = called
      if (step.state === 'retrying') {
        this.#execute(called)
        continue
      }
      if (step.kind === 'waitForEvent') step.output = null
      endStep(this.#records.record, step, 'completed', now)
      this.#afterSave(step, () => this.#handOver(called))
    }
    if (this.#watch.isWorking) this.#waits.arm()
  }

  #look(): void {
    if (this.#phase === 'running') this.#watch.check()
    else if (this.#phase === 'closing' && !this.#watch.isWorking) this.#closed?.()
  }

  /** How long code is waited for that awaits what is no step. */
  #graceMs(): number {
    const { record, graceMs = 0 } = this.#records
    if (this.#recordedOnly)
      return uncalledCompensations(record.steps, this.#compensations).length > 0 ? compensationGraceMs : 0
    if (graceMs > 0) this.#waits.arm() // what comes due meanwhile is not kept waiting
    return graceMs
  }

  #pause(): void {
    const at = this.#recordedOnly ? undefined : this.#waits.nextDueAt()
    if (at !== undefined && at <= this.#context.clock.now()) return this.#settleDue()
    this.#close('over')
    this.#leftAt = this.#context.clock.now()
    this.#end({ type: 'suspended', ...(at !== undefined && { wakeAt: at }) })
  }

  /** Steps that the code began and does not wait for: of code that threw, they come to their end, for they may be compensated. */
  async #codeEnded(end: ReplayResult): Promise<void> {
    if (this.#phase !== 'running') return
    if (end.type === 'threw') this.#codeThrew = end.error
    if (end.type === 'threw' && !this.#recordedOnly) {
      this.#close('closing')
      if (this.#watch.isWorking) await new Promise<void>((resolve) => (this.#closed = resolve))
    }
    this.#close('over')
    if (end.type === 'returned') this.#cancelOpenSteps()
    this.#attempts.abort(new DOMException('The run ended without this step.', 'AbortError'))
    this.#end(end)
  }

  #cancelOpenSteps(): void {
    const cancelled = cancelOpenSteps(this.#records.record, this.#context.clock.now())
    for (const step of cancelled) this.#records.noteStarted?.(step)
  }

  #close(phase: 'closing' | 'over'): void {
    this.#phase = phase
    this.#results.stop()
    this.#waits.disarm()
    this.#watch.stop()
  }
}
