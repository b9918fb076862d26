import { conformanceCases, rules, runConformance } from '@cgk-platform/jobs-conformance'
import { expect, it } from 'vitest'

import { brokenProviders, withoutFeatures } from './broken-providers.ts'
import { createLocalTarget } from './local-target.ts'

async function outcomes(target: Parameters<typeof runConformance>[0], cases = conformanceCases) {
  const { results } = await runConformance(target, { cases })
  return Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]))
}

it.each(brokenProviders.map((broken) => [broken.rule, broken.fault, broken] as const))(
  'the suite catches a provider that breaks the rule `%s`: it %s',
  async (rule, _fault, { caughtBy, ...options }) => {
    const cases = conformanceCases.filter(({ id }) => caughtBy.includes(id))
    expect(await outcomes(createLocalTarget(options), cases)).toEqual(
      Object.fromEntries(caughtBy.map((id) => [id, 'failed'])),
    )
    expect(cases.map((one) => one.rule)).toContain(rules[rule])
  },
)

it('the suite catches a fault of each rule', () => {
  expect(new Set(brokenProviders.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)))
})

it('an engine without features passes the cases that require none, and the others are not supported', async () => {
  const expected = conformanceCases.map(({ id, requiredFeatures = [] }) => [
    id,
    requiredFeatures.length === 0 ? 'passed' : 'not supported',
  ])
  expect(await outcomes(createLocalTarget({ wrap: withoutFeatures }))).toEqual(Object.fromEntries(expected))
})
