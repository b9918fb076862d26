import type { RunningContender } from './start-contender.ts'

const rounds = 5

/** Jobs per second of both contenders, round by round. */
export interface Rates {
  readonly ours: readonly number[]
  readonly theirs: readonly number[]
}

/** A contender, and its number of jobs in a round, which takes about a second. */
export interface Side {
  readonly contender: RunningContender
  readonly jobs: number
}

/** Measures two contenders in turns, so that other load on the machine affects both. The first round is a warm-up. */
export async function compare(ours: Side, theirs: Side): Promise<Rates> {
  const rates: { ours: number; theirs: number }[] = []
  for (let round = 0; round <= rounds; round++) {
    const rate = { ours: await ours.contender.rate(ours.jobs), theirs: await theirs.contender.rate(theirs.jobs) }
    if (round > 0) rates.push(rate)
  }
  return { ours: rates.map((rate) => rate.ours), theirs: rates.map((rate) => rate.theirs) }
}
