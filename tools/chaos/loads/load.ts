import { createRandom, type Random } from '../random.ts'

/** Jobs that the conductor sends together, because what matters is the order in which they start. */
export type Load = { readonly atMs: number } & (Burst | HeldLane | MassPause | ImmediateRetries)

/** Very many jobs of one tenant, and then one job each of others. */
export interface Burst {
  readonly kind: 'burst'
  readonly large: number
  readonly small: number
  /** Whether all jobs are due at the same instant, after all have been sent. */
  readonly hasOneRunAt: boolean
}

/** A run that holds the only slot of its concurrency key, for which others wait, each with its own throttle key. */
export interface HeldLane {
  readonly kind: 'held lane'
  readonly waiting: number
  /** Duration of the run that holds the slot. */
  readonly workMs: number
}

/** Paused tenants, each with a job for several definitions. */
export interface MassPause {
  readonly kind: 'mass pause'
  readonly tenants: number
  readonly forMs: number
}

/** Jobs whose retries have no delay, and newer jobs of the same tenant and definition. */
export interface ImmediateRetries {
  readonly kind: 'immediate retries'
  readonly failing: number
  /** Number of attempts of each that fail. */
  readonly failures: number
  readonly newer: number
}

/** The first load of a kind comes early, so that even a short plan has one. Times are in milliseconds. */
type Times = Readonly<Record<'first' | 'every', readonly [min: number, max: number]>>

/** Draws the loads of a plan. */
export function drawLoads(seed: string, durationMs: number): Load[] {
  const draw = <One extends Burst | HeldLane | MassPause | ImmediateRetries>(
    kind: One['kind'],
    { first, every }: Times,
    settings: (random: Random, index: number) => One,
  ): (One & { readonly atMs: number })[] => {
    const random = createRandom(`${seed} ${kind}`)
    const loads: (One & { readonly atMs: number })[] = []
    for (let atMs = random.between(...first); atMs < durationMs; atMs += random.between(...every)) {
      loads.push({ atMs, ...settings(random, loads.length) })
    }
    return loads
  }
  const startsWithOneRunAt = createRandom(`${seed} one runAt`).chance(0.5)
  return [
    ...draw<Burst>('burst', { first: [1500, 4000], every: [45_000, 90_000] }, (random, index) => ({
      kind: 'burst',
      large: random.between(6000, 9000),
      small: random.between(5, 15),
      hasOneRunAt: (index % 2 === 0) === startsWithOneRunAt,
    })),
    ...draw<HeldLane>('held lane', { first: [2000, 5000], every: [20_000, 40_000] }, (random) => ({
      kind: 'held lane',
      waiting: random.between(150, 250),
      workMs: random.between(3000, 8000),
    })),
    ...draw<MassPause>('mass pause', { first: [1000, 3000], every: [25_000, 50_000] }, (random) => ({
      kind: 'mass pause',
      tenants: random.between(250, 400),
      forMs: random.between(3000, 8000),
    })),
    ...draw<ImmediateRetries>('immediate retries', { first: [1000, 5000], every: [8000, 20_000] }, (random) => ({
      kind: 'immediate retries',
      failing: random.between(2, 5),
      failures: random.between(40, 80),
      newer: random.between(3, 10),
    })),
  ]
}
