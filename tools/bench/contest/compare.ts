import type { BenchEnvironment } from './bench-environment.ts'
import { reasonOf } from '../report/not-run-error.ts'
import { ratioRow, type Row, type RowHeading } from '../report/row.ts'
import type { RunningContender } from './start-contender.ts'

const rounds = 5

/** A contender, and its number of jobs in a round, which takes about a second. */
export interface Side {
  readonly jobs: number
  readonly start: (environment: BenchEnvironment) => Promise<RunningContender>
}

/** A contender that the library is compared with, in a row of its own. */
export interface Opponent extends Side {
  readonly comparison: string
  /** The target: the least ratio of the library's rate to that of the opponent. Default: none. */
  readonly minimum?: number
  /** Why the rates are not of the same work. */
  readonly reason?: string
}

/**
 * Compares the library with its opponents. All take turns in each round, so that other load on the machine affects all
 * of them. The first round is a warm-up. An opponent that this machine cannot run gets a row with the reason.
 */
export async function compare(
  environment: BenchEnvironment,
  ours: Side,
  opponents: readonly Opponent[],
  unit = 'jobs/s',
): Promise<Row[]> {
  try {
    const lanes: Lane[] = []
    for (const side of [ours, ...opponents]) lanes.push(await openLane(environment, side))
    for (let round = 0; round <= rounds; round++) {
      for (const lane of lanes) {
        const rate = await rateOf(lane)
        if (round > 0) lane.rates.push(rate)
      }
    }
    return opponents.map((opponent, index) => rowOf(opponent, lanes[0]!, lanes[index + 1]!, unit))
  } finally {
    await environment.clear()
  }
}

interface Lane {
  readonly side: Side
  readonly contender: RunningContender | undefined
  readonly rates: number[]
  problem?: string
}

async function openLane(environment: BenchEnvironment, side: Side): Promise<Lane> {
  try {
    return { side, contender: await side.start(environment), rates: [] }
  } catch (error) {
    return { side, contender: undefined, rates: [], problem: reasonOf(error) }
  }
}

async function rateOf(lane: Lane): Promise<number> {
  if (lane.problem !== undefined) return Number.NaN
  try {
    return await lane.contender!.rate(lane.side.jobs)
  } catch (error) {
    lane.problem = reasonOf(error)
    return Number.NaN
  }
}

function rowOf({ comparison, minimum, reason }: Opponent, ours: Lane, theirs: Lane, unit: string): Row {
  const heading: RowHeading = { comparison, target: minimum === undefined ? '' : `≥ ${minimum}×` }
  const detail = ours.problem ?? theirs.problem
  if (detail !== undefined) return { ...heading, measured: '', verdict: 'not run', detail }
  const row = ratioRow(ours.rates, theirs.rates, minimum, unit)
  return { ...heading, ...row, detail: reason === undefined ? row.detail : `${row.detail}; ${reason}` }
}
