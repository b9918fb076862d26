import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createStoredRun } from '../../../test/kit/stored-run.ts'
import type { StoredRun } from '../../records/stored-run.ts'
import { GatheringRuns } from './gathering-runs.ts'

const maxSize = 3
const maxWaitMs = 10

/** The runs of one lane, as they should wait. */
class Model {
  waiting: StoredRun[] = []
  readonly due = new Set<StoredRun>()
  readonly leaders: StoredRun[] = []
  leader: StoredRun | undefined

  get isWanted(): boolean {
    return this.waiting.length >= maxSize || this.waiting.some((run) => this.due.has(run))
  }

  promote(): void {
    if (this.leader) return
    this.leader = this.waiting.shift()
    if (this.leader) this.leaders.push(this.leader)
  }

  /** Returns the waiting runs that are not due yet. */
  get timed(): StoredRun[] {
    return this.waiting.filter((run) => !this.due.has(run))
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('add' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('cancel' as const), index: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('take' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: maxWaitMs }) }),
  },
)

test('runs gather in order, up to a full batch or the end of their wait, whichever are cancelled', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 60 }), (steps) => {
      let now = 0
      const leaders: StoredRun[] = []
      const gathering = new GatheringRuns((leader) => leaders.push(leader))
      const model = new Model()
      for (const one of steps) {
        if (one.type === 'add') {
          const run = createStoredRun('batch', 'acme')
          run.gather = { maxSize, until: now + maxWaitMs }
          gathering.add(run, run.gather)
          model.waiting.push(run)
          if (model.waiting.length >= maxSize) model.promote()
        } else if (one.type === 'cancel') {
          const run = [...model.waiting, ...(model.leader ? [model.leader] : [])][one.index]
          if (!run) continue
          expect(gathering.remove(run)).toBe(run !== model.leader)
          model.waiting = model.waiting.filter((other) => other !== run)
          if (run === model.leader) {
            model.leader = undefined
            if (model.isWanted) model.promote()
          }
        } else if (one.type === 'take') {
          if (!model.leader) continue
          const taken = model.waiting.splice(0, maxSize - 1)
          model.leader = undefined
          if (model.isWanted) model.promote()
          expect(gathering.take(leaders.at(-1)!, maxSize).map(({ id }) => id)).toEqual(taken.map(({ id }) => id))
        } else {
          now += one.ms
          gathering.wakeDue(100, now)
          for (let [run] = model.timed; run && run.gather!.until <= now; [run] = model.timed) {
            model.due.add(run)
            model.promote()
          }
        }
        expect(leaders.map(({ id }) => id)).toEqual(model.leaders.map(({ id }) => id))
        expect(gathering.nextAt()).toBe(model.timed[0]?.gather!.until)
      }
    }),
  )
})
