import { setTimeout as sleep } from 'node:timers/promises'

import type { JobClient } from '@cgk-platform/jobs'

import type { ChaosStore } from './engines/chaos-engine.ts'
import type { Note } from './ledger-entry.ts'
import { applyLoad } from './loads/apply-load.ts'
import { type SharedFault, isWorker, type ProcessFault, type Plan } from './plan.ts'
import type { ProcessSlot } from './process-slot.ts'
import { pauseLimitedJobs } from './pause-limited-jobs.ts'
import { sendPoison } from './send-poison.ts'

/** A plan, and the services to execute it. */
export interface PlanExecution {
  readonly plan: Plan
  readonly slots: ReadonlyMap<string, ProcessSlot>
  readonly store: ChaosStore
  readonly note: (note: Note) => void
  /** Sends jobs of the conductor. */
  readonly client: JobClient
}

/** Time that senders have to shut down, in milliseconds: a send can wait 30 s for others that lock the file. */
const senderEndMs = 45_000
/** Downtime of a worker that was killed at a tick, in milliseconds. */
const tickDownMs = 200

/** Executes a plan. On return, all senders have exited and all workers run. */
export async function executePlan({ plan, ...services }: PlanExecution): Promise<void> {
  const { slots } = services
  const over = new AbortController()
  const { signal } = over
  const all = [...slots.values()]
  await Promise.all(all.map((slot) => slot.start()))
  // A busy machine starts processes late. Faults before that would test nothing.
  await Promise.all(all.map((slot) => slot.up))
  const beganWall = Date.now()
  const sharedFaults = plan.sharedFaults.map((fault, index) =>
    applySharedFault(fault, index, { ...services, signal, beganWall }),
  )
  const { client, note } = services
  const loads = plan.loads.map(async (load, index) => {
    await untilOver(load.atMs, signal)
    if (signal.aborted) return
    const group = `${load.kind.replaceAll(' ', '-')}-${index}`
    await applyLoad({ client, note, group }, load, (durationMs) => untilOver(durationMs, signal))
  })
  const processFaults = [...slots].map(([name, slot]) => applyProcessFaults(slot, plan.processFaults[name]!, signal))
  await Promise.race([untilOver(plan.durationMs, signal), Promise.all(processFaults)])
  over.abort()
  await Promise.all([...processFaults, ...sharedFaults, ...loads])
  const senders = [...slots].filter(([name]) => !isWorker(name))
  const workers = [...slots].filter(([name]) => isWorker(name))
  await Promise.all([...senders.map(([, slot]) => slot.end(senderEndMs)), ...workers.map(([, slot]) => slot.start())])
  // Jobs are stuck only if workers that run do not end them.
  await Promise.all(workers.map(([, slot]) => slot.up))
}

/**
 * Applies the faults of a slot, in order. A delay starts once the process is up, because a busy machine starts it late.
 */
async function applyProcessFaults(
  slot: ProcessSlot,
  faults: readonly ProcessFault[],
  signal: AbortSignal,
): Promise<void> {
  for (const fault of faults) {
    if (!fault.duringStartup) await Promise.race([slot.up, untilOver(Number.POSITIVE_INFINITY, signal)])
    await untilOver(fault.afterMs, signal)
    if (signal.aborted) return
    if (fault.kind !== 'kill') {
      slot.pause()
      await untilOver(fault.forMs, signal)
      if (fault.kind === 'pause' || signal.aborted) slot.resume()
    }
    if (fault.kind === 'pause' || signal.aborted) continue
    await slot.kill()
    await untilOver(fault.downMs, signal)
    await slot.start()
  }
}

type SharedFaultContext = Omit<PlanExecution, 'plan'> & { readonly signal: AbortSignal; readonly beganWall: number }

async function applySharedFault(
  fault: SharedFault,
  index: number,
  { slots, store, note, client, signal, beganWall }: SharedFaultContext,
): Promise<void> {
  await untilOver(delayOf(fault, beganWall), signal)
  if (signal.aborted) return
  if (fault.kind === 'poison') return sendPoison(client, note, fault, `poison-${index}`)
  if (fault.kind === 'paused definition') {
    return pauseLimitedJobs(client, note, () => untilOver(fault.forMs, signal))
  }
  if (fault.kind !== 'crash' && fault.kind !== 'kill at a tick') {
    return store.apply(fault, (durationMs) => untilOver(durationMs, signal))
  }
  const isCrash = fault.kind === 'crash'
  const killed = isCrash ? [...slots.values()] : fault.slots.map((name) => slots.get(name)!)
  await Promise.all(killed.map((slot) => slot.kill()))
  await untilOver(isCrash ? fault.downMs : tickDownMs, signal)
  await Promise.all(killed.map((slot) => slot.start()))
}

/** Returns the delay of a fault from the start of the chaos run. */
function delayOf(fault: SharedFault, beganWall: number): number {
  if ('atMs' in fault) return fault.atMs
  const firstMinute = Math.ceil(beganWall / 60_000) * 60_000
  return firstMinute + (fault.minute - 1) * 60_000 + fault.afterMs - beganWall
}

/** Waits for a duration, or until the chaos run is over. */
async function untilOver(durationMs: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.min(durationMs, 2 ** 31 - 1), undefined, { signal }).catch(() => undefined)
}
