import { expect, it } from 'vitest'

import { type ConformanceCase, rules } from './conformance-case.ts'
import type { OpenSuite } from './open-suite.ts'
import { runCases } from './run-cases.ts'

/** Runs cases on a concurrent target. Returns the cases that were running when each one started. */
async function companionsOf(
  flags: Readonly<Record<string, Partial<ConformanceCase>>>,
): Promise<Record<string, string>> {
  const running = new Set<string>()
  const companions: Record<string, string> = {}
  const cases = Object.entries(flags).map(([id, more]): ConformanceCase => ({
    id,
    rule: rules.terms,
    title: id,
    ...more,
    async run() {
      companions[id] = [...running].toSorted().join(' ')
      running.add(id)
      await new Promise((resolve) => setImmediate(resolve))
      running.delete(id)
    },
  }))
  const suite = { target: { name: 'fake', concurrent: true }, engine: {}, definitions: [] } as unknown as OpenSuite
  await runCases(suite, cases, {
    concurrency: 1,
    caseLimitMs: 60_000,
    onResult: ({ outcome }) => expect(outcome).toBe('passed'),
  })
  return companions
}

it('runs cases that wait for ticks or pause a definition beside the others, the latter one after another', async () => {
  const companions = await companionsOf({
    alone: { runsAlone: true },
    plain: {},
    'first pause': { pausesDefinition: true },
    'second pause': { pausesDefinition: true },
    'first tick': { waitsForTicks: true },
    'second tick': { waitsForTicks: true },
  })
  expect(companions).toMatchObject({
    alone: '',
    'second tick': 'first tick',
    'first pause': 'first tick second tick',
    plain: 'first pause first tick second tick',
  })
  expect(companions['second pause']).not.toContain('first pause')
})
