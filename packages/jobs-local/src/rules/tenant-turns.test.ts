import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createTurnState, TenantTurns } from './tenant-turns.ts'

/** Serves tenants, of which each has so many runs, with so many slots at each claim. Returns the tenants in order. */
function serve(runs: Map<string, number>, weights: Map<string, number>, slots: readonly number[]): string[] {
  const state = createTurnState()
  const served: string[] = []
  const left = new Map(runs)
  for (const free of slots) {
    const next = (after: string, isIncluded: boolean): string | undefined =>
      [...left.keys()].toSorted().find((tenant) => (isIncluded ? tenant >= after : tenant > after))
    const turns = new TenantTurns(state, weights, next)
    for (let claimed = 0; claimed < free;) {
      const dealt = turns.deal(free - claimed)
      if (dealt.length === 0) break
      for (const turn of dealt) {
        const count = Math.min(turn.granted, left.get(turn.tenant) ?? 0)
        for (let run = 0; run < count; run++) served.push(turn.tenant)
        claimed += count
        const rest = (left.get(turn.tenant) ?? 0) - count
        if (rest > 0) left.set(turn.tenant, rest)
        else left.delete(turn.tenant)
        turns.end(turn, count, rest > 0 || turn.granted === 0 ? 'more' : 'done')
      }
    }
  }
  return served
}

const tenantIds = ['a', 'b', 'c', 'd', 'e']
const slots = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 300, maxLength: 300 })

test('a slot is never idle while a run waits', () => {
  const weight = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(0.001, 0.3, 1.5))
  const scene = fc.record({ runs: fc.integer({ min: 1, max: 40 }), weight })
  fc.assert(
    fc.property(fc.array(scene, { minLength: 1, maxLength: 5 }), slots, (tenants, claims) => {
      const runs = new Map(tenants.map((tenant, index) => [tenantIds[index]!, tenant.runs]))
      const weights = new Map(tenants.map((tenant, index) => [tenantIds[index]!, tenant.weight]))
      const all = [...runs.values()].reduce((sum, count) => sum + count, 0)
      const given = claims.reduce((sum, count) => sum + count, 0)
      expect(serve(runs, weights, claims)).toHaveLength(Math.min(all, given))
    }),
  )
})

test('the shares of busy tenants follow their weights', () => {
  const weight = fc.constantFrom(0.2, 0.5, 1, 1.5, 3)
  fc.assert(
    fc.property(fc.array(weight, { minLength: 2, maxLength: 5 }), slots, (given, claims) => {
      const weights = new Map(given.map((one, index) => [tenantIds[index]!, one]))
      const runs = new Map([...weights.keys()].map((tenant) => [tenant, 1e6]))
      const served = serve(runs, weights, claims)
      const total = given.reduce((sum, one) => sum + one, 0)
      for (const [tenant, one] of weights) {
        const share = served.filter((other) => other === tenant).length / served.length
        expect(Math.abs(share - one / total)).toBeLessThan(0.05 * (one / total) + 4 / served.length)
      }
    }),
  )
})

test('each tenant is served within a round', () => {
  fc.assert(
    fc.property(slots, (claims) => {
      const served = serve(new Map(tenantIds.map((tenant) => [tenant, 1e6])), new Map(), claims)
      const claimed = claims.reduce<number[]>((ends, count) => [...ends, (ends.at(-1) ?? 0) + count], [])
      // The runs of one claim begin at the same time, so only what came before it counts.
      for (const tenant of tenantIds) {
        const own = claimed.map((end) => served.slice(0, end).filter((other) => other === tenant).length)
        own.forEach((count, index) =>
          expect(Math.abs(count - claimed[index]! / tenantIds.length)).toBeLessThanOrEqual(1),
        )
      }
    }),
    { numRuns: 30 },
  )
})
