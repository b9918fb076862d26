import type { StoredRun } from '../../src/store/job-store.ts'
import { createSimulatedWorkers, type SimulatedWorker } from './simulated-workers.ts'

/** Jobs and workers of a simulation. One job is a poison: it ends its process. Durations are in milliseconds. */
export interface PoisonScene {
  readonly workers: number
  readonly concurrency: number
  /** Time that a worker takes to start again. */
  readonly restartMs: number
  /** Time that the poison job runs before it ends its process. */
  readonly poisonMs: number
  /** Time that each other job runs. */
  readonly otherMs: readonly number[]
}

/** The result of a simulation. */
export interface PoisonResult {
  readonly poison: StoredRun
  readonly others: readonly StoredRun[]
  readonly crashes: number
  /** The highest number of crashes that one of the other runs saw. */
  readonly worst: number
  /** When the last of the other jobs ended. */
  readonly othersEndedAt: number
}

/** A supervised worker: it starts again at `startsAt`. */
interface Slot {
  worker: SimulatedWorker | undefined
  startsAt: number
  readonly endsAt: Map<StoredRun, number>
}

const poisonTenant = 'poison'

/** Simulates the workers in virtual time until all jobs have ended. */
export async function simulatePoison(scene: PoisonScene): Promise<PoisonResult> {
  const { workers, concurrency, restartMs, poisonMs, otherMs } = scene
  const file = createSimulatedWorkers()
  const ids = await file.add([poisonTenant, ...otherMs.map((_, index) => `tenant-${index % 3}`)])
  const durations = new Map(ids.map((id, index) => [id, [poisonMs, ...otherMs][index]!]))
  const slots = Array.from({ length: workers }, (): Slot => ({ worker: undefined, startsAt: 0, endsAt: new Map() }))
  const seen = new Map<string, number>()
  let [now, open, crashes, othersEndedAt] = [0, ids.length, 0, 0]

  const isPoison = (run: StoredRun): boolean => run.job.envelope.tenantId === poisonTenant
  const begin = (slot: Slot): void => {
    if (slot.startsAt > now) return
    slot.worker ??= file.start(concurrency)
    for (const run of slot.worker.claim(now)) {
      slot.endsAt.set(run, now + (run.attempts > run.maxAttempts ? 0 : durations.get(run.job.envelope.id)!))
    }
  }
  const crash = (slot: Slot): void => {
    crashes++
    for (const { id } of slot.endsAt.keys()) seen.set(id, (seen.get(id) ?? 0) + 1)
    slot.worker!.crash(now)
    slot.endsAt.clear()
    Object.assign(slot, { worker: undefined, startsAt: now + restartMs })
  }
  const endNext = (slot: Slot): boolean => {
    const [run] = [...slot.endsAt].find(([, at]) => at <= now) ?? []
    if (!run) return false
    if (isPoison(run) && run.attempts <= run.maxAttempts) crash(slot)
    else {
      slot.endsAt.delete(run)
      slot.worker!.end(run, isPoison(run) ? 'failed' : 'completed', now)
      if (!isPoison(run)) othersEndedAt = now
      open--
    }
    return true
  }

  while (open > 0) {
    for (const slot of slots)
      do begin(slot)
      while (endNext(slot))
    const next = slots.flatMap(({ worker, startsAt, endsAt }) =>
      worker ? [...endsAt.values(), worker.store.nextDueAt() ?? Number.POSITIVE_INFINITY] : [startsAt],
    )
    if (open > 0) now = Math.min(...next.filter((at) => at > now))
    if (now === Number.POSITIVE_INFINITY) throw new Error(`${open} jobs wait for nothing`)
  }
  const reader = file.start()
  const [poison, ...others] = ids.map((id) => reader.store.get(id)!.runs[0]!)
  seen.delete(poison!.id)
  return { poison: poison!, others, crashes, worst: Math.max(0, ...seen.values()), othersEndedAt }
}
