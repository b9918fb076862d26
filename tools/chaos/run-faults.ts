import { rmSync } from 'node:fs'

import { type ChaosReport, runChaos } from './chaos.ts'
import type { EngineName } from './engines/engine-name.ts'
import type { InjectedBug } from './injected-bug.ts'
import { leaseMs, type Plan, type ProcessFault } from './plan.ts'

/** Much longer than the faults take: a chaos run ends after its last fault, even if a busy machine starts late. */
const durationMs = 60_000

/** Kills a process a time after its start. */
export const kill = (afterMs: number): ProcessFault => ({ kind: 'kill', duringStartup: false, afterMs, downMs: 50 })
/** Pauses a process, longer than its lease, a time after its start. */
export const pause = (afterMs: number): ProcessFault => ({
  kind: 'pause',
  duringStartup: false,
  afterMs,
  forMs: leaseMs * 2,
})

/** Runs these faults on a small load. */
export async function runFaults(
  processFaults: Plan['processFaults'],
  sharedFaults: Plan['sharedFaults'],
  bug?: InjectedBug,
  loads: Plan['loads'] = [],
  engine: EngineName = 'local',
): Promise<ChaosReport> {
  // Jobs that an injected bug blocks never end. Others can wait 15 s until runs that may end their process are apart.
  const stallTimeoutMs = bug ? 20_000 : 60_000
  const report = await runChaos(
    { engine, seed: 'test', durationMs, processFaults, sharedFaults, clocksAheadMs: {}, loads },
    { bug, stallTimeoutMs },
  )
  rmSync(report.folder, { recursive: true })
  return report
}

/**
 * Returns true if a chaos run breaks one of the rules. Repeats it if not, because a paused or killed worker of a busy
 * machine may have had no running attempt.
 */
export async function findsBroken(
  rules: readonly string[],
  processFaults: Plan['processFaults'],
  bug: InjectedBug,
  sharedFaults: Plan['sharedFaults'] = [],
  loads: Plan['loads'] = [],
  engine: EngineName = 'local',
): Promise<boolean> {
  for (let tries = 0; tries < 4; tries++) {
    const { verdict } = await runFaults(processFaults, sharedFaults, bug, loads, engine)
    if (verdict.findings.some(({ rule }) => rules.includes(rule))) return true
  }
  return false
}
