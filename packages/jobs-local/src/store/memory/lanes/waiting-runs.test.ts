import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createEnvelope } from '../../../../test/kit/stored-run.ts'
import { createRun } from '../../../records/create-run.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import { rankOf } from '../../../rules/rank-of.ts'
import { WaitingRuns } from './waiting-runs.ts'

function runAt(sentAt: number, priority: number): StoredRun {
  const envelope = createEnvelope({ sentAt, id: `job_${String(sentAt).padStart(9, '0')}` })
  return createRun({ envelope, state: 'queued', runs: [] }, { definitionId: 'work', maxAttempts: 1, priority })
}

test('runs leave in the order of their due times minus their priorities, for any sequence of operations', () => {
  const push = fc.record({ afterMs: fc.integer({ min: 1, max: 3000 }), priority: fc.integer({ min: -2, max: 2 }) })
  fc.assert(
    fc.property(fc.array(fc.option(push), { maxLength: 60 }), (operations) => {
      const waiting = new WaitingRuns()
      let [now, model] = [0, [] as StoredRun[]]
      for (const operation of operations) {
        if (operation) {
          const run = runAt((now += operation.afterMs), operation.priority)
          waiting.push(run)
          model = [...model, run].toSorted((one, other) => rankOf(one) - rankOf(other))
        } else expect(waiting.shift()).toBe(model.shift())
        expect(waiting.size).toBe(model.length)
      }
    }),
  )
})
