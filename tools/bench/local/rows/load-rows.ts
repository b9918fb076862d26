import { median } from '../../statistics.ts'
import type { BenchEnvironment } from '../../contest/bench-environment.ts'
import type { Latency, LoadedContender } from '../../contest/load/loaded-contender.ts'
import { NotRunError, reasonOf } from '../../report/not-run-error.ts'
import { count, type Row, type RowHeading, rowOf } from '../../report/row.ts'
import { contenderAt } from '../../contest/start-contender.ts'

const peerNames = ['graphile-worker', 'pg-boss']

/** The header of the table. */
export const loadHeader: readonly string[] = ['Setting', 'Jobs/s', 'Local engine', ...peerNames]

const parts = [0.5, 0.8]
const rounds = 5
const secondsPerRound = 1

interface Setting {
  readonly name: string
  readonly store: 'memory' | 'sqlite'
  /** Number of processes that work, next to one that sends. Absent: one process does both. */
  readonly workers?: number
  /** Jobs that it runs in about a second. */
  readonly jobs: number
}

const settings: readonly Setting[] = [
  { name: 'memory', store: 'memory', jobs: 50_000 },
  { name: 'SQLite, 1 worker', store: 'sqlite', workers: 1, jobs: 15_000 },
  { name: 'SQLite, 3 workers', store: 'sqlite', workers: 3, jobs: 15_000 },
]

/** Measures the time from send to start at parts of the peak rate, next to that of the peers at the same rates. */
export async function loadRows(environment: BenchEnvironment, withPeers: boolean): Promise<Row[]> {
  const rows: Row[] = []
  for (const setting of settings) {
    try {
      rows.push(...(await rowsOf(environment, setting, withPeers)))
    } finally {
      await environment.clear()
    }
  }
  return rows
}

interface Lane {
  readonly name: string
  readonly contender: LoadedContender | undefined
  /** Of the rounds at the current rate. */
  latencies: Latency[]
  problem?: string
}

async function rowsOf(environment: BenchEnvironment, setting: Setting, withPeers: boolean): Promise<Row[]> {
  const { name, store, workers, jobs } = setting
  const ours = await environment.loaded(contenderAt('local/local-load'), { settings: { store } }, workers)
  const peak = await peakOf(ours, jobs)
  const own: Lane = { name: 'local engine', contender: ours, latencies: [] }
  const peers: Lane[] = []
  if (withPeers && workers !== undefined) {
    for (const peer of peerNames) peers.push(await openPeer(environment, peer, workers, jobs))
  }
  const rows: Row[] = []
  for (const part of parts) {
    const rate = peak * part
    const heading: RowHeading = { comparison: `send to start, ${name}, ${part * 100} % of peak`, target: '' }
    rows.push(
      await rowOf(heading, async () => {
        await measure([own, ...peers], rate)
        if (own.problem !== undefined) throw new NotRunError(own.problem)
        const texts = peers.map((peer) => `${peer.name} ${peer.problem ?? `${textOf(peer)} ms`}`)
        return {
          measured: `${textOf(own)} ms`,
          verdict: 'no target',
          detail: [`at ${count(rate)} jobs/s`, ...texts].join('; '),
          section: 'load',
          cells: [name, count(rate), textOf(own), ...(peers.length > 0 ? peers.map(textOf) : ['', ''])],
        }
      }),
    )
  }
  return rows
}

/** Returns the rate that is reached when sends come one by one, as they do under load, and not in large batches. */
async function peakOf(contender: LoadedContender, jobs: number): Promise<number> {
  await contender.fullRate(jobs) // warm-up
  return contender.rateAt(await contender.fullRate(jobs), jobs)
}

async function openPeer(environment: BenchEnvironment, name: string, workers: number, jobs: number): Promise<Lane> {
  try {
    const postgresUrl = await environment.postgres()
    const contender = await environment.loaded(`bench-peers/${name}`, { postgresUrl }, workers)
    await contender.fullRate(jobs) // warm-up
    return { name, contender, latencies: [] }
  } catch (error) {
    return { name, contender: undefined, latencies: [], problem: reasonOf(error) }
  }
}

/** Measures the lanes in turns. The first round is a warm-up. */
async function measure(lanes: readonly Lane[], rate: number): Promise<void> {
  for (const lane of lanes) lane.latencies = []
  for (let round = 0; round <= rounds; round++) {
    for (const lane of lanes) {
      if (lane.problem !== undefined) continue
      try {
        const latency = await lane.contender!.latencyAt(rate, secondsPerRound)
        if (round > 0) lane.latencies.push(latency)
      } catch (error) {
        lane.problem = reasonOf(error)
      }
    }
  }
}

function textOf({ latencies, problem }: Lane): string {
  if (problem !== undefined) return 'not run'
  const middle = (name: keyof Latency): string => milliseconds(median(latencies.map((latency) => latency[name])))
  return `${middle('p50')}/${middle('p99')}`
}

function milliseconds(value: number): string {
  return value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0)
}
