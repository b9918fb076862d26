import type { Json } from '../values/json.ts'
import type { WorkflowChangedError } from '../errors/workflow-changed-error.ts'
import type { JobErrorInfo } from '../errors/error-info.ts'
import { CallOrder } from './call-order.ts'
import { IdleDetector } from './idle-detector.ts'
import type { AwaitedStep } from './awaited-step.ts'
import { compensationGraceMs, heldGraceMs, minRecordedGraceMs } from './grace-time.ts'
import { type ReplayHistory, replayHistoryOf } from '../steps/replay-history.ts'
import {
  lateStepWarning,
  patchUndecidedError,
  stepKindChangedError,
  stepRenamedError,
} from './workflow-change-errors.ts'
import { pause } from '../time/pause.ts'
import { StepAttempts } from './step-attempts.ts'
import type { StepCall } from '../steps/step-call.ts'
import type { ReplayResult, StepEngine, StepEngineFactory, ReplayContext } from '../steps/step-engine.ts'
import { markUnsaved, reopenUnsaved, saveStep, type StepRecordStore } from '../steps/step-record-store.ts'
import { StepResults } from './step-results.ts'
import { StepWaits } from './step-waits.ts'
import { WaitTimeouts } from './wait-timeouts.ts'
import { toStepRecord } from '../steps/to-step-record.ts'
import { uncalledCompensations, compensateSteps } from './compensate-steps.ts'
import {
  cancelOpenSteps,
  endDueWait,
  isStepEnded,
  type ParkRecord,
  type RestartRecord,
  reopenStep,
  type StepRecord,
} from '../steps/workflow-record.ts'

/** Number of ended steps in front of which a new step may be one of them with a new id. */
const minAhead = 2

/** Creates a step engine for job engines that have no steps of their own. It stores step results in `records`. */
export function createRecordedStepEngine(records: StepRecordStore): StepEngineFactory {
  return (context) => new RecordedStepEngine(records, context)
}

/** `closing`: the code threw, and steps that it started are still running. */
type Phase = 'running' | 'closing' | 'over'

class RecordedStepEngine implements StepEngine {
  readonly history: ReplayHistory
  readonly #records: StepRecordStore
  readonly #context: ReplayContext
  readonly #known: Map<string, StepRecord>
  readonly #compensations = new Map<string, StepCall>()
  /** New steps that are called in front of steps of earlier replays, until the code has called those, or can only wait. */
  #held: AwaitedStep[] = []
  /** Whether the code awaits other steps beside its held calls of `step.patched`. */
  #isBeside = false
  /** Calls of `step.patched` that got false, which is right if the code then calls a step of an earlier replay. */
  #tried: readonly AwaitedStep[] | undefined
  readonly #results: StepResults
  readonly #waits: StepWaits
  readonly #timeouts: WaitTimeouts
  readonly #order: CallOrder
  readonly #attempts: StepAttempts
  readonly #idleDetector: IdleDetector
  /** The called steps, in the order of the calls. */
  readonly #called: StepRecord[] = []
  #phase: Phase = 'running'
  #isRecordedOnly = false
  #hasPendingStep = false
  #suspendedAt: number | undefined
  #codeThrew: unknown
  #onClosed: (() => void) | undefined
  #end: (end: ReplayResult) => void = () => undefined

