import { rmSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { type ChaosReport, runChaos } from './chaos.ts'
import { leaseMs, type ProcessFault, type Plan } from './plan.ts'
import type { InjectedBug } from './injected-bug.ts'

/** Much longer than the faults take: a chaos run ends after its last fault, even if a busy machine starts late. */
const durationMs = 60_000

const kill = (afterMs: number): ProcessFault => ({ kind: 'kill', duringStartup: false, afterMs, downMs: 50 })
const pause = (afterMs: number): ProcessFault => ({ kind: 'pause', duringStartup: false, afterMs, forMs: leaseMs * 2 })

async function run(
  processFaults: Plan['processFaults'],
  sharedFaults: Plan['sharedFaults'],
  bug?: InjectedBug,
  loads: Plan['loads'] = [],
): Promise<ChaosReport> {
  // Jobs that an injected bug blocks never end. Others can wait 15 s until runs that may end their process are apart.
  const stallTimeoutMs = bug ? 20_000 : 60_000
  const report = await runChaos(
    { seed: 'test', durationMs, processFaults, sharedFaults, loads },
    { bug, stallTimeoutMs },
  )
  rmSync(report.folder, { recursive: true })
  return report
}

/**
 * Returns true if a chaos run breaks one of the rules. Repeats it if not, because a paused or killed worker of a busy
 * machine may have had no running attempt.
 */
async function findsBroken(
  rules: readonly string[],
  processFaults: Plan['processFaults'],
  bug: InjectedBug,
  sharedFaults: Plan['sharedFaults'] = [],
  loads: Plan['loads'] = [],
): Promise<boolean> {
  for (let tries = 0; tries < 4; tries++) {
    const { verdict } = await run(processFaults, sharedFaults, bug, loads)
    if (verdict.findings.some(({ rule }) => rules.includes(rule))) return true
  }
  return false
}

/** The tests are concurrent because each has its own processes, which mostly wait. */
describe('chaos', { concurrent: true }, () => {
  test('has no findings on an unchanged engine, whichever processes are killed', async () => {
    const processFaults = { w1: [kill(1500), pause(500)], w2: [pause(1000), kill(1000)], s1: [kill(2000), kill(2000)] }
    const sharedFaults: Plan['sharedFaults'] = [
      { kind: 'full disk', atMs: 3000, forMs: 500 },
      { kind: 'poison', atMs: 500, job: 'work', by: 'process.exit', workMs: 100 },
      { kind: 'poison', atMs: 1000, job: 'flow', by: 'an error in a timer', workMs: 0 },
    ]
    const report = await run(processFaults, sharedFaults, undefined, [
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

  test('finds lost jobs, if sends are acknowledged before they are durable', async () => {
    const processFaults = { w1: [], s1: [kill(700), kill(700), kill(700)], s2: [kill(900), kill(900), kill(900)] }
    const rule = 'every acknowledged job ends in its expected state'
    expect(await findsBroken([rule], processFaults, 'early-ack')).toBe(true)
  })

  test('finds runs that pay for the crash of another, if the neighbors of a poison job are charged', async () => {
    const sharedFaults = [500, 2000, 3500, 5000, 6500].map(
      (atMs) => ({ kind: 'poison', atMs, job: 'work', by: 'process.exit', workMs: 200 }) as const,
    )
    const processFaults = { w1: [], s1: [kill(8000)], s2: [], s3: [] }
    const rule = 'a crash counts only for a run that was alone'
    expect(await findsBroken([rule], processFaults, 'poison', sharedFaults)).toBe(true)
  })

  test('finds steps that stay, if a cancel compensates only workflows with a recorded step', async () => {
    const processFaults = { w1: [], w2: [kill(3000), kill(2000)], s1: [], s2: [] }
    const rule = 'a cancelled workflow compensates its completed steps in reverse order'
    expect(await findsBroken([rule], processFaults, 'no-refund')).toBe(true)
  })

  test('finds passes that look at the runs that cannot start, one by one', async () => {
    const processFaults = { w1: [], w2: [], s1: [kill(5000)] }
    const loads: Plan['loads'] = [
      { kind: 'mass pause', atMs: 200, tenants: 400, forMs: 2500 },
      { kind: 'held lane', atMs: 400, waiting: 200, workMs: 3000 },
    ]
    const rule = 'runs that cannot start cost a pass nothing'
    expect(await findsBroken([rule], processFaults, 'costly-passes', [], loads)).toBe(true)
  })

  test('finds that tenants do not take turns from the send on, if jobs are first taken in order', async () => {
    const processFaults = { w1: [], w2: [], s1: [kill(6000)] }
    const loads: Plan['loads'] = [
      { kind: 'burst', atMs: 200, large: 3000, small: 5, hasOneRunAt: false },
      { kind: 'burst', atMs: 400, large: 3000, small: 5, hasOneRunAt: true },
    ]
    const rule = 'tenants take turns from the send on'
    expect(await findsBroken([rule], processFaults, 'first-in-first-out', [], loads)).toBe(true)
  })

  test('finds jobs that starve, if immediate retries come before them', async () => {
    const processFaults = { w1: [], w2: [], s1: [kill(4000)] }
    const loads: Plan['loads'] = [{ kind: 'immediate retries', atMs: 200, failing: 3, failures: 40, newer: 5 }]
    const rule = 'a retry queues behind what came due before it'
    expect(await findsBroken([rule], processFaults, 'retries-first', [], loads)).toBe(true)
  })
})
