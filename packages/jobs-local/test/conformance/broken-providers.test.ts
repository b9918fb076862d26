import { conformanceCases, rules, runConformance, type RuleName } from '@cgk-platform/jobs-core/conformance'
import { describe, expect, it } from 'vitest'

import { lackingEverything } from './broken/lacking-everything.ts'
import { survivingRestarts } from './broken/surviving-restarts.ts'
import { altered } from './broken/altered.ts'
import { brokenProviders } from './broken-providers.ts'
import { createLocalTarget } from './local-target.ts'

/** Cases that no provider can fail: what they hold is done before one is asked. */
const beyondProviders = ['an-empty-batch', 'wrong-schedules-are-refused']

const casesNamed = (ids: readonly string[]) => conformanceCases.filter(({ id }) => ids.includes(id))

async function outcomes(target: Parameters<typeof runConformance>[0], cases = conformanceCases) {
  const { results } = await runConformance(target, { cases, caseLimitMs: 10_000 })
  return Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]))
}

const all = (ids: readonly string[], outcome: string) => Object.fromEntries(ids.map((id) => [id, outcome]))

describe('the suite catches a provider that', () => {
  it.each(brokenProviders.map((broken) => [`${broken.name} (${broken.rule})`, broken] as const))(
    '%s',
    async (_, broken) => {
      const found = await outcomes(createLocalTarget(broken), casesNamed(broken.caughtBy))
      expect(found).toEqual(all(broken.caughtBy, 'failed'))
    },
  )
})

describe('the faults', () => {
  it('are each caught by a case of the rule that they break', () => {
    const missed = brokenProviders.filter(
      ({ rule, caughtBy }) => !casesNamed(caughtBy).some((one) => one.rule === rules[rule]),
    )
    expect(missed.map(({ name }) => name)).toEqual([])
  })

  it('break every rule', () => {
    const broken = new Set(brokenProviders.map(({ rule }) => rule))
    expect((Object.keys(rules) as RuleName[]).filter((rule) => !broken.has(rule))).toEqual([])
  })

  it('make every case fail that a provider can fail', () => {
    const caught = new Set(brokenProviders.flatMap(({ caughtBy }) => caughtBy))
    expect(conformanceCases.map(({ id }) => id).filter((id) => !caught.has(id))).toEqual(beyondProviders)
  })

  it('are not in the local engine, which passes the same cases', async () => {
    const target = createLocalTarget({
      wrap: (provider) => altered(provider, { capabilities: survivingRestarts(provider.capabilities) }),
      restart: async () => undefined,
    })
    const ids = conformanceCases.map(({ id }) => id)
    expect(await outcomes(target)).toEqual(all(ids, 'passed'))
  })
})

describe('an engine that lacks every feature', () => {
  it('passes what needs none, and what needs one is not supported', async () => {
    const target = createLocalTarget({
      wrap: (provider) => altered(provider, { capabilities: lackingEverything(provider.capabilities) }),
    })
    const expected = conformanceCases.map(({ id, needs = [] }) => [id, needs.length === 0 ? 'passed' : 'not supported'])
    expect(await outcomes(target)).toEqual(Object.fromEntries(expected))
  })
})
