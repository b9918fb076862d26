import type { JobStatus } from '../../src/status/job-status.ts'
import { resolveEventWait, resolveJobWait } from '../../src/workflows/resolve-waits.ts'
import type { StepRecordStore } from '../../src/steps/step-record-store.ts'
import {
  isStepEnded,
  createWorkflowRecord,
  type StepRecord,
  type WorkflowRecord,
} from '../../src/steps/workflow-record.ts'
import type { CrashingWorld, Replay } from './crashing-world.ts'

/** The behavior of a store. */
export interface StoreBehavior {
  /** A save writes only the given step, or the whole record. A crash loses everything that is not written. */
  readonly writes: 'step' | 'record'
  /** True if the starts of attempts are also written. */
  readonly writesStarts: boolean
  /** The durations of the saves, in turn: until written, then until acknowledged. `undefined`: synchronous. */
  readonly latencies: readonly ({ readonly writtenMs: number; readonly acknowledgedMs: number } | undefined)[]
}

/** Returns the result of a waiting step: an event or the end of a job. `undefined` if there is none. */
export type WaitResults = (
  step: StepRecord,
) => { readonly value: number; readonly fails: boolean; readonly ms: number } | undefined

interface ActiveReplay {
  readonly replay: Replay
  readonly record: WorkflowRecord
  readonly listeners: Set<(step: StepRecord) => void>
}

/** Stores the records of one run as JSON, and resolves its waits. */
export class CrashingStore {
  readonly #world: CrashingWorld
  readonly #behavior: StoreBehavior
  readonly #waitResults: WaitResults
  readonly #expected = new Set<string>()
  #saveCount = 0
  #active: ActiveReplay | undefined
  stored: WorkflowRecord = createWorkflowRecord('run_1', undefined)
  /** True if a wait was resolved while no replay was listening. */
  isWoken = false

  constructor(world: CrashingWorld, behavior: StoreBehavior, waitResults: WaitResults) {
    this.#world = world
    this.#behavior = behavior
    this.#waitResults = waitResults
  }

  /** Opens the stored records for a replay, as after a crash. */
  open(replay: Replay): StepRecordStore {
    const active: ActiveReplay = { replay, record: copyOf(this.stored), listeners: new Set() }
    this.#active = active
    this.isWoken = false
    return {
      record: active.record,
      save: (step) => this.#save(active, () => this.#store(active.record, step)),
      saveRecord: () => this.#save(active, () => this.#storeFailure(active.record)),
      noteStarted: (step) => {
        if (this.#behavior.writesStarts && !this.#world.isDeadAt(replay)) this.#store(active.record, step)
      },
      onWaitResolved: (listener) => {
        active.listeners.add(listener)
        return () => active.listeners.delete(listener)
      },
    }
  }

  /** Ends the replay. */
  close(): void {
    this.#active = undefined
  }

  #save({ replay }: ActiveReplay, store: () => void): Promise<void> | undefined {
    const { latencies } = this.#behavior
    const latency = latencies.length === 0 ? undefined : latencies[this.#saveCount++ % latencies.length]
    if (this.#world.isDeadAt(replay)) return new Promise(() => undefined)
    if (!latency) {
      store()
      return this.#world.isDeadAt(replay) ? new Promise(() => undefined) : undefined
    }
    return (async () => {
      await this.#world.wait(replay, latency.writtenMs)
      store()
      await this.#world.wait(replay, latency.acknowledgedMs)
    })()
  }

  #store(record: WorkflowRecord, step: StepRecord): void {
    if (this.#behavior.writes === 'record') this.stored = copyOf(record)
    else {
      const places = new Map(record.steps.map(({ key }, place) => [key, place]))
      const steps = [...this.stored.steps.filter(({ key }) => key !== step.key), copyOf(step)]
      steps.sort((one, other) => places.get(one.key)! - places.get(other.key)!)
      this.stored = { ...this.stored, steps, ended: Math.max(this.stored.ended, step.order ?? 0) }
    }
    for (const each of this.stored.steps) this.#scheduleResult(each)
  }

  #storeFailure(record: WorkflowRecord): void {
    if (this.#behavior.writes === 'record') this.stored = copyOf(record)
    else this.stored = { ...this.stored, failure: copyOf(record.failure!) }
  }

  /** Schedules the result of a wait once the wait is stored. Before that, it is unknown outside the run. */
  #scheduleResult(step: StepRecord): void {
    const wait = `${step.key} since ${step.startedAt}`
    const result = step.state === 'waiting' && !this.#expected.has(wait) ? this.#waitResults(step) : undefined
    if (!result) return
    this.#expected.add(wait)
    this.#world.later(result.ms, () => this.#resolveWait(step.key, result.value, result.fails))
  }

  #resolveWait(key: string, value: number, fails: boolean): void {
    const { now } = this.#world
    const active = this.#active?.replay.isAlive ? this.#active : undefined
    const record = active?.record ?? copyOf(this.stored)
    const step = record.steps.find((each) => each.key === key)
    if (!step) return
    const payload = { tenantId: 'acme', orderId: 'order_1', reason: String(value) }
    const event = { id: `event_of_${key}`, event: 'order.refunded', payload, sentAt: now }
    const isResolved =
      step.kind === 'runJob'
        ? resolveJobWait(record, step, endedJob(step.jobId!, value, fails), now)
        : resolveEventWait(record, step, event, now)
    if (!isResolved) return
    this.#store(record, step)
    if (active && active.listeners.size > 0) for (const listener of active.listeners) listener(step)
    else this.isWoken = true
  }

  /** Returns the work of a replay whose end is not stored. Each may run once more. */
  unsavedWork({ started }: Replay): string[] {
    const { origin, steps } = this.stored
    return [...started].filter((idempotencyKey) => {
      const [key, compensation] = idempotencyKey.slice(origin.length + 1).split('/')
      const step = steps.find((each) => each.key === key)
      if (!step) return true
      return compensation
        ? step.compensation?.state !== 'completed' && step.compensation?.state !== 'failed'
        : !isStepEnded(step)
    })
  }
}

function endedJob(id: string, value: number, fails: boolean): JobStatus {
  const run = { id: 'other_run', definitionId: 'awaited-job', attempts: 1, maxAttempts: 1 }
  const end = fails
    ? { state: 'failed' as const, error: { name: 'Error', message: 'The job broke.' } }
    : { state: 'completed' as const, output: value }
  const { state } = end
  return { id, event: 'order.created', tenantId: 'acme', state, createdAt: new Date(0), runs: [{ ...run, ...end }] }
}

function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
