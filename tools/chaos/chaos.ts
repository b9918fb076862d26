import { copyFileSync, existsSync, mkdtempSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { conduct } from './conductor.ts'
import { type Disk, openDisk } from './disk.ts'
import { drain, findAll } from './evidence.ts'
import { openLedger, readLedgers } from './ledger.ts'
import { nowMs } from './line.ts'
import { openClient } from './open-client.ts'
import { leaseMs, type Plan } from './plan.ts'
import type { Plant } from './plant.ts'
import { appTable } from './send-within.ts'
import { Slot } from './slot.ts'
import { judge, type Verdict } from './verdict.ts'

/** What has been done, and what came of it. */
export interface ChaosReport {
  readonly plan: Plan
  readonly verdict: Verdict
  /** Where the ledgers are, and the jobs' file beside them. */
  readonly folder: string
  readonly canFill: boolean
  /** From the beginning until nothing was open any more, milliseconds. */
  readonly tookMs: number
}

const workerEndMs = 20_000

/** How a plan is carried out. */
interface ChaosRun {
  readonly plant?: Plant | undefined
  /** With nothing moving for so long, what is open stays open. Longer than any delay of a run, and than a lease. */
  readonly patienceMs?: number
}

/** Carries a plan out on a new file, and judges what it has left behind. */
export async function runChaos(plan: Plan, { plant, patienceMs = 30_000 }: ChaosRun = {}): Promise<ChaosReport> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'))
  const disk = openDisk(folder)
  const path = join(disk.folder, 'jobs.db')
  const note = openLedger(folder, 'conductor')
  const { client, openJobs } = await openClient({ path, role: 'send', note })
  prepareApp(path)
  const settings = { path, folder, seed: plan.seed, plant }
  const slots = new Map(Object.keys(plan.lives).map((slot) => [slot, new Slot({ slot, settings, note })]))
  const clear = endAtExit(slots, disk)
  try {
    const beganWall = Date.now()
    await conduct({ plan, slots, disk, note })
    const endedWall = Date.now()
    const isDrained = await drain(openJobs, patienceMs)
    const tookMs = Date.now() - beganWall
    await Promise.all([...slots.values()].map((slot) => slot.end(workerEndMs)))
    const found = await findAll(client, path)
    await client.close()
    keep(path, folder)
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

function prepareApp(path: string): void {
  const app = new DatabaseSync(path)
  app.exec('PRAGMA busy_timeout = 5000')
  app.exec(appTable)
  app.close()
}

/** The disk in memory goes; what was on it stays beside the ledgers. */
function keep(path: string, folder: string): void {
  for (const ending of ['', '-wal']) {
    if (existsSync(`${path}${ending}`)) copyFileSync(`${path}${ending}`, join(folder, `jobs.db${ending}`))
  }
}

/** Whatever happens to this process, it leaves neither processes nor a disk behind. The answer does that now. */
function endAtExit(slots: ReadonlyMap<string, Slot>, disk: Disk): () => void {
  const interrupted = (): void => process.exit(130)
  const clear = (): void => {
    process.off('exit', clear).off('SIGINT', interrupted).off('SIGTERM', interrupted)
    for (const slot of slots.values()) slot.killAtOnce()
    disk.close()
  }
  process.on('exit', clear).on('SIGINT', interrupted).on('SIGTERM', interrupted)
  return clear
}
