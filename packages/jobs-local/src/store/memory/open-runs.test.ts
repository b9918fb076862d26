import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { OpenRuns } from './open-runs.ts'

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
          if (add) open.add(definitionId, tenantId)
          else open.remove(definitionId, tenantId)
          for (const one of ['a', 'b']) {
            for (const other of ['acme', 'globex']) {
              expect(open.has(one, other)).toBe((counts.get(`${one}/${other}`) ?? 0) > 0)
            }
          }
        }
      }),
    )
  })

  test('never counts below zero', () => {
    const open = new OpenRuns()
    open.remove('a', 'acme')
    open.add('a', 'acme')
    expect(open.has('a', 'acme')).toBe(true)
  })
})
