import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CronContext, CronJobDefinition } from '@cgk-platform/jobs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { type ConformanceCase, rules } from './conformance-case.ts'
import { conformanceJobs } from './conformance-jobs.ts'
import type { OpenSuite } from './open-suite.ts'
import { runCases } from './run-cases.ts'
import { configureConformance } from './settings.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-cases-'))
  configureConformance({ journalPath: join(folder, 'journal.jsonl') })
})

afterEach(() => {
  configureConformance({ journalPath: undefined })
  rmSync(folder, { recursive: true, force: true })
})

type Flags = Readonly<Record<string, Partial<ConformanceCase>>>

/** Runs cases on a concurrent target, each of which calls `run` with its id. */
async function runAll(flags: Flags, run: (id: string) => Promise<void>): Promise<void> {
  const cases = Object.entries(flags).map(([id, more]): ConformanceCase => ({
    id,
    rule: rules.terms,
    title: id,
    ...more,
    run: () => run(id),
  }))
  const suite = { target: { name: 'fake', concurrent: true }, engine: {}, definitions: [] } as unknown as OpenSuite
  await runCases(suite, cases, {
    concurrency: 1,
    caseLimitMs: 60_000,
    onResult: ({ outcome }) => expect(outcome).toBe('passed'),
  })
}

/** Runs cases. Returns the cases that were running when each one started. */
async function companionsOf(flags: Flags): Promise<Record<string, string>> {
  const running = new Set<string>()
  const companions: Record<string, string> = {}
  await runAll(flags, async (id) => {
    companions[id] = [...running].toSorted().join(' ')
    running.add(id)
    await new Promise((resolve) => setImmediate(resolve))
    running.delete(id)
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

it('lets runs of cron jobs end at once while cases run alone', async () => {
  const cron = conformanceJobs().find(({ id }) => id === 'conformance-cron-long') as CronJobDefinition
  const ends: string[] = []
  const closing = new AbortController()
  await runAll({ alone: { runsAlone: true }, tick: { waitsForTicks: true } }, async (id) => {
    const context = { jobId: id, tenantId: 'system', scheduledAt: new Date(0), signal: closing.signal }
    const run = Promise.resolve(cron.handler(context as unknown as CronContext)).then(() => ends.push(id))
    if (id === 'alone') await run
    else run.catch(() => undefined)
  })
  expect(ends).toEqual(['alone'])
  closing.abort()
})
