import type { Random } from '../random.ts'

/** A fault of the store. Times are in milliseconds. */
export type StoreFault = { readonly atMs: number } & (
  | { readonly kind: 'full disk'; readonly forMs: number }
  /** Each connection of a client ends with this probability. */
  | { readonly kind: 'lost connections'; readonly share: number }
  | { readonly kind: 'stopped server'; readonly how: 'fast' | 'immediate'; readonly forMs: number }
  | { readonly kind: 'paused server'; readonly forMs: number }
  /** The server is stopped for good, and its standby takes its place. */
  | { readonly kind: 'promoted standby' }
  /** All tables are dumped, dropped, and restored after a while. */
  | { readonly kind: 'restored tables'; readonly forMs: number }
)

/** Draws when the disk of the jobs file is full. */
export function drawFullDisks(durationMs: number, random: Random, maxMs: number): StoreFault[] {
  const faults: StoreFault[] = []
  for (let atMs = random.between(8000, 14_000); atMs < durationMs - 3000; atMs += random.between(18_000, 50_000)) {
    faults.push({ kind: 'full disk', atMs, forMs: random.between(300, maxMs) })
  }
  return faults
}

/** The kinds of faults of a server, each with the range of its duration. */
const serverFaults = [
  ['stopped server', 300, 6000],
  ['paused server', 20_000, 20_000],
  ['full disk', 300, 5000],
  ['promoted standby', 0, 0],
] as const

/** Time in which a standby is promoted and another one copied, in milliseconds. */
const promotionMs = 8000

/** Draws the faults of a server: one after the other in rounds of all kinds, and lost connections all the time. */
export function drawServerFaults(durationMs: number, random: Random): StoreFault[] {
  const faults: StoreFault[] = []
  let left: (typeof serverFaults)[number][] = []
  for (let atMs = random.between(3000, 6000); atMs < durationMs - 3000;) {
    if (left.length === 0) left = [...serverFaults]
    const [[kind, minMs, maxMs]] = left.splice(random.between(0, left.length - 1), 1) as [(typeof serverFaults)[number]]
    const forMs = random.between(minMs, maxMs)
    if (kind === 'promoted standby') faults.push({ kind, atMs })
    else if (kind === 'stopped server') faults.push({ kind, atMs, forMs, how: random.pick(['fast', 'immediate']) })
    else faults.push({ kind, atMs, forMs })
    atMs += (kind === 'promoted standby' ? promotionMs : forMs) + random.between(5000, 12_000)
  }
  const lost: StoreFault[] = []
  for (let atMs = random.between(500, 2000); atMs < durationMs; atMs += random.between(1000, 6000)) {
    lost.push({ kind: 'lost connections', atMs, share: random.pick([0.1, 0.3, 1]) })
  }
  return [...faults, ...lost]
}
