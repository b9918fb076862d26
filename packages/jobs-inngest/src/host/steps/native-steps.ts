import { StepFailedError } from '@cgk-platform/jobs-core'
import {
  type Json,
  type JobErrorInfo,
  type ReplayResult,
  errorFrom,
  stepKindChangedError,
  pause,
  type StepCall,
  type StepEngine,
  type StepEngineFactory,
  type ReplayContext,
  compensationGraceMs,
} from '@cgk-platform/jobs-core/provider'

import { toAwaitedEvent } from '../../wire/awaited-event.ts'
import { jobEndIn } from '../../wire/job-end.ts'
import { sha1 } from '../../wire/sha1.ts'
import { jobEndName, failureName, versionName } from '../../wire/step-names.ts'
import { type EndedStep, matchesKind, readStepRecord, type StepRecord } from '../../wire/step-record.ts'
import { createStepQueue, type StepQueue } from './step-queue.ts'
import type { NativeStepContext } from './native-step-context.ts'
import { createNativeWaits } from './native-waits.ts'
import { createNativeWork, failureOf, type NativeWork } from './native-work.ts'
import { createJobStep } from './native-job.ts'
import { copyOf, createNativeCompensations, type NativeCompensations } from './native-compensations.ts'
import type { Replay } from './replay.ts'

/** The steps of a workflow as Inngest's own, which keeps what they answer and calls the code again when a wait is over. */
export function nativeSteps(context: NativeStepContext): StepEngineFactory {
  return (tools) => new NativeSteps(context, tools)
}

class NativeSteps implements StepEngine {
  readonly #context: NativeStepContext
  readonly #tools: ReplayContext
  readonly #work: NativeWork
  readonly #queue: StepQueue
  readonly #calls = new Map<string, StepCall>()
  readonly #compensations: NativeCompensations
  #recordedOnly = false
  #version: string | null | undefined
  /** Counts what the code does, to tell when it does nothing. */
  #activity = 0

  constructor(context: NativeStepContext, tools: ReplayContext) {
    this.#context = context
    this.#tools = tools
    const work = createNativeWork(context, tools)
    const waits = createNativeWaits(context, tools)
    const runJob = createJobStep(context, tools, work)
    const compensations = createNativeCompensations(context, tools, work, this.#calls)
    this.#work = work
    this.#compensations = compensations
    this.#queue = createStepQueue({
      clock: tools.clock,
      targetStep: context.pass.targetStep,
      isBusy: () => work.isBusy(),
      isKnown: (call) => this.#isKnown(call),
      async perform(call, options) {
        if (!('work' in call)) return waits(call, options)
        if (call.kind === 'runJob') return runJob(call, options)
        const record = await work.perform(call, options)
        if (call.kind === 'run') compensations.noteCompleted(call.key, record)
        return record.output
      },
    })
  }

  /** It is the first thing that is kept: a run that has steps and no version began without one. */
  get version(): string | null | undefined {
    const recorded = this.#own(versionName.id)?.output
    if (typeof recorded === 'string') return recorded
    return this.#context.pass.ended.size > 0 ? null : this.#version
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

  perform(call: StepCall): Promise<Json | undefined> {
    this.#activity++
    const ended = this.#ended(call.key)
    const never = new Promise<never>(() => undefined)
    if (ended && !matchesKind(ended, call.kind)) {
      const was = ended.type === 'data' ? readStepRecord(ended.data)?.kind : undefined
      this.#tools.failRun(stepKindChangedError(this.#tools.definition.id, call.key, { was, is: call.kind }))
      return never
    }
    this.#calls.set(call.key, call)
    if (this.#recordedOnly) return ended && this.#isKnown(call) ? this.#fromRecord(call, ended) : never
    return this.#queue.add(call)
  }

  async run(code: () => Promise<unknown>, steps: 'all' | 'recorded only' = 'all'): Promise<ReplayResult> {
    this.#recordedOnly = steps === 'recorded only'
    if (!this.#recordedOnly) await this.#keepVersion()
    const ended = code().then(
      (output): ReplayResult => ({ type: 'returned', output }),
      (error: unknown): ReplayResult => ({ type: 'threw', error }),
    )
    const end = await (this.#recordedOnly ? Promise.race([ended, this.#untilStill()]) : ended)
    if (end.type === 'threw') this.#compensations.codeThrew(end.error)
    if (this.#recordedOnly) return end
    if (end.type === 'threw') await this.#queue.finishWork()
    this.#queue.close()
    return end
  }

  async compensate(error: JobErrorInfo, step?: string): Promise<undefined> {
    this.#context.reportFailedStep?.(step)
    await this.#compensations.compensateAll(error, step)
  }

  /** In the first pass alone. A run that goes on with what another had done goes on with its version, too. */
  async #keepVersion(): Promise<void> {
    const { pass, earlier } = this.#context
    if (pass.ended.size > 0 || pass.targetStep !== undefined) return
    const asked = earlier()
    const { version = this.#tools.definition.version } = (asked && (await asked)) ?? {}
    this.#version = version
    if (typeof version !== 'string') return
    const startedAt = this.#tools.clock.now()
    await this.#work.keep(versionName, { kind: 'version', attempts: 1, startedAt, output: version })
  }

  /** Answers by the records alone: nothing new may begin. */
  async #fromRecord(call: StepCall, ended: EndedStep): Promise<Json | undefined> {
    if (ended.type === 'error') {
      const { error, attempts } = failureOf(ended.error)
      throw new StepFailedError({ stepId: call.key, attempts, cause: errorFrom(error) })
    }
    const record = call.kind === 'run' ? readStepRecord(ended.data) : undefined
    if (record) this.#compensations.noteCompleted(call.key, record)
    return copyOf(recordedOutput(call, ended.data, this.#context.pass))
  }

  /** Settles when the code can only wait. It may wait for what is no step before it comes to one that is to be compensated. */
  async #untilStill(): Promise<ReplayResult> {
    const { clock } = this.#tools
    let until = clock.now() + compensationGraceMs
    for (let before = -1; ;) {
      const isStill = before === this.#activity
      if (!isStill) until = clock.now() + compensationGraceMs
      else if (clock.now() >= until || !this.#compensations.hasUncalled()) return { type: 'suspended' }
      before = this.#activity
      if (isStill) await pause(clock, graceStepMs)
      for (let turn = 0; turn < stillTurns; turn++) await clock.yield()
    }
  }

  #isKnown(call: StepCall): boolean {
    const ended = this.#ended(call.key)
    return call.kind === 'runJob' && ended?.type === 'data'
      ? this.#ended(jobEndName(call.key, 0).id) !== undefined
      : ended !== undefined
  }

  #ended(id: string): EndedStep | undefined {
    return this.#context.pass.ended.get(sha1(id))
  }

  #own(id: string): StepRecord | undefined {
    const ended = this.#ended(id)
    return ended?.type === 'data' ? readStepRecord(ended.data) : undefined
  }
}

/** What a step answered, as it was kept. */
function recordedOutput(call: StepCall, data: unknown, { ended }: Replay): Json | undefined {
  const record = readStepRecord(data)
  if (call.kind === 'runJob') {
    const end = jobEndIn(ended, call.key, record?.output as string)
    if (!end) return undefined
    if ('error' in end) throw new StepFailedError({ stepId: call.key, attempts: 1, cause: errorFrom(end.error) })
    return end.output
  }
  if (record) return record.output
  return call.kind === 'waitForEvent' ? (toAwaitedEvent(data) as Json | null) : undefined
}

/** How many turns of the loop the code may take from one step to the next while it is only run for what it can compensate. */
const stillTurns = 5
const graceStepMs = 20
