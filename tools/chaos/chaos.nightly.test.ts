import { describe, expect, test } from 'vitest'

import type { Plan } from './plan.ts'
import { findsBroken, kill, pause, runFaults } from './run-faults.ts'

/** The tests are concurrent because each has its own processes, which mostly wait. */
describe('chaos', { concurrent: true }, () => {
  test('has no findings on an unchanged engine, whichever processes are killed', async () => {
    const processFaults = { w1: [kill(1500), pause(500)], w2: [pause(1000), kill(1000)], s1: [kill(2000), kill(2000)] }
    const sharedFaults: Plan['sharedFaults'] = [
      { kind: 'full disk', atMs: 3000, forMs: 500 },
      { kind: 'poison', atMs: 500, job: 'work', by: 'process.exit', workMs: 100 },
      { kind: 'poison', atMs: 1000, job: 'flow', by: 'an error in a timer', workMs: 0 },
    ]
    const report = await runFaults(processFaults, sharedFaults, undefined, [
      { kind: 'mass pause', atMs: 200, tenants: 200, forMs: 3000 },
      { kind: 'held lane', atMs: 400, waiting: 100, workMs: 2000 },
      { kind: 'immediate retries', atMs: 600, failing: 3, failures: 40, newer: 5 },
      { kind: 'burst', atMs: 1000, large: 2000, small: 5, hasOneRunAt: false },
    ])
    expect(report.verdict.findings).toEqual([])
    expect(report.verdict.evidence.sent.size).toBeGreaterThan(0)
    expect(report.verdict.evidence.entries.filter(({ type }) => type === 'killed').length).toBe(4)
  })

  test('finds late results of attempts that were taken over, if the fence is missing', async () => {
    const processFaults = { w1: [pause(1500), pause(1500)], w2: [pause(3500), pause(1500)], w3: [], s1: [], s2: [] }
    // The rule that breaks depends on the state of the run when the late result arrives.
    const rules = [
      'only the last attempt ends a run',
      'an attempt repeats only after a fault',
      'a completed step does not run again',
      'a cancelled job stays cancelled',
    ]
    expect(await findsBroken(rules, processFaults, 'no-fence')).toBe(true)
  })

  test('finds jobs that starve, if immediate retries come before them', async () => {
    const processFaults = { w1: [], w2: [], s1: [kill(4000)] }
    const loads: Plan['loads'] = [{ kind: 'immediate retries', atMs: 200, failing: 3, failures: 40, newer: 5 }]
    const rule = 'a retry queues behind what came due before it'
    expect(await findsBroken([rule], processFaults, 'retries-first', [], loads)).toBe(true)
  })
})
