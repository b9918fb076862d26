import { StepFailedError, WorkflowChangedError } from '@cgk-platform/jobs-core/errors'
import {
  type ReplayResult,
  errorFrom,
  stepKindChangedError,
  patchUndecidedError,
  stepRenamedError,
  type StepCall,
  type ReplayHistory,
  type StepEngine,
  type StepEngineFactory,
  type ReplayContext,
  compensationGraceMs,
} from '@cgk-platform/jobs-core/hosted'
import { type Json, type JobErrorInfo, pause } from '@cgk-platform/jobs-core/provider'

import { toAwaitedEvent } from '../../wire/awaited-event.ts'
import { jobEndIn } from '../../wire/job-end.ts'
import { pastWaitEndIn } from '../../wire/past-wait.ts'
import { sha1 } from '../../wire/sha1.ts'
import { callName, jobEndName, failureName, versionName } from '../../wire/step-names.ts'
import { type EndedStep, matchesKind, readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import type { Restart } from '../../wire/attempt-record.ts'
import { createStepQueue, type StepMode, type StepQueue } from './step-queue.ts'
import { type StepsAhead, stepsAhead, workIn } from './steps-ahead.ts'
import type { NativeStepContext } from './native-step-context.ts'
import { createNativeWaits } from './native-waits.ts'
import { createNativeWork, failureOf, type NativeWork } from './native-work.ts'
import { createJobStep } from './native-job.ts'
import { createNativeParking, type NativeParking } from './native-parking.ts'
import { copyOf, createNativeCompensations, type NativeCompensations } from './native-compensations.ts'
import type { CalledSteps } from './past-waits.ts'
import type { Parked } from './park-request.ts'
import type { ReplayRequest } from './replay-request.ts'
import type { RetriedRun } from './retried-run.ts'

/**
 * Returns a step engine that uses Inngest's own steps. Inngest stores their results and replays the code after a wait.
 */
export function nativeSteps(context: NativeStepContext): StepEngineFactory {
  return (replay) => new NativeSteps(context, replay)
}

class NativeSteps implements StepEngine {
  readonly #context: NativeStepContext
  readonly #replay: ReplayContext
  readonly #work: NativeWork
  readonly #queue: StepQueue
  readonly #calls = new Map<string, StepCall>()
  /** When this replay called its steps, epoch milliseconds. */
  readonly #calledAt = new Map<string, number>()
  /** The records of the steps with work that have completed. */
  readonly #records = new Map<string, StepRecord>()
  /** Keys of the steps that the code had called when it last awaited nothing. */
  #settled: readonly string[] = []
  readonly #compensations: NativeCompensations
  readonly #parking: NativeParking
  #retried: RetriedRun | undefined
  /** Hashes of the ended steps with work that the code has not called. */
  #uncalledWork: Set<string> = new Set()
  #recordedOnly = false
  #version: string | null | undefined
  /** Counts calls of the code, to detect when it is idle. */
  #activity = 0

  constructor(context: NativeStepContext, replay: ReplayContext) {
    this.#context = context
    this.#replay = replay
    const work = createNativeWork(context, replay)
    const called: CalledSteps = {
      recordOf: (key) => this.#records.get(key) ?? this.#own(key),
      calledAt: (key) => this.#calledAt.get(key),
      restart: () => (this.restart ? { restart: this.restart } : {}),
    }
    const waits = createNativeWaits(context, replay, { work, called })
    const runJob = createJobStep(context, replay, work)
    const compensations = createNativeCompensations(context, replay, work, this.#calls)
    this.#work = work
    this.#parking = createNativeParking(context, replay)
    const patched = (call: StepCall, mode: StepMode) => this.#patch(call, mode)
    const { definition, failRun } = replay
    const records = this.#records
    this.#compensations = compensations
    this.#queue = createStepQueue({
      clock: replay.clock,
      targetStep: context.request.targetStep,
      isBusy: () => work.isBusy(),
      isKnown: (call) => this.#isKnown(call),
      isHeld: (call) => this.#isHeld(call),
      refuse: ({ kind, key }) =>
        failRun(
          kind === 'patched'
            ? patchUndecidedError(definition.id, key)
            : stepRenamedError(definition.id, key, { count: this.#ahead.work }),
        ),
      async perform(call, options) {
        if (call.kind === 'patched') return patched(call, options)
        if (!('work' in call)) return waits(call, options)
        if (call.kind === 'runJob') return runJob(call, options)
        const record = await work.perform(call, options)
        records.set(call.key, record)
        if (call.kind === 'run') compensations.recordCompleted(call.key, record)
        return record.output
      },
    })
  }

  /** The version is the first step. A run that has steps but no version began without one. */
  get version(): string | null | undefined {
    const recorded = this.#own(versionName.id)?.output
    if (typeof recorded === 'string') return recorded
    const { ended, targetStep } = this.#context.request
    return ended.size > 0 || targetStep !== undefined ? null : this.#version
  }

  get restart(): Restart | undefined {
    return this.#own(versionName.id)?.restart ?? this.#context.restart
  }

  /** A request for one step executes only that one. The next request fails the run. */
  get runsOneStep(): boolean {
    return this.#context.request.targetStep !== undefined
  }

  get failure(): JobErrorInfo | undefined {
    return this.#own(failureName.id)?.failure?.error
  }

  get failedStep() {
    const { step: key, error } = this.#own(failureName.id)?.failure ?? {}
    if (key === undefined) return undefined
    const ended = this.#ended(key)
    return ended?.type === 'error' ? { key, ...failureOf(ended.error) } : { key, attempts: 1, error: error!.cause! }
  }

  get history(): ReplayHistory {
    const { ended, targetStep } = this.#context.request
    const own = this.#parking.looks + (this.#ended(versionName.id) ? 1 : 0)
    return {
      hasSteps: ended.size > own || targetStep !== undefined || (this.#retried?.ended.size ?? 0) > 0,
      get traceparent() {
        // Inngest's own steps, such as sleeps, have no record.
        const records = [...ended.values()].flatMap((step) => (step.type === 'data' && readStepRecord(step.data)) || [])
        return records.toSorted((one, other) => one.endedAt - other.endedAt).at(-1)?.traceparent
      },
      // A request for one step repeats the calls of earlier requests.
      hasBegun: (key) => this.#ended(key) !== undefined || targetStep !== undefined,
    }
  }

  /** The ended steps of this run and of the one that it retries. */
  get #endedBefore(): ReadonlyMap<string, EndedStep> {
    return new Map([...(this.#retried?.ended ?? []), ...this.#context.request.ended])
  }

  get #ahead(): StepsAhead {
    const { targetStep } = this.#context.request
    return stepsAhead({ ended: this.#endedBefore, targetStep, called: this.#calls.keys(), settled: this.#settled })
  }

  /** Returns whether a step must wait, because it is new and the run may have passed its place. A wait does no harm. */
  #isHeld(call: StepCall): boolean {
    const id = sha1(call.key)
    if (this.#retried?.ended.has(id) || this.#context.request.targetStep === id) return false
    if (call.kind === 'patched') return this.#ahead.isPassed
    return 'work' in call && this.#uncalledWork.size >= minAhead && this.#ahead.work >= minAhead
  }

  /** Returns the answer of `step.patched` in the run that this one retries. */
  #retriedAnswer(key: string): Json | undefined {
    const answered = this.#retried?.ended.get(sha1(key))
    return answered?.type === 'data' ? readStepRecord(answered.data)?.output : undefined
  }

  /** Stores the answer of `step.patched`. A request for another step only answers it, as it cannot store it. */
  async #patch({ key }: StepCall, mode: StepMode): Promise<Json | undefined> {
    const { targetStep } = this.#context.request
    const output = this.#retriedAnswer(key) ?? !this.#ahead.isPassed
    if (!this.#ended(key) && targetStep !== undefined && targetStep !== sha1(key)) return output
    const facts = { kind: 'patched', attempts: 0, startedAt: this.#replay.clock.now(), output } as const
    return (await this.#work.store(callName({ kind: 'patched', key }), facts, mode)).output
  }

  get parked(): { readonly since: number } | undefined {
    return this.#parking.parked
  }

  park(parked: Parked | undefined): Promise<void> | undefined {
    return parked && this.#parking.park(parked)
  }

  perform(call: StepCall): Promise<Json | undefined> {
    this.#activity++
    const ended = this.#ended(call.key)
    const id = sha1(call.key)
    const before = ended ?? this.#retried?.ended.get(id)
    const never = new Promise<never>(() => undefined)
    if (before && !matchesKind(before, call.kind)) {
      const was = before.type === 'data' ? readStepRecord(before.data)?.kind : undefined
      this.#replay.failRun(stepKindChangedError(this.#replay.definition.id, call.key, { was, is: call.kind }))
      return never
    }
    if (!this.#queue.isAwaited) this.#settled = [...this.#calls.keys()]
    this.#calls.set(call.key, call)
    this.#calledAt.set(call.key, this.#replay.clock.now())
    this.#uncalledWork.delete(id)
    if (this.#recordedOnly && call.kind === 'patched' && !ended)
      return Promise.resolve(this.#retriedAnswer(call.key) ?? false)
    if (this.#recordedOnly) return ended && this.#isKnown(call) ? this.#fromRecord(call, ended) : never
    return this.#queue.add(call)
  }

  async run(code: () => Promise<unknown>, steps: 'all' | 'recorded only' = 'all'): Promise<ReplayResult> {
    this.#recordedOnly = steps === 'recorded only'
    const reading = this.#context.retriedRun()
    this.#retried = reading && (await reading)
    this.#uncalledWork = workIn(this.#endedBefore)
    if (!this.#recordedOnly) await this.#storeVersion()
    const ended = code().then(
      (output): ReplayResult => ({ type: 'returned', output }),
      (error: unknown): ReplayResult => ({ type: 'threw', error }),
    )
    const stopWatch = this.#refuseUnreached()
    const end = await (this.#recordedOnly ? Promise.race([ended, this.#untilIdle()]) : ended)
    stopWatch()
    if (end.type === 'threw') this.#compensations.recordCodeError(end.error)
    if (this.#recordedOnly) return end
    // A request for one step does not execute it for code that does not fit, and can execute no other step.
    const isParked = this.runsOneStep && end.type === 'threw' && WorkflowChangedError.isInstance(end.error)
    if (end.type === 'threw' && !isParked) await this.#queue.finishWork()
    this.#queue.close()
    return end
  }

  async compensate(error: JobErrorInfo, step?: string): Promise<undefined> {
    this.#context.reportFailedStep?.(step)
    await this.#compensations.compensateAll(error, step)
  }

  /**
   * Refuses a request for one step that the code does not reach, as code after a deploy may not. The SDK would fail it
   * after 10 seconds, which Inngest counts as an attempt of the step. Returns a function that stops the watch.
   */
  #refuseUnreached(): () => void {
    const { clock, definition, failRun } = this.#replay
    const { answered } = this.#context.request
    if (!this.runsOneStep || this.#recordedOnly) return () => undefined
    let before = this.#activity
    let quiet = 0
    const check = (): void => {
      // The SDK answers once the step has run. The code then never continues.
      if (answered.aborted || !this.#ahead.isTargetAhead) return
      quiet = this.#activity === before ? quiet + 1 : 0
      before = this.#activity
      if (quiet < maxQuiet) timer = clock.setTimer(quietMs, check)
      else failRun(stepUnreachedError(definition.id))
    }
    let timer = clock.setTimer(quietMs, check)
    return () => timer.cancel()
  }

  /** Stores the version in the first replay, and the restart that began the run. A run that retries another and reuses its steps also keeps its version. */
  async #storeVersion(): Promise<void> {
    const { request } = this.#context
    if (request.ended.size > 0 || request.targetStep !== undefined) return
    const { version = this.#replay.definition.version } = this.#retried ?? {}
    this.#version = version
    const { restart } = this.#context
    if (typeof version !== 'string' && !restart) return
    const startedAt = this.#replay.clock.now()
    const facts = { ...(typeof version === 'string' && { output: version }), ...(restart && { restart }) }
    await this.#work.store(versionName, { kind: 'version', attempts: 1, startedAt, ...facts })
  }

  /** Returns a step's result from its record, without starting anything. */
  async #fromRecord(call: StepCall, ended: EndedStep): Promise<Json | undefined> {
    if (ended.type === 'error') {
      const { error, attempts } = failureOf(ended.error)
      throw new StepFailedError({ stepId: call.key, attempts, cause: errorFrom(error) })
    }
    const record = call.kind === 'run' ? readStepRecord(ended.data) : undefined
    if (record) this.#compensations.recordCompleted(call.key, record)
    return copyOf(recordedOutput(call, ended.data, this.#context.request))
  }

  /**
   * Resolves when the code only waits for unfinished steps. The code can await something other than a step before it
   * reaches a step to compensate, so this allows `compensationGraceMs` without activity.
   */
  async #untilIdle(): Promise<ReplayResult> {
    const { clock } = this.#replay
    let until = clock.now() + compensationGraceMs
    for (let before = -1; ;) {
      const isIdle = before === this.#activity
      if (!isIdle) until = clock.now() + compensationGraceMs
      else if (clock.now() >= until || !this.#compensations.hasUncalled()) return { type: 'suspended' }
      before = this.#activity
      if (isIdle) await pause(clock, idlePauseMs)
      for (let turn = 0; turn < idleTurns; turn++) await clock.yield()
    }
  }

  #isKnown(call: StepCall): boolean {
    const ended = this.#ended(call.key)
    if (call.kind === 'runJob' && ended?.type === 'data') return this.#ended(jobEndName(call.key, 0).id) !== undefined
    if (this.#own(call.key)?.past) return pastWaitEndIn(this.#context.request.ended, call.key) !== undefined
    return ended !== undefined
  }

  #ended(id: string): EndedStep | undefined {
    return this.#context.request.ended.get(sha1(id))
  }

  #own(id: string): StepRecord | undefined {
    const ended = this.#ended(id)
    return ended?.type === 'data' ? readStepRecord(ended.data) : undefined
  }
}

function stepUnreachedError(definitionId: string): WorkflowChangedError {
  const problem = 'Inngest asks for a step of it that the code does not call'
  return new WorkflowChangedError({ definitionId, problem, remedy: 'Run a worker with the code that called the step.' })
}

/** Returns a step's output from its stored result. */
function recordedOutput(call: StepCall, data: unknown, { ended }: ReplayRequest): Json | undefined {
  const record = readStepRecord(data)
  if (call.kind === 'runJob') {
    const end = jobEndIn(ended, call.key, record?.output as string)
    if (!end) return undefined
    if ('error' in end) throw new StepFailedError({ stepId: call.key, attempts: 1, cause: errorFrom(end.error) })
    return end.output
  }
  if (record?.past) {
    const end = pastWaitEndIn(ended, call.key)
    if (end && 'error' in end) throw new StepFailedError({ stepId: call.key, attempts: 0, cause: errorFrom(end.error) })
    return end?.output
  }
  if (record) return record.output
  return call.kind === 'waitForEvent' ? (toAwaitedEvent(data) as Json | null) : undefined
}

/** Number of ended steps in front of which a new step may be one of them with a new id. */
const minAhead = 2
/** Number and length of pauses of the code, milliseconds, after which it does not reach the step that Inngest asks for. */
const maxQuiet = 4
const quietMs = 1000
/** Number of event loop turns without a step after which replayed code counts as idle. */
const idleTurns = 5
const idlePauseMs = 20
