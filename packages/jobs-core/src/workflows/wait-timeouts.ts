import type { StepRecordStore } from '../steps/step-record-store.ts'
import type { StepRecord } from '../steps/workflow-record.ts'

/**
 * Lets a store look for the events of waits that time out. The looks run in parallel, but waits end in the order in which
 * they became due.
 */
export class WaitTimeouts {
  readonly #records: StepRecordStore
  #last: Promise<void> | undefined

  constructor(records: StepRecordStore) {
    this.#records = records
  }

  /** Returns the work before a due step may end, if there is any. */
  before(step: StepRecord): Promise<void> | undefined {
    const look = step.kind === 'waitForEvent' ? this.#records.beforeTimeout?.(step) : undefined
    if (!look && !this.#last) return undefined
    const all = Promise.all([this.#last, look]).then(() => {
      if (this.#last === all) this.#last = undefined
    })
    this.#last = all
    return all
  }
}
