import { rmSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { type ChaosReport, runChaos } from './chaos.ts'
import { leaseMs, type LifeAct, type Plan } from './plan.ts'
import type { Plant } from './plant.ts'

/** Much longer than the lives take: they end a run, however late a busy machine starts its processes. */
const durationMs = 60_000

const kill = (afterMs: number): LifeAct => ({ act: 'kill', isYoung: false, afterMs, downMs: 50 })
const pause = (afterMs: number): LifeAct => ({ act: 'pause', isYoung: false, afterMs, forMs: leaseMs * 2 })

async function run(lives: Plan['lives'], common: Plan['common'], plant?: Plant): Promise<ChaosReport> {
  // What a planted bug has left stuck need not be waited for.
  const patienceMs = plant ? 5000 : 30_000
  const report = await runChaos({ seed: 'test', durationMs, lives, common }, { plant, patienceMs })
  rmSync(report.folder, { recursive: true })
  return report
}

/** True where a run finds one of the rules broken. What a busy machine has paused or killed may have had nothing under way: then again. */
async function findsBroken(rules: readonly string[], lives: Plan['lives'], plant: Plant): Promise<boolean> {
  for (let tries = 0; tries < 4; tries++) {
    const { verdict } = await run(lives, [], plant)
    if (verdict.findings.some(({ rule }) => rules.includes(rule))) return true
  }
  return false
}

/** Each has processes of its own, which mostly wait. */
describe('chaos', { concurrent: true, timeout: 180_000 }, () => {
  test('finds nothing where all is well, whatever dies', async () => {
    const lives = { w1: [kill(1500), pause(500)], w2: [pause(1000), kill(1000)], s1: [kill(2000), kill(2000)] }
    const report = await run(lives, [{ act: 'full disk', atMs: 3000, forMs: 500 }])
    expect(report.verdict.findings).toEqual([])
    expect(report.verdict.story.sent.size).toBeGreaterThan(0)
    expect(report.verdict.story.entries.filter(({ what }) => what === 'killed').length).toBe(4)
  })

  test('finds results of attempts that were taken over where the fence is out', async () => {
    const lives = { w1: [pause(1500), pause(1500)], w2: [pause(3500), pause(1500)], w3: [], s1: [], s2: [] }
    // Which one depends on what a late result falls upon.
    const rules = [
      'a run is ended by its last attempt',
      'an attempt is made again only where its worker was in trouble',
      'a step that has completed is not made again',
      'a cancel is final',
    ]
    expect(await findsBroken(rules, lives, 'no-fence')).toBe(true)
  })

  test('finds jobs that are lost where a send is acknowledged before it is durable', async () => {
    const lives = { w1: [], s1: [kill(700), kill(700), kill(700)], s2: [kill(900), kill(900), kill(900)] }
    const rule = 'every job that was acknowledged ends as its script says'
    expect(await findsBroken([rule], lives, 'early-ack')).toBe(true)
  })
})
