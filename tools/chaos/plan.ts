import { createRandom, type Random } from './random.ts'

/** Something that the conductor does to the others. */
export type Act =
  | { readonly atMs: number; readonly act: 'kill' | 'start' | 'pause' | 'continue'; readonly slot: string }
  | { readonly atMs: number; readonly act: 'fill disk' | 'free disk' }
  /** Kills when a minute turns, which is when cron jobs tick. Minutes are counted from the beginning of the run. */
  | { readonly atMinute: number; readonly afterMs: number; readonly act: 'kill'; readonly slot: string }

/** What happens in a run, and when. */
export interface Plan {
  readonly seed: string
  readonly durationMs: number
  readonly workers: readonly string[]
  readonly senders: readonly string[]
  /** In the order of time; those at the turn of a minute last. */
  readonly acts: readonly Act[]
}

/** How long nothing may be heard of a worker before others take its runs over. */
export const leaseMs = 2000

const workers = ['w1', 'w2', 'w3', 'w4']
const senders = ['s1', 's2', 's3']

/** Draws a plan: the same seed and duration give the same one. */
export function drawPlan(seed: string, durationMs: number): Plan {
  const acts = [...workers, ...senders].flatMap((slot) => drawLife(slot, durationMs, createRandom(`${seed} ${slot}`)))
  const random = createRandom(`${seed} all`)
  acts.push(...drawFullDisks(durationMs, random), ...drawCrashes(durationMs, random))
  acts.sort((one, other) => one.atMs - other.atMs)
  return { seed, durationMs, workers, senders, acts: [...acts, ...drawTickKills(durationMs, random)] }
}

type TimedAct = Extract<Act, { atMs: number }>

/** Kills and pauses of one process after another. */
function drawLife(slot: string, durationMs: number, random: Random): TimedAct[] {
  const acts: TimedAct[] = []
  const isWorker = slot.startsWith('w')
  for (let atMs = random.between(1500, 6000); atMs < durationMs;) {
    if (random.chance(isWorker ? 0.5 : 0.8)) {
      acts.push({ atMs, act: 'kill', slot })
      atMs += random.between(50, 800)
      acts.push({ atMs, act: 'start', slot })
    } else {
      acts.push({ atMs, act: 'pause', slot })
      // Most are longer than the lease; some of the paused never go on.
      atMs += random.chance(0.75) ? random.between(leaseMs + 500, leaseMs * 2) : random.between(50, leaseMs - 500)
      if (random.chance(0.15)) acts.push({ atMs, act: 'kill', slot }, { atMs: atMs + 100, act: 'start', slot })
      else acts.push({ atMs, act: 'continue', slot })
    }
    // Some die young, while they open the file.
    atMs += random.chance(0.15) ? random.between(300, 1500) : random.between(2500, 12_000)
  }
  return acts
}

function drawFullDisks(durationMs: number, random: Random): TimedAct[] {
  const acts: TimedAct[] = []
  for (let atMs = random.between(8000, 14_000); atMs < durationMs - 3000;) {
    acts.push({ atMs, act: 'fill disk' })
    atMs += random.between(300, leaseMs * 2)
    acts.push({ atMs, act: 'free disk' })
    atMs += random.between(15_000, 45_000)
  }
  return acts
}

/** All processes die at once, as when a machine goes down. */
function drawCrashes(durationMs: number, random: Random): TimedAct[] {
  const acts: TimedAct[] = []
  for (let atMs = random.between(18_000, 50_000); atMs < durationMs - 3000; atMs += random.between(30_000, 90_000)) {
    for (const slot of [...workers, ...senders]) {
      acts.push({ atMs, act: 'kill', slot }, { atMs: atMs + random.between(50, 500), act: 'start', slot })
    }
  }
  return acts
}

function drawTickKills(durationMs: number, random: Random): Act[] {
  const minutes = Math.ceil(durationMs / 60_000)
  return Array.from({ length: minutes }, (_, index) => index + 1).flatMap((atMinute) =>
    workers
      .filter(() => random.chance(0.5))
      .map((slot): Act => ({ atMinute, afterMs: random.between(0, 40), act: 'kill', slot })),
  )
}
