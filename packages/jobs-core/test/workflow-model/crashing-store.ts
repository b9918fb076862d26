import type { JobStatus } from '../../src/runs/job-status.ts'
import { resolveEventWait, resolveJobWait } from '../../src/workflows/resolve-waits.ts'
import type { StepRecordStore } from '../../src/workflows/step-record-store.ts'
import {
  isStepEnded,
  createWorkflowRecord,
  type StepRecord,
  type WorkflowRecord,
} from '../../src/workflows/workflow-record.ts'
import type { CrashingWorld, Pass } from './crashing-world.ts'

/** How a store keeps what it is given. */
export interface StoreHabits {
  /** The step alone that it was given, or all of the record as it is. What is in memory alone is lost in a crash. */
  readonly keeps: 'step' | 'record'
  /** Whether beginnings of attempts are kept, too. */
  readonly keepsNotes: boolean
  /** How long saves take, in turn: until kept, and from then on until told. `undefined`: kept at once. */
  readonly saves: readonly ({ readonly keptMs: number; readonly toldMs: number } | undefined)[]
}

/** What comes for a step that waits: the event, or the end of the job. `undefined` where nothing comes. */
export type Answers = (
  step: StepRecord,
) => { readonly value: number; readonly fails: boolean; readonly ms: number } | undefined

interface Live {
  readonly pass: Pass
  readonly record: WorkflowRecord
  readonly listeners: Set<(step: StepRecord) => void>
}

/** Keeps the records of one run as JSON, and answers its waits. */
export class CrashingStore {
  readonly #world: CrashingWorld
  readonly #habits: StoreHabits
  readonly #answers: Answers
  readonly #expected = new Set<string>()
  #saves = 0
  #live: Live | undefined
  kept: WorkflowRecord = createWorkflowRecord('run_1', undefined)
  /** True where a wait was answered and no code took notice. */
  isWoken = false

  constructor(world: CrashingWorld, habits: StoreHabits, answers: Answers) {
    this.#world = world
    this.#habits = habits
    this.#answers = answers
  }

  /** The records for a pass, as they are read after a crash. */
  open(pass: Pass): StepRecordStore {
    const live: Live = { pass, record: copyOf(this.kept), listeners: new Set() }
    this.#live = live
    this.isWoken = false
    return {
      record: live.record,
      save: (step) => this.#save(live, () => this.#keep(live.record, step)),
      saveFailure: () => this.#save(live, () => this.#keepFailure(live.record)),
      noteStarted: (step) => {
        if (this.#habits.keepsNotes && !this.#world.isDeadAt(pass)) this.#keep(live.record, step)
      },
      onWaitResolved: (listener) => {
        live.listeners.add(listener)
        return () => live.listeners.delete(listener)
      },
    }
  }

  /** The pass is over. */
  close(): void {
    this.#live = undefined
  }

  #save({ pass }: Live, keep: () => void): Promise<void> | undefined {
    const { saves } = this.#habits
    const habit = saves.length === 0 ? undefined : saves[this.#saves++ % saves.length]
    if (this.#world.isDeadAt(pass)) return new Promise(() => undefined)
    if (!habit) {
      keep()
      return this.#world.isDeadAt(pass) ? new Promise(() => undefined) : undefined
    }
    return (async () => {
      await this.#world.wait(pass, habit.keptMs)
      keep()
      await this.#world.wait(pass, habit.toldMs)
    })()
  }

  #keep(record: WorkflowRecord, step: StepRecord): void {
    if (this.#habits.keeps === 'record') this.kept = copyOf(record)
    else {
      const places = new Map(record.steps.map(({ key }, place) => [key, place]))
      const steps = [...this.kept.steps.filter(({ key }) => key !== step.key), copyOf(step)]
      steps.sort((one, other) => places.get(one.key)! - places.get(other.key)!)
      this.kept = { ...this.kept, steps, ended: Math.max(this.kept.ended, step.order ?? 0) }
    }
    for (const each of this.kept.steps) this.#expectAnswer(each)
  }

  #keepFailure(record: WorkflowRecord): void {
    if (this.#habits.keeps === 'record') this.kept = copyOf(record)
    else this.kept = { ...this.kept, failure: copyOf(record.failure!) }
  }

  /** A wait is answered only once it was kept: before, nobody outside knows of it. */
  #expectAnswer(step: StepRecord): void {
    const wait = `${step.key} since ${step.startedAt}`
    const answer = step.state === 'waiting' && !this.#expected.has(wait) ? this.#answers(step) : undefined
    if (!answer) return
    this.#expected.add(wait)
    this.#world.later(answer.ms, () => this.#answer(step.key, answer.value, answer.fails))
  }

  #answer(key: string, value: number, fails: boolean): void {
    const { now } = this.#world
    const live = this.#live?.pass.isAlive ? this.#live : undefined
    const record = live?.record ?? copyOf(this.kept)
    const step = record.steps.find((each) => each.key === key)
    if (!step) return
    const payload = { tenantId: 'acme', orderId: 'order_1', reason: String(value) }
    const event = { id: `event_of_${key}`, event: 'order.refunded', payload, sentAt: now }
    const isAnswered =
      step.kind === 'runJob'
        ? resolveJobWait(record, step, endedJob(step.jobId!, value, fails), now)
        : resolveEventWait(record, step, event, now)
    if (!isAnswered) return
    this.#keep(record, step)
    if (live && live.listeners.size > 0) for (const listener of live.listeners) listener(step)
    else this.isWoken = true
  }

  /** The works of a pass whose ends were not kept: each of them may be done once more. */
  underWay({ begun }: Pass): string[] {
    const { origin, steps } = this.kept
    return [...begun].filter((idempotencyKey) => {
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
