import { describe, expect, test } from 'vitest'

import type { Plan } from './plan.ts'
import { findsBroken, kill } from './run-faults.ts'

// Each rule has a test for each change beside its code in `check/`. These show that the whole finds what breaks it.
// The tests are concurrent because each has its own processes, which mostly wait.
describe('chaos with an injected bug', { concurrent: true }, () => {
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
})
