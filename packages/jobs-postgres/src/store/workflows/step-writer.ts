import type { Clock, StepRecord } from '@cgk-platform/jobs-core/provider'
import { isLargeValue, missableSince, type SavedStep, type StoredRun } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { readDeletedUntil } from '../upkeep/deleted-until.ts'
import { applyDraft, saveWaits } from './waits.ts'
import { writeSteps } from './write-steps.ts'

/** The dependencies of `StepWriter`. */
export interface StepWriterDependencies {
  /** Makes a change, again and again until it succeeds or the process ends. */
  readonly change: <T>(work: (transaction: Queryable) => Promise<T>) => Promise<T>
  readonly clock: Pick<Clock, 'now'>
}

/** A change that waits for its transaction. */
interface Pending {
  readonly run: StoredRun
  /** Absent: the record of the run without its steps. */
  readonly step?: StepRecord
  readonly resolve: (saved: SavedStep) => void
  readonly reject: (problem: unknown) => void
}

/** Maximum number of changes in a transaction. */
const maxChanges = 250

/** Saves the steps of workflows. Those that come while one transaction is on its way share the next one. */
export class StepWriter {
  readonly #dependencies: StepWriterDependencies
  #pending: Pending[] = []
  #isWriting = false

  constructor(dependencies: StepWriterDependencies) {
    this.#dependencies = dependencies
  }

  /** Saves a step that was changed in place. An event or a job that has already come changes it again. */
  save(run: StoredRun, step: StepRecord): Promise<SavedStep> {
    return this.#add({ run, step })
  }

  /** Saves the record of a run without its steps. */
  async saveRecord(run: StoredRun): Promise<void> {
    await this.#add({ run })
  }

  #add(change: Pick<Pending, 'run' | 'step'>): Promise<SavedStep> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ ...change, resolve, reject })
      if (!this.#isWriting) void this.#write()
    })
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    await Promise.resolve() // steps that are saved in this turn share the first transaction
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0, this.#nextSize())
      try {
        const saved = await this.#writeBatch(batch)
        for (const change of batch) change.resolve(saved.get(change) ?? { isSaved: false, mayHaveMissed: false })
      } catch (problem) {
        for (const { reject } of batch) reject(problem)
      }
    }
    this.#isWriting = false
  }

  /** Smaller changes do not wait for one with a large value. */
  #nextSize(): number {
    const large = this.#pending.findIndex(({ step }) => isLargeValue(step?.output))
    return large < 0 ? maxChanges : Math.min(maxChanges, Math.max(1, large))
  }

  async #writeBatch(batch: readonly Pending[]): Promise<Map<Pending, SavedStep>> {
    const { change, clock } = this.#dependencies
    // A step that changed again is written as it is now.
    const newest = [...new Map(batch.map((one) => [one.step ?? one.run, one])).values()]
    const isWait = ({ step }: Pending): boolean =>
      step?.state === 'waiting' && (step.event !== undefined || step.jobId !== undefined)
    const waits = newest.filter(isWait) as (Pending & { readonly step: StepRecord })[]
    const others = newest.filter((one) => !isWait(one))
    const missable = waits.flatMap(({ step }) => missableSince(step) ?? [])
    const { written, resolved, deletedUntil } = await change(async (transaction) => ({
      resolved: waits.length === 0 ? [] : await saveWaits(transaction, waits, clock.now()),
      written: others.length === 0 ? [] : await writeSteps(transaction, others),
      deletedUntil: missable.length === 0 ? 0 : await readDeletedUntil(transaction),
    }))
    const held = new Set<object>(written.map(({ run, step }) => step ?? run))
    const mayHaveMissed = new Set<object>()
    for (const wait of resolved) {
      held.add(wait.step)
      if ((missableSince(wait.step) ?? Number.POSITIVE_INFINITY) <= deletedUntil) mayHaveMissed.add(wait.step)
      applyDraft(wait)
    }
    return new Map(
      batch.map((one) => {
        const key = one.step ?? one.run
        return [one, { isSaved: held.has(key), mayHaveMissed: mayHaveMissed.has(key) }]
      }),
    )
  }
}
