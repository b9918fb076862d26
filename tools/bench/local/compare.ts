import type { RunningContender } from './start-contender.ts'

const rounds = 5

/** Jobs a second of both, round by round. */
export interface Compared {
  readonly ours: readonly number[]
  readonly theirs: readonly number[]
}

/** How many jobs a round has: as many as take about a second. */
export interface Side {
  readonly contender: RunningContender
  readonly jobs: number
}

/** Lets two contenders take turns, so that what the machine does besides falls on both. The first round warms up. */
export async function compare(ours: Side, theirs: Side): Promise<Compared> {
  const rates: { ours: number; theirs: number }[] = []
  for (let round = 0; round <= rounds; round++) {
    const rate = { ours: await ours.contender.rate(ours.jobs), theirs: await theirs.contender.rate(theirs.jobs) }
    if (round > 0) rates.push(rate)
  }
  return { ours: rates.map((rate) => rate.ours), theirs: rates.map((rate) => rate.theirs) }
}
