import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { executePlan } from './execute-plan.ts'
import { type ChaosStore, loadEngine } from './engines/chaos-engine.ts'
import { drain, readJobs } from './final-state.ts'
import { openLedger, readLedgers } from './ledger.ts'
import { nowMs } from './ledger-entry.ts'
import { openClient } from './open-client.ts'
import { leaseMs, type Plan } from './plan.ts'
import type { InjectedBug } from './injected-bug.ts'
import { type BuildOf, ProcessSlot } from './process-slot.ts'
import { judge, type Verdict } from './verdict.ts'

/** The result of a chaos run. */
export interface ChaosReport {
  readonly plan: Plan
  readonly verdict: Verdict
  /** The folder of the ledgers and the files of the store. */
  readonly folder: string
  /** Time from the start until no job was open, in milliseconds. */
  readonly tookMs: number
}

/** Time that a worker has to shut down, in milliseconds. */
const workerEndMs = 20_000

/** The slot of the sender whose own transactions pass a pooler, if there is one. */
const behindPooler = 's2'

/** Settings of a chaos run. */
interface ChaosSettings {
  readonly bug?: InjectedBug | undefined
  /**
   * Jobs count as stuck after this time without progress, in milliseconds. Must exceed the lease and the longest delay
   * of a run.
   * @default 60_000
   */
  readonly stallTimeoutMs?: number
  /** The build that each process uses. Default: the sources, as in this process. */
  readonly buildOf?: BuildOf | undefined
}

/** Executes a plan on a new store, and checks the result. */
export async function runChaos(plan: Plan, options: ChaosSettings = {}): Promise<ChaosReport> {
  const { bug, stallTimeoutMs = 60_000, buildOf } = options
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'))
  const note = openLedger(folder, 'conductor')
  const engine = await loadEngine(plan.engine)
  const store = await engine.openStore(folder, note)
  const { address } = store
  const slots = new Map(
    Object.keys(plan.processFaults).map((slot) => {
      const clockAheadMs = plan.clocksAheadMs[slot] ?? 0
      const appAddress = slot === behindPooler ? (store.poolerAddress ?? address) : address
      const settings = { engine: plan.engine, address, appAddress, folder, seed: plan.seed, bug, clockAheadMs }
      return [slot, new ProcessSlot({ slot, settings, note, buildOf })]
    }),
  )
  const clear = cleanUpAtExit(slots, store)
  try {
    const { client, openJobs } = await openClient({ engine, address, role: 'send', note, bug })
    await store.prepare(bug)
    const beganWall = Date.now()
    await executePlan({ plan, slots, store, note, client })
    const endedWall = Date.now()
    const isDrained = await drain(openJobs, stallTimeoutMs)
    const tookMs = Date.now() - beganWall
    await Promise.all([...slots.values()].map((slot) => slot.end(workerEndMs)))
    const jobs = await readJobs(client)
    await client.close()
    const state = await store.readState()
    await store.save()
    const verdict = judge({
      ...state,
      jobs,
      entries: readLedgers(folder),
      leaseMs,
      isOneWriter: engine.isOneWriter,
      isDrained,
      wallAheadMs: Date.now() - nowMs(),
      ticksBetween: [beganWall, endedWall],
    })
    return { plan, verdict, folder, tookMs }
  } finally {
    clear()
  }
}

/** Ends the child processes and removes the store when this process exits. The returned function does so now. */
function cleanUpAtExit(slots: ReadonlyMap<string, ProcessSlot>, store: ChaosStore): () => void {
  const interrupted = (): void => process.exit(130)
  const clear = (): void => {
    process.off('exit', clear).off('SIGINT', interrupted).off('SIGTERM', interrupted)
    for (const slot of slots.values()) slot.killNow()
    store.close()
  }
  process.on('exit', clear).on('SIGINT', interrupted).on('SIGTERM', interrupted)
  return clear
}