  constructor(records: StepRecordStore, context: ReplayContext) {
    const { steps } = records.record
    reopenUnsaved(steps)
    this.history = replayHistoryOf(steps)
    this.#records = records
    this.#context = context
    this.#known = new Map(steps.map((step) => [step.key, step]))
    this.#order = new CallOrder(steps, context.logger)
    this.#attempts = new StepAttempts({
      records,
      context,
      onEnded: () => this.#idleDetector.workEnded(),
      onReopened: () => this.#results.checkAgain(),
    })
    this.#timeouts = new WaitTimeouts(records)
    this.#waits = new StepWaits(context.clock, () => this.#settleDue())
    this.#idleDetector = new IdleDetector({
      clock: context.clock,
      canBeIdle: () => !this.#results.isBusy && (this.#waits.size > 0 || this.#hasPendingStep || this.#held.length > 0),
      graceMs: () => this.#graceMs(),
      onIdle: () => this.#suspend(),
    })
    this.#results = new StepResults({
      recorded: steps,
      clock: context.clock,
      graceMs: Math.max(records.graceMs ?? 0, minRecordedGraceMs),
      decode: context.decodeStep && ((step) => context.decodeStep!(step)),
      onUndecoded: (error) => context.failRun(error),
      onDelivered: () => this.#idleDetector.noteActivity(),
      onIdle: () => this.#checkIdle(),
    })
  }

  get version(): string | null | undefined {
    return this.#records.record.version
  }

  get restart(): RestartRecord | undefined {
    return this.#records.record.restart
  }

  get failure(): JobErrorInfo | undefined {
    return this.#records.cancellation ?? this.#records.record.failure
  }

  get failedStep(): StepRecord | undefined {
    return this.#known.get(this.#records.record.failedStep ?? '')
  }

  get parked(): ParkRecord | undefined {
    return this.#records.record.parked
  }

  park(parked: ParkRecord | undefined): Promise<void> | undefined {
    const { record } = this.#records
    delete record.parked
    if (parked) record.parked = { since: parked.since, until: parked.until, error: parked.error }
    return this.#records.saveRecord?.()
  }

  get isCancelled(): boolean {
    return this.#records.cancellation !== undefined
  }

  runningWork(): Promise<unknown> | undefined {
    return this.#attempts.running
  }

  run(code: () => Promise<unknown>, steps: 'all' | 'recorded only' = 'all'): Promise<ReplayResult> {
    const { signal } = this.#context
    this.#isRecordedOnly = steps === 'recorded only'
    const stop = (): void => {
      this.#close('over')
      this.#attempts.abort(signal.reason)
    }
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    const stopListening = this.#records.onWaitResolved?.((step) => this.#waitResolved(step))
    const ended = new Promise<ReplayResult>((resolve) => {
      this.#end = (end) => {
        signal.removeEventListener('abort', stop)
        stopListening?.()
        resolve(end)
      }
    })
    code().then((output) => void this.#codeEnded({ type: 'returned', output }), this.#throw)
    this.#checkIdle()
    return ended
  }

  perform(call: StepCall): Promise<Json | undefined> {
    this.#idleDetector.noteActivity()
    const { key, kind } = call
    const known = this.#known.get(key)
    if (this.#phase === 'over') this.#recordLateCall(key)
    if (this.#phase !== 'running') return new Promise(() => undefined)
    if (known && known.kind !== kind) {
      this.#context.failRun(stepKindChangedError(this.#context.definition.id, key, { was: known.kind, is: kind }))
      return new Promise(() => undefined)
    }
    const isAlone = this.#results.areDelivered && this.#held.length === 0 && !this.#tried
    if (isAlone) this.#order.settle()
    if (kind !== 'patched') this.#isBeside = true
    else if (this.#heldPatches.length === 0) this.#isBeside = !isAlone
    this.#order.called(key)
    if (call.kind === 'run' && call.compensate) this.#compensations.set(key, call)
    return new Promise((resolve, reject) => {
      const step = known ?? this.#newStep(call)
      this.#called.push(step)
      const called: AwaitedStep = { call, step, resolve, reject, isSaved: false }
      if (kind !== 'patched') this.#results.add(called)
      else if (known || this.#isRecordedOnly) return resolve(known?.output ?? false)
      if (step.order !== undefined) this.#deliver(called)
      else if (!known && this.#isHeld(called)) this.#held.push(called)
      else if (kind === 'patched') this.#decide(called, true)
      // During compensation, unfinished steps stay pending. Only completed ones are replayed.
      else if (this.#isRecordedOnly) this.#hasPendingStep = true
      else this.#startOrResume(called, known !== undefined)
      if (this.#held.length > 0) this.#release()
      if (this.#hasPendingStep || this.#held.length > 0) this.#checkIdle()
    })
  }

  #newStep(call: StepCall): StepRecord {
    const { clock, traceparent } = this.#context
    const startedAtOf = (key: string) => this.#called.find((step) => step.key === key)?.startedAt
    return toStepRecord(call, clock.now(), { traceparent: traceparent(), startedAtOf })
  }

  get #heldPatches(): AwaitedStep[] {
    return this.#held.filter(({ call }) => call.kind === 'patched')
  }

  /** Returns whether a new step must wait, because the code may have passed its place before it was there. */
  #isHeld({ call: { kind } }: AwaitedStep): boolean {
    const { ahead } = this.#order
    if (this.#tried && kind !== 'patched') return true
    if (kind === 'patched' || ahead.length === 0) return ahead.length > 0
    return !this.#isRecordedOnly && ahead.filter(({ order }) => order !== undefined).length >= minAhead
  }

  /** Starts the held steps that need not wait any more. */
  #release(): void {
    const held = this.#held.filter((called) => !this.#isHeld(called))
    this.#held = this.#held.filter((called) => this.#isHeld(called))
    for (const called of held) {
      if (called.call.kind === 'patched') this.#decide(called, true)
      else this.#startOrResume(called, false)
    }
  }

  /** The code can only wait for its held steps. So the steps ahead are those of code that had none of these. */
  #settleHeld(): void {
    const patches = this.#heldPatches
    const [held] = this.#held
    const { failRun, definition } = this.#context
    if (patches.length > 0) {
      if (this.#isBeside && patches.length > 1) return failRun(this.#undecided(patches))
      this.#held = this.#held.filter((called) => !patches.includes(called))
      return void this.#try(patches)
    }
    const ahead = this.#order.ahead.filter(({ order }) => order !== undefined)
    failRun(stepRenamedError(definition.id, held!.step.key, { count: ahead.length, first: ahead[0]!.key }))
  }

  /**
   * Answers calls of `step.patched` from the same place. The run has passed it if its code continues with a step of an
   * earlier replay: everything else waits, so nothing else calls one. Otherwise nothing tells, because another branch may
   * have lost the steps ahead.
   */
  async #try(patches: readonly AwaitedStep[]): Promise<void> {
    const { clock, failRun } = this.#context
    const count = this.#order.ahead.length
    const hasPassed = (): boolean => this.#order.ahead.length < count
    this.#tried = patches
    this.#idleDetector.workStarted()
    for (const { resolve } of patches) resolve(false)
    await (clock.turn?.() ?? clock.yield())
    if (!hasPassed()) await pause(clock, heldGraceMs)
    this.#idleDetector.workEnded()
    if (this.#phase !== 'running') return this.#checkIdle()
    this.#tried = undefined
    if (!hasPassed()) return failRun(this.#undecided(patches))
    for (const called of patches) this.#decide(called, false)
    this.#release()
    this.#checkIdle()
  }

  #undecided([first]: readonly AwaitedStep[]): WorkflowChangedError {
    return patchUndecidedError(this.#context.definition.id, first!.step.key)
  }

  /** Answers a new call of `step.patched`. The answer has no place among the results: no step waits for it. */
  #decide({ step, resolve }: AwaitedStep, isPatched: boolean): void {
    this.#insert(step)
    Object.assign(step, { state: 'completed', output: isPatched, endedAt: this.#context.clock.now() })
    this.#afterSave(step, () => resolve(isPatched))
  }

  /** Adds the record of a new step after that of the step which was called before it. */
  #insert(step: StepRecord): void {
    let place = this.#called.lastIndexOf(step) - 1
    while (place >= 0 && !this.#known.has(this.#called[place]!.key)) place--
    const before = this.#called[place]?.key
    this.#known.set(step.key, step)
    // Not always the last one: it was held, or a crash has lost its record but not those of later steps.
    const { steps } = this.#records.record
    steps.splice(steps.findLastIndex(({ key }) => key === before) + 1, 0, step)
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

  /** Reports a step that the code called after the replay was suspended, because it awaited something other than a step. */
  #recordLateCall(key: string): void {
    if (this.#suspendedAt === undefined) return
    const afterMs = this.#context.clock.now() - this.#suspendedAt
    this.#suspendedAt = undefined
    this.#context.logger.warn(lateStepWarning(key), { step: key, afterMs })
    this.#records.onLateCall?.(afterMs)
  }

  /** Starts a step, or resumes one that has not ended. */
  #startOrResume(called: AwaitedStep, isKnown: boolean): void {
    const { step, call } = called
    // An earlier replay cancelled this step but crashed before it saved how it ended.
    if (step.state === 'cancelled') reopenStep(step)
    if (!isKnown) this.#insert(step)
    // A replay that crashed may have started this attempt, with side effects. Only a step that completes can be compensated.
    const isDue = step.state === 'retrying' && step.nextAttemptAt! <= this.#context.clock.now()
    if ('work' in call && (step.state === 'running' || isDue)) this.#execute(called)
    else if (isKnown) this.#wait(called)
    else this.#afterSave(step, () => this.#wait(called), call.kind === 'waitForEvent' && call.since === undefined)
  }

  #execute(called: AwaitedStep): void {
    this.#idleDetector.workStarted()
    this.#attempts.start(called, (attempted) => {
      const then = (): void => (attempted === 'waits' ? this.#wait(called) : this.#deliver(called))
      if (attempted === 'saved') this.#after(undefined, then)
      else this.#afterSave(called.step, then)
    })
    this.#waits.arm()
  }

  #afterSave(step: StepRecord, then: () => void, delaysAttempts = false): void {
    const saving = saveStep(this.#records, step)
    if (saving && delaysAttempts) this.#attempts.startAfter(saving)
    this.#after(saving, then, (error) => {
      markUnsaved(step) // this replay can still compensate it; the next one runs it again
      this.#throw(error)
    })
  }

  /** Continues after work, if there is any. Until then, the replay is not idle. */
  #after(work: Promise<void> | undefined, then: () => void, onFailed = this.#throw): void {
    const onSettled = (next: () => void): void => {
      if (work) this.#idleDetector.workEnded()
      next()
      this.#checkIdle()
    }
    if (!work) return onSettled(then)
    this.#idleDetector.workStarted()
    work.then(
      () => onSettled(then),
      (error: unknown) => onSettled(() => onFailed(error)),
    )
  }

  readonly #throw = (error: unknown): void => void this.#codeEnded({ type: 'threw', error })

  #wait(called: AwaitedStep): void {
    if (this.#phase !== 'running') return
    // The wait was resolved while its record was being saved.
    if (isStepEnded(called.step)) return this.#deliver(called)
    this.#waits.add(called)
    if (this.#idleDetector.isWorking) this.#waits.arm()
    this.#checkIdle()
  }

  #waitResolved({ key }: StepRecord): void {
    const called = this.#waits.take(key)
    if (called) this.#deliver(called)
  }

  #deliver(called: AwaitedStep): void {
    this.#idleDetector.noteActivity()
    if (this.#phase === 'running') this.#results.markSaved(called)
    else this.#checkIdle()
  }

  #settleDue(): void {
    if (this.#phase !== 'running') return
    for (const called of this.#waits.takeDue()) {
      if (called.step.state === 'retrying') this.#execute(called)
      else this.#after(this.#timeouts.before(called.step), () => this.#endWait(called))
    }
    if (this.#idleDetector.isWorking) this.#waits.arm()
  }

  #endWait(called: AwaitedStep): void {
    if (this.#phase !== 'running') return
    endDueWait(this.#records.record, called.step, this.#context.clock.now())
    this.#afterSave(called.step, () => this.#deliver(called))
  }

  #checkIdle(): void {
    if (this.#phase === 'running') this.#idleDetector.check()
    else if (this.#phase === 'closing' && !this.#idleDetector.isWorking) this.#onClosed?.()
  }

  /** Returns the grace period for code that awaits something other than a step, in milliseconds. */
  #graceMs(): number {
    const { record, graceMs = 0 } = this.#records
    if (this.#isRecordedOnly)
      return uncalledCompensations(record.steps, this.#compensations).length > 0 ? compensationGraceMs : 0
    const waitMs = this.#held.length > 0 ? Math.max(graceMs, heldGraceMs) : graceMs
    if (waitMs > 0) this.#waits.arm() // resolves waits that end during the grace time
    return waitMs
  }

  #suspend(): void {
    if (this.#held.length > 0) return this.#settleHeld()
    const at = this.#isRecordedOnly ? undefined : this.#waits.nextDueAt()
    if (at !== undefined && at <= this.#context.clock.now()) return this.#settleDue()
    this.#close('over')
    this.#suspendedAt = this.#context.clock.now()
    this.#end({ type: 'suspended', ...(at !== undefined && { wakeAt: at }) })
  }

  /** Ends the replay. If the code threw, first waits for running steps to end, as they may need compensation. */
  async #codeEnded(end: ReplayResult): Promise<void> {
    if (this.#phase !== 'running') return
    if (this.#tried) {
      const error = this.#undecided(this.#tried)
      this.#tried = undefined
      this.#context.failRun(error)
      return this.#codeEnded({ type: 'threw', error })
    }
    if (end.type === 'threw') this.#codeThrew = end.error
    if (end.type === 'threw' && !this.#isRecordedOnly) {
      this.#close('closing')
      if (this.#idleDetector.isWorking) await new Promise<void>((resolve) => (this.#onClosed = resolve))
    }
    this.#close('over')
    if (end.type === 'returned') this.#cancelOpenSteps()
    this.#attempts.abort(new DOMException('The run ended before this step.', 'AbortError'))
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
    this.#idleDetector.stop()
  }
}
