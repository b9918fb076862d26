import type { StoredRun } from '../../src/records/stored-run.ts'
import { createSimulatedWorkers, type SimulatedWorker } from './simulated-workers.ts'

/** Jobs and workers of a simulation. One job is a poison: it ends its process. Durations are in milliseconds. */
export interface PoisonScene {
  readonly workers: number
  /** Number of clients in each worker's process. They share the jobs, and the last one to start has the poison. */
  readonly clients?: number
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
  readonly clients: SimulatedWorker[]
  startsAt: number
  readonly running: Map<StoredRun, { readonly client: SimulatedWorker; readonly endsAt: number }>
}

const poisonTenant = 'poison'

/** Simulates the workers in virtual time until all jobs have ended. */
export async function simulatePoison(scene: PoisonScene): Promise<PoisonResult> {
  const { workers, clients = 1, concurrency, restartMs, poisonMs, otherMs } = scene
  const file = createSimulatedWorkers()
  const names = Array.from({ length: clients }, (_, index) => `work-${index}`)
  const ids = await file.add([poisonTenant, ...otherMs.map((_, index) => `tenant-${index % 3}`)], undefined, [
    names.at(-1)!,
    ...otherMs.map((_, index) => names[index % clients]!),
  ])
  const durations = new Map(ids.map((id, index) => [id, [poisonMs, ...otherMs][index]!]))
  const slots = Array.from({ length: workers }, (): Slot => ({ clients: [], startsAt: 0, running: new Map() }))
  const seen = new Map<string, number>()
  let [now, open, crashes, othersEndedAt] = [0, ids.length, 0, 0]

  const isPoison = (run: StoredRun): boolean => run.job.envelope.tenantId === poisonTenant
  const begin = (slot: Slot): void => {
    if (slot.startsAt > now) return
    for (const [index, definitionId] of names.entries()) {
      const process = `process ${slots.indexOf(slot)}, since ${slot.startsAt}`
      const client = (slot.clients[index] ??= file.start(concurrency, undefined, { process, definitionId }))
      for (const run of client.claim(now)) {
        const lastsMs = run.attempts > run.maxAttempts ? 0 : durations.get(run.job.envelope.id)!
        slot.running.set(run, { client, endsAt: now + lastsMs })
      }
    }
  }
  const crash = (slot: Slot): void => {
    crashes++
    for (const { id } of slot.running.keys()) seen.set(id, (seen.get(id) ?? 0) + 1)
    for (const client of slot.clients.splice(0)) client.crash(now)
    slot.running.clear()
    slot.startsAt = now + restartMs
  }
  const endNext = (slot: Slot): boolean => {
    const [run, running] = [...slot.running].find(([, { endsAt }]) => endsAt <= now) ?? []
    if (!run) return false
    if (isPoison(run) && run.attempts <= run.maxAttempts) crash(slot)
    else {
      slot.running.delete(run)
      running!.client.end(run, isPoison(run) ? 'failed' : 'completed', now)
      if (!isPoison(run)) othersEndedAt = now
      open--
    }
    return true
  }

  while (open > 0) {
    for (const slot of slots)
      do begin(slot)
      while (endNext(slot))
    const next = slots.flatMap(({ clients: alive, startsAt, running }) => [
      ...[...running.values()].map(({ endsAt }) => endsAt),
      ...alive.map(({ store }) => store.nextDueAt() ?? Number.POSITIVE_INFINITY),
      ...(alive.length === 0 ? [startsAt] : []),
    ])
    if (open > 0) now = Math.min(...next.filter((at) => at > now))
    if (now === Number.POSITIVE_INFINITY) throw new Error(`${open} jobs wait for nothing`)
  }
  const reader = file.start()
  const [poison, ...others] = ids.map((id) => reader.store.get(id)!.runs[0]!)
  seen.delete(poison!.id)
  return { poison: poison!, others, crashes, worst: Math.max(0, ...seen.values()), othersEndedAt }
}
