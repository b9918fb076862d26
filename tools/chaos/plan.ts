import { createRandom, type Random } from './random.ts'

/** Something that happens to a process in its turn. Times are milliseconds. */
export type LifeAct = {
  /** How long after the process is up; or, of one that dies young, after it was started. */
  readonly afterMs: number
  readonly isYoung: boolean
} & (
  | { readonly act: 'kill'; readonly downMs: number }
  | { readonly act: 'pause'; readonly forMs: number }
  /** It never goes on. */
  | { readonly act: 'pause, then kill'; readonly forMs: number; readonly downMs: number }
)

/** Something that happens to all of them. */
export type CommonAct =
  | { readonly act: 'full disk'; readonly atMs: number; readonly forMs: number }
  /** All processes die at once, as when a machine goes down. */
  | { readonly act: 'crash'; readonly atMs: number; readonly downMs: number }
  /** Kills when a minute turns, which is when cron jobs tick. Minutes are counted from the beginning of the run. */
  | {
      readonly act: 'kill at a tick'
      readonly slots: readonly string[]
      readonly minute: number
      readonly afterMs: number
    }

/** What happens in a run. */
export interface Plan {
  readonly seed: string
  /** It ends then, or when all lives have come to their end. */
  readonly durationMs: number
  /** What happens to the processes of each slot, one act after another. Those of workers begin with `w`. */
  readonly lives: Readonly<Record<string, readonly LifeAct[]>>
  readonly common: readonly CommonAct[]
}

/** How long nothing may be heard of a worker before others take its runs over. */
export const leaseMs = 2000

const workers = ['w1', 'w2', 'w3', 'w4']
const senders = ['s1', 's2', 's3']

/** Draws a plan: the same seed and duration give the same one. */
export function drawPlan(seed: string, durationMs: number): Plan {
  const slots = [...workers, ...senders]
  const lives = slots.map((slot) => [slot, drawLife(slot, durationMs, createRandom(`${seed} ${slot}`))])
  const random = createRandom(`${seed} all`)
  const common = [
    ...drawFullDisks(durationMs, random),
    ...drawCrashes(durationMs, random),
    ...drawTickKills(durationMs, random),
  ]
  return { seed, durationMs, lives: Object.fromEntries(lives) as Plan['lives'], common }
}

/** True for a slot whose processes run jobs; those of the others send them. */
export function isWorker(slot: string): boolean {
  return slot.startsWith('w')
}

function drawLife(slot: string, durationMs: number, random: Random): LifeAct[] {
  const acts: LifeAct[] = []
  for (let atMs = 0; atMs < durationMs;) {
    // Some die while they open the file.
    const isYoung = acts.at(-1)?.act === 'kill' && random.chance(0.15)
    const afterMs = isYoung ? random.between(100, 1500) : random.between(1500, 10_000)
    const downMs = random.between(50, 800)
    // Most pauses are longer than the lease.
    const forMs = random.chance(0.75) ? random.between(leaseMs + 500, leaseMs * 2) : random.between(50, leaseMs - 500)
    if (isYoung || random.chance(isWorker(slot) ? 0.5 : 0.8)) acts.push({ act: 'kill', afterMs, isYoung, downMs })
    else if (random.chance(0.15)) acts.push({ act: 'pause, then kill', afterMs, isYoung, forMs, downMs })
    else acts.push({ act: 'pause', afterMs, isYoung, forMs })
    atMs += afterMs
  }
  return acts
}

function drawFullDisks(durationMs: number, random: Random): CommonAct[] {
  const acts: CommonAct[] = []
  for (let atMs = random.between(8000, 14_000); atMs < durationMs - 3000; atMs += random.between(18_000, 50_000)) {
    acts.push({ act: 'full disk', atMs, forMs: random.between(300, leaseMs * 2) })
  }
  return acts
}

function drawCrashes(durationMs: number, random: Random): CommonAct[] {
  const acts: CommonAct[] = []
  for (let atMs = random.between(18_000, 50_000); atMs < durationMs - 3000; atMs += random.between(30_000, 90_000)) {
    acts.push({ act: 'crash', atMs, downMs: random.between(50, 500) })
  }
  return acts
}

function drawTickKills(durationMs: number, random: Random): CommonAct[] {
  const minutes = Math.floor(durationMs / 60_000)
  return Array.from({ length: minutes }, (_, index) => {
    const slots = workers.filter(() => random.chance(0.5))
    return { act: 'kill at a tick', slots, minute: index + 1, afterMs: random.between(0, 40) }
  })
}
