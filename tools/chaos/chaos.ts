import { copyFileSync, existsSync, mkdtempSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { executePlan } from './execute-plan.ts'
import { type Disk, openDisk } from './disk.ts'
import { drain, readFinalState } from './final-state.ts'
import { openLedger, readLedgers } from './ledger.ts'
import { nowMs } from './ledger-entry.ts'
import { openClient } from './open-client.ts'
import { leaseMs, type Plan } from './plan.ts'
import { type InjectedBug, injectIntoFile } from './injected-bug.ts'
import { recordRemovedWorkers } from './removed-workers.ts'
import { appTable } from './send-in-transaction.ts'
import { type BuildOf, ProcessSlot } from './process-slot.ts'
import { judge, type Verdict } from './verdict.ts'

/** The result of a chaos run. */
export interface ChaosReport {
  readonly plan: Plan
  readonly verdict: Verdict
  /** The folder of the ledgers and the jobs file. */
  readonly folder: string
  readonly canFill: boolean
  /** Time from the start until no job was open, in milliseconds. */
  readonly tookMs: number
}

/** Time that a worker has to shut down, in milliseconds. */
const workerEndMs = 20_000

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

/** Executes a plan on a new jobs file, and checks the result. */
export async function runChaos(plan: Plan, options: ChaosSettings = {}): Promise<ChaosReport> {
  const { bug, stallTimeoutMs = 60_000, buildOf } = options
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'))
  const disk = openDisk(folder)
  const path = join(disk.folder, 'jobs.db')
  const note = openLedger(folder, 'conductor')
  const { client, openJobs } = await openClient({ path, role: 'send', note, bug })
  prepareApp(path, bug)
  const settings = { path, folder, seed: plan.seed, bug }
  const slots = new Map(
    Object.keys(plan.processFaults).map((slot) => [slot, new ProcessSlot({ slot, settings, note, buildOf })]),
  )
  const clear = cleanUpAtExit(slots, disk)
  try {
    const beganWall = Date.now()
    await executePlan({ plan, slots, disk, note, client })
    const endedWall = Date.now()
    const isDrained = await drain(openJobs, stallTimeoutMs)
    const tookMs = Date.now() - beganWall
    await Promise.all([...slots.values()].map((slot) => slot.end(workerEndMs)))
    const found = await readFinalState(client, path)
    await client.close()
    saveJobsFile(path, folder)
    const verdict = judge({
      ...found,
      entries: readLedgers(folder),
      leaseMs,
      isDrained,
      wallAheadMs: Date.now() - nowMs(),
      ticksBetween: [beganWall, endedWall],
    })
    return { plan, verdict, folder, canFill: disk.canFill, tookMs }
  } finally {
    clear()
  }
}

function prepareApp(path: string, bug: InjectedBug | undefined): void {
  const app = new DatabaseSync(path)
  app.exec('PRAGMA busy_timeout = 5000')
  app.exec(appTable)
  recordRemovedWorkers(app)
  injectIntoFile(app, bug)
  app.close()
}

/** Copies the jobs file from the disk in memory, which will be removed, to the folder of the ledgers. */
function saveJobsFile(path: string, folder: string): void {
  for (const ending of ['', '-wal']) {
    if (existsSync(`${path}${ending}`)) copyFileSync(`${path}${ending}`, join(folder, `jobs.db${ending}`))
  }
}

/** Ends the child processes and removes the disk when this process exits. The returned function does so now. */
function cleanUpAtExit(slots: ReadonlyMap<string, ProcessSlot>, disk: Disk): () => void {
  const interrupted = (): void => process.exit(130)
  const clear = (): void => {
    process.off('exit', clear).off('SIGINT', interrupted).off('SIGTERM', interrupted)
    for (const slot of slots.values()) slot.killNow()
    disk.close()
  }
  process.on('exit', clear).on('SIGINT', interrupted).on('SIGTERM', interrupted)
  return clear
}
