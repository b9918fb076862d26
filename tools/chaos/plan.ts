import type { EngineName } from './engines/engine-name.ts'
import { drawFullDisks, drawServerFaults, type StoreFault } from './engines/store-fault.ts'
import { drawLoads, type Load } from './loads/load.ts'
import { createRandom, type Random } from './random.ts'

/** A fault of one process. Times are in milliseconds. */
export type ProcessFault = {
  /** Delay after the process is up. With `duringStartup`, delay after it was spawned. */
  readonly afterMs: number
  readonly duringStartup: boolean
} & (
  | { readonly kind: 'kill'; readonly downMs: number }
  | { readonly kind: 'pause'; readonly forMs: number }
  /** The process is killed while it is paused. */
  | { readonly kind: 'pause, then kill'; readonly forMs: number; readonly downMs: number }
)

/** A fault that affects several processes. */
export type SharedFault =
  | StoreFault
  /** Kills all processes at once, as a crash of the machine does. */
  | { readonly kind: 'crash'; readonly atMs: number; readonly downMs: number }
  /** Pauses the limited jobs. */
  | { readonly kind: 'paused definition'; readonly atMs: number; readonly forMs: number }
  /** Sends a job that ends its worker in every attempt. */
  | ({ readonly kind: 'poison'; readonly atMs: number } & Poison)
  /** Kills processes at the start of a minute, when cron jobs tick. `minute` counts from the start of the chaos run. */
  | {
      readonly kind: 'kill at a tick'
      readonly slots: readonly string[]
      readonly minute: number
      readonly afterMs: number
    }

/** The way in which a poison job ends its worker. */
export interface Poison {
  /** The job that does it: in its handler, or in a step of a workflow. */
  readonly job: 'work' | 'flow'
  readonly by: 'process.exit' | 'an error in a timer' | 'SIGKILL'
  /** Time that the attempt or step runs before. */
  readonly workMs: number
}

/** The faults of a chaos run. */
export interface Plan {
  readonly engine: EngineName
  readonly seed: string
  /** The chaos run ends after this time, or after the last process fault. */
  readonly durationMs: number
  /** The faults of each process slot, in order. Names of worker slots begin with `w`. */
  readonly processFaults: Readonly<Record<string, readonly ProcessFault[]>>
  readonly sharedFaults: readonly SharedFault[]
  /** How far the wall clocks of slots are ahead, in milliseconds. Default 0. */
  readonly clocksAheadMs: Readonly<Record<string, number>>
  /** The jobs that the conductor sends. */
  readonly loads: readonly Load[]
}

/** Time without a heartbeat after which other workers take over the runs of a worker, in milliseconds. */
export const leaseMs = 2000

const workers = ['w1', 'w2', 'w3', 'w4']
const senders = ['s1', 's2', 's3']

/** The clocks of processes that use a server are not those of one machine. */
const wrongClocksMs = { w2: 600_000, w3: -600_000 }

/** Draws a random plan. The same seed, duration and engine give the same plan. */
export function drawPlan(seed: string, durationMs: number, engine: EngineName = 'local'): Plan {
  const slots = [...workers, ...senders]
  const processFaults = slots.map((slot) => [
    slot,
    drawProcessFaults(slot, durationMs, createRandom(`${seed} ${slot}`)),
  ])
  const random = createRandom(`${seed} all`)
  const sharedFaults = [
    ...(engine === 'local'
      ? drawFullDisks(durationMs, random, leaseMs * 2)
      : drawServerFaults(durationMs, createRandom(`${seed} server`))),
    ...drawCrashes(durationMs, random),
    ...drawTickKills(durationMs, random),
    ...drawPoison(durationMs, createRandom(`${seed} poison`)),
    ...drawPausedDefinitions(durationMs, createRandom(`${seed} paused definition`)),
  ]
  return {
    engine,
    seed,
    durationMs,
    clocksAheadMs: engine === 'local' ? {} : wrongClocksMs,
    processFaults: Object.fromEntries(processFaults) as Plan['processFaults'],
    sharedFaults,
    loads: drawLoads(seed, durationMs),
  }
}

/** Returns true for a slot or process that runs jobs. All others send them. */
export function isWorker(slot: string): boolean {
  return slot.startsWith('w')
}

function drawProcessFaults(slot: string, durationMs: number, random: Random): ProcessFault[] {
  const faults: ProcessFault[] = []
  for (let atMs = 0; atMs < durationMs;) {
    // Some processes are killed while they open the file.
    const duringStartup = faults.at(-1)?.kind === 'kill' && random.chance(0.15)
    const afterMs = duringStartup ? random.between(100, 1500) : random.between(1500, 10_000)
    const downMs = random.between(50, 800)
    // Most pauses are longer than the lease.
    const forMs = random.chance(0.75) ? random.between(leaseMs + 500, leaseMs * 2) : random.between(50, leaseMs - 500)
    if (duringStartup || random.chance(isWorker(slot) ? 0.5 : 0.8))
      faults.push({ kind: 'kill', afterMs, duringStartup, downMs })
    else if (random.chance(0.15)) faults.push({ kind: 'pause, then kill', afterMs, duringStartup, forMs, downMs })
    else faults.push({ kind: 'pause', afterMs, duringStartup, forMs })
    atMs += afterMs
  }
  return faults
}

function drawCrashes(durationMs: number, random: Random): SharedFault[] {
  const faults: SharedFault[] = []
  for (let atMs = random.between(18_000, 50_000); atMs < durationMs - 3000; atMs += random.between(30_000, 90_000)) {
    faults.push({ kind: 'crash', atMs, downMs: random.between(50, 500) })
  }
  return faults
}

/** The first one comes early, so that even a short plan has one. */
function drawPoison(durationMs: number, random: Random): SharedFault[] {
  const faults: SharedFault[] = []
  for (let atMs = random.between(1000, 4000); atMs < durationMs; atMs += random.between(6000, 20_000)) {
    faults.push({
      kind: 'poison',
      atMs,
      job: random.chance(0.75) ? 'work' : 'flow',
      by: random.pick(['process.exit', 'an error in a timer', 'SIGKILL'] as const),
      workMs: random.between(0, 300),
    })
  }
  return faults
}

function drawPausedDefinitions(durationMs: number, random: Random): SharedFault[] {
  const faults: SharedFault[] = []
  for (let atMs = random.between(2000, 6000); atMs < durationMs; atMs += random.between(8000, 20_000)) {
    faults.push({ kind: 'paused definition', atMs, forMs: random.between(300, leaseMs * 2) })
  }
  return faults
}

function drawTickKills(durationMs: number, random: Random): SharedFault[] {
  const minutes = Math.floor(durationMs / 60_000)
  return Array.from({ length: minutes }, (_, index) => {
    const slots = workers.filter(() => random.chance(0.5))
    return { kind: 'kill at a tick', slots, minute: index + 1, afterMs: random.between(0, 40) }
  })
}
