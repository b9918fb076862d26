import { median, spread } from '../../statistics.ts'
import { measureIsolated } from '../isolated/measure-isolated.ts'
import { type Row, verdictOf } from '../row.ts'

type Rounds = readonly { readonly wallUs: number; readonly cpuUs: number }[]

/** Measures the cost of `openTelemetry()` per job: without an SDK, and with one that samples everything. */
export async function telemetryRows(): Promise<Row[]> {
  const without = await measureIsolated<Rounds>('telemetry', 'none')
  const idle = await measureIsolated<Rounds>('telemetry', 'idle')
  const traced = await measureIsolated<Rounds>('telemetry', 'sdk')
  const durable = await measureIsolated<Rounds>('telemetry', 'none', 'sqlite')
  const durableTraced = await measureIsolated<Rounds>('telemetry', 'sdk', 'sqlite')
  const cpuOf = (rounds: Rounds): number[] => rounds.map(({ cpuUs }) => cpuUs)
  const addedUs = median(cpuOf(idle)) - median(cpuOf(without))
  return [
    {
      comparison: 'openTelemetry() without an SDK, memory',
      target: '≤ 1 µs per job',
      measured: `${addedUs.toFixed(2)} µs`,
      verdict: verdictOf(addedUs <= 1),
      detail: `CPU ${spread(cpuOf(idle), 1)} against ${spread(cpuOf(without), 1)} µs per job`,
    },
    sdkRow('openTelemetry() with an SDK, memory', without, traced),
    sdkRow('openTelemetry() with an SDK, durable file', durable, durableTraced),
  ]
}

/** Compares the rates with and without spans: with a batch processor, and every trace sampled. */
function sdkRow(comparison: string, without: Rounds, traced: Rounds): Row {
  const rateOf = (rounds: Rounds): number => 1_000_000 / median(rounds.map(({ wallUs }) => wallUs))
  const ratio = rateOf(traced) / rateOf(without)
  return {
    comparison,
    target: '≥ 0.95× the rate without',
    measured: `${ratio.toFixed(2)}×`,
    verdict: verdictOf(ratio >= 0.95),
    detail: `${Math.round(rateOf(traced))} against ${Math.round(rateOf(without))} jobs/s, 2 spans per job`,
  }
}
