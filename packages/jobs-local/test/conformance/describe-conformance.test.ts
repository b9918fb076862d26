import {
  conformanceCases,
  type ConformanceReport,
  describeConformance,
  type TestContext,
  type TestRunner,
} from '@cgk-platform/jobs-conformance'
import { expect, it } from 'vitest'

import { brokenProviders } from './broken-providers.ts'
import { createLocalTarget, type LocalTargetOptions } from './local-target.ts'

const ids = ['handle-fields', 'context-fields', 'a-key-sends-once', 'survives-a-restart']

/** Runs the suite with a fake test runner. Returns what it recorded. */
async function described(options: LocalTargetOptions) {
  const tests: { name: string; test: (context: TestContext) => Promise<void> }[] = []
  const steps: (() => Promise<void>)[] = []
  const reports: ConformanceReport[] = []
  const runner: TestRunner = {
    describe: (_name, body) => body(),
    it: (name, test) => tests.push({ name, test }),
    beforeAll: (prepare) => steps.unshift(prepare),
    afterAll: (cleanUp) => steps.push(cleanUp),
  }
  describeConformance(createLocalTarget(options), runner, {
    cases: conformanceCases.filter(({ id }) => ids.includes(id)),
    onReport: (report) => reports.push(report),
  })
  const [prepare, cleanUp] = steps
  await prepare!()
  const outcomes: string[] = []
  for (const { name, test } of tests) {
    const id = /\(([a-z-]+)\)$/.exec(name)?.[1]
    let outcome = 'passed'
    await test({ skip: (reason) => (outcome = `skipped, ${reason?.slice(0, 13)}`) }).catch(() => (outcome = 'failed'))
    outcomes.push(`${id}: ${outcome}`)
  }
  await cleanUp!()
  const [report] = reports
  return { outcomes, counts: [report?.passed, report?.failed, report?.notSupported] }
}

it.each(['virtual', 'real'] as const)(
  'defines a test for each case, and counts unsupported ones, on a %s clock',
  async (time) => {
    const { outcomes, counts } = await described({ time })
    expect(outcomes.toSorted()).toEqual([
      'a-key-sends-once: passed',
      'context-fields: passed',
      'handle-fields: passed',
      'survives-a-restart: skipped, not supported',
    ])
    expect(counts).toEqual([3, 0, 1])
  },
)

it.each(['virtual', 'real'] as const)('fails the test of a case that failed, on a %s clock', async (time) => {
  const broken = brokenProviders.find(({ fault }) => fault === 'ignores idempotency keys')
  const { outcomes, counts } = await described({ ...broken, time })
  expect(outcomes).toContain('a-key-sends-once: failed')
  expect(counts).toEqual([2, 1, 1])
})
