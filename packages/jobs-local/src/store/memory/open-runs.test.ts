import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { StoredJob, StoredRun } from '../../records/stored-run.ts'
import { OpenRuns } from './open-runs.ts'

const jobOf = (definitionId: string, tenantId: string) =>
  ({ envelope: { event: `cron/${definitionId}`, tenantId } }) as StoredJob
const runOf = (definitionId: string, tenantId: string) =>
  ({ definitionId, job: jobOf(definitionId, tenantId) }) as StoredRun

describe('OpenRuns', () => {
  test('knows the open runs of each definition and tenant for any sequence of operations', () => {
    const names = { definitionId: fc.constantFrom('a', 'b'), tenantId: fc.constantFrom('acme', 'globex') }
    const step = fc.record({ add: fc.boolean(), ...names })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const open = new OpenRuns()
        const counts = new Map<string, number>()
        for (const { add, definitionId, tenantId } of steps) {
          const name = `${definitionId}/${tenantId}`
          const count = counts.get(name) ?? 0
          if (!add && count === 0) continue
          counts.set(name, add ? count + 1 : count - 1)
          if (add) open.addRun(runOf(definitionId, tenantId))
          else open.removeRun(runOf(definitionId, tenantId))
          for (const one of ['a', 'b']) {
            for (const other of ['acme', 'globex']) {
              expect(open.has(one, other)).toBe((counts.get(`${one}/${other}`) ?? 0) > 0)
            }
          }
        }
      }),
    )
  })

  test('counts a job until it gets its run or ends without', () => {
    const open = new OpenRuns()
    open.addJob(jobOf('a', 'acme'))
    expect([open.has('a', 'acme'), open.has('b', 'acme')]).toEqual([true, false])
    open.removeJob(jobOf('a', 'acme'))
    expect(open.has('a', 'acme')).toBe(false)
  })

  test('never counts below zero', () => {
    const open = new OpenRuns()
    open.removeRun(runOf('a', 'acme'))
    open.addRun(runOf('a', 'acme'))
    expect(open.has('a', 'acme')).toBe(true)
  })
})
