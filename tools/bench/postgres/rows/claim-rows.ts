import type { ContenderOptions } from 'bench-peers/contender'

import { contenderAt, type RunningContender } from '../../contest/start-contender.ts'
import { count, ratioRow, type Row, verdictOf } from '../../report/row.ts'
import { median, spread } from '../../statistics.ts'
import type { PostgresBench } from '../postgres-bench.ts'
import type { Claims } from '../statements/claim-meter.ts'

interface Round extends Claims {
  readonly rate: number
  readonly rowsPerRun: number
}

const rounds = 5

/** Compares claims with very many waiting runs with those with ten thousand. */
export async function backlogRows(bench: PostgresBench): Promise<Row[]> {
  const [few, many] = [10_000, bench.isTrial ? 50_000 : 1_000_000]
  const jobs = 1_500
  // Some start in each round.
  const settings = [few, many].map((waiting) => ({ waiting: waiting + jobs * (rounds + 1) }))
  const [short, long] = await measureClaims(bench, settings, jobs)
  const name = `${count(many)} waiting runs ÷ ${count(few)}`
  const { ratio: _, ...rates } = ratioRow(ratesOf(long!), ratesOf(short!), 0.8) // not in the chart of other queues
  return [
    { comparison: `${name}, jobs/s`, target: '≥ 0.8×', ...rates },
    comparedRow(`${name}, median time of a claim`, long!, short!, 'p50', 1.2, 'ms'),
    comparedRow(`${name}, 95 % of the times of claims`, long!, short!, 'p95', 1.2, 'ms'),
    comparedRow(`${name}, rows read for each run`, long!, short!, 'rowsPerRun', 1.2, perClaim(long!, short!)),
  ]
}

/** Measures claims with very many lanes of which ten may start, against claims with only these. */
export async function laneRows(bench: PostgresBench): Promise<Row[]> {
  const lanes = bench.isTrial ? 500 : 10_000
  const jobs = 500
  const waiting = jobs * (rounds + 1) + 1_000
  const settings = [0, lanes - 10].map((full) => ({ waiting, full }))
  const [few, many] = await measureClaims(bench, settings, jobs)
  const p95 = many!.map((round) => round.p95)
  return [
    {
      comparison: `claims with ${count(lanes)} lanes of which 10 may start`,
      target: 'p95 ≤ 10 ms',
      measured: `p95 ${median(p95).toFixed(1)} ms`,
      verdict: verdictOf(median(p95) <= 10),
      detail: `${spread(p95, 1)} ms; p50 ${valueOf(many!, 'p50').toFixed(1)} ms; with 10 lanes p95 ${valueOf(few!, 'p95').toFixed(1)} ms`,
    },
    comparedRow(
      `${count(lanes)} lanes ÷ 10, rows read for each run`,
      many!,
      few!,
      'rowsPerRun',
      1.05,
      perClaim(many!, few!),
    ),
  ]
}

/** Measures the claims of contenders that take turns. The first round is a warm-up. */
async function measureClaims(
  { environment, server }: PostgresBench,
  all: readonly NonNullable<ContenderOptions['settings']>[],
  jobs: number,
): Promise<Round[][]> {
  const contenders: { contender: RunningContender; rounds: Round[] }[] = []
  for (const settings of all) {
    const postgresUrl = await server.createDatabase()
    const contender = await environment.contender(contenderAt('postgres/claims'), { postgresUrl, settings })
    contenders.push({ contender, rounds: [] })
  }
  for (let round = 0; round <= rounds; round++) {
    for (const { contender, rounds: measured } of contenders) {
      const { rate, details } = await contender.round(jobs)
      if (round > 0) {
        const claims = details as Claims
        measured.push({ rate, ...claims, rowsPerRun: claims.rows / jobs })
      }
    }
  }
  return contenders.map((one) => one.rounds)
}

function comparedRow(
  comparison: string,
  many: readonly Round[],
  few: readonly Round[],
  name: keyof Round,
  most: number,
  unit: string,
): Row {
  const ratios = many.map((round, index) => round[name] / few[index]![name])
  return {
    comparison,
    target: `≤ ${most}×`,
    measured: `${median(ratios).toFixed(2)}× (${spread(ratios, 2)})`,
    verdict: verdictOf(median(ratios) <= most),
    detail: `${valueOf(many, name).toFixed(1)} against ${valueOf(few, name).toFixed(1)} ${unit}`,
  }
}

/** Describes the rows that are read for each claim. */
function perClaim(many: readonly Round[], few: readonly Round[]): string {
  const rows = [many, few].map((all) => median(all.map((round) => round.rows / round.count)).toFixed(0))
  return `rows; for each claim ${rows.join(' against ')}`
}

function ratesOf(all: readonly Round[]): number[] {
  return all.map(({ rate }) => rate)
}

function valueOf(all: readonly Round[], name: keyof Round): number {
  return median(all.map((round) => round[name]))
}
