import type { Clock, StepRecord } from '@cgk-platform/jobs-core/provider'
import { isLargeValue, missableSince, type SavedStep, type StoredRun } from '@cgk-platform/jobs-local/engine'

import type { Queryable } from '../../database/database.ts'
import { readDeletedUntil } from '../reads/clock-skew.ts'
import { SharedWrites } from '../shared-writes.ts'
import { applyDraft, saveWaits } from './waits.ts'
import { type StepChange, writeSteps } from './write-steps.ts'

/** The dependencies of `StepWriter`. */
export interface StepWriterDependencies {
  /** Makes a change, again and again until it succeeds or the process ends. */
  readonly change: <T>(work: (transaction: Queryable) => Promise<T>) => Promise<T>
  readonly clock: Pick<Clock, 'now'>
}

/** A step to save; absent: the record of the run without its steps. */
type Change = Pick<StepChange, 'run'> & Partial<StepChange>

/** Maximum number of changes in a transaction. */
const maxChanges = 250

/** Saves the steps of workflows. Those that come while one transaction is on its way share the next one. */
export class StepWriter {
  readonly #dependencies: StepWriterDependencies
  readonly #writes = new SharedWrites<Change, SavedStep>({ write: (batch) => this.#write(batch), next })

  /** Changes of runs that are not stored yet. */
  readonly #pending = new Map<StoredRun, Promise<unknown>>()

  constructor(dependencies: StepWriterDependencies) {
    this.#dependencies = dependencies
  }

  /** Saves a step that was changed in place. An event or a job that has already come changes it again. */
  save(run: StoredRun, step: StepRecord): Promise<SavedStep> {
    return this.#writes.add({ run, step })
  }

  /** Saves the record of a run without its steps. */
  async saveRecord(run: StoredRun): Promise<void> {
    await this.#writes.add({ run })
  }

  /** Resolves once the noted changes of a run are stored. `undefined`: they are. */
  savesOf = (run: StoredRun): Promise<unknown> | undefined => this.#pending.get(run)

  /** Notes a change of a run, which its outcome follows. Resolves also if the change was given up. */
  noted(run: StoredRun, change: Promise<unknown>): Promise<void> {
    const after = Promise.allSettled([this.#pending.get(run), change]).then(() => {
      if (this.#pending.get(run) === after) this.#pending.delete(run)
    })
    this.#pending.set(run, after)
    return after
  }

  async #write(batch: readonly Change[]): Promise<SavedStep[]> {
    const { change, clock } = this.#dependencies
    // A step that changed again is written as it is now.
    const newest = [...new Map(batch.map((one) => [one.step ?? one.run, one])).values()]
    const isWait = ({ step }: Change): boolean =>
      step?.state === 'waiting' && (step.event !== undefined || step.jobId !== undefined)
    const waits = newest.filter(isWait) as StepChange[]
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
    return batch.map(({ run, step }) => {
      const key = step ?? run
      return { isSaved: held.has(key), mayHaveMissed: mayHaveMissed.has(key) }
    })
  }
}

/** Smaller changes do not wait for one with a large value. */
function next(waiting: readonly Change[]): readonly Change[] {
  const large = waiting.findIndex(({ step }) => isLargeValue(step?.output))
  return waiting.slice(0, large < 0 ? maxChanges : Math.min(maxChanges, Math.max(1, large)))
}
