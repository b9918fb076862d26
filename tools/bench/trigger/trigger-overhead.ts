import type { BenchRow } from '../bench-row.ts'
import { median, quantile } from '../statistics.ts'
import { alternate, type Measured, type Name } from './alternate.ts'

const rounds = 60
const warmUps = 8

const titles: Readonly<Record<Exclude<Name, 'raw'>, string>> = {
  one: 'one definition',
  keyed: 'one definition, with a key',
  two: 'two definitions',
}

/** Compares jobs of this library with a task of the SDK alone: runs, requests and time, one job at a time. */
export async function triggerOverhead(): Promise<BenchRow[]> {
  const measured = await alternate(rounds, warmUps)
  const { raw } = measured
  return (Object.keys(titles) as (keyof typeof titles)[]).flatMap((name) => rowsOf(titles[name], measured[name], raw))
}

function rowsOf(title: string, ours: Measured, raw: Measured): BenchRow[] {
  return [
    countRow(`${title}: runs per job`, ours, raw, 'runs'),
    countRow(`${title}: HTTP requests of the sender`, ours, raw, 'senderRequests'),
    countRow(`${title}: HTTP requests of the runs`, ours, raw, 'runRequests'),
    timeRow(`${title}: send to handler`, ours, raw, 'handlerMs'),
    timeRow(`${title}: send to end`, ours, raw, 'endMs'),
  ]
}

function countRow(
  name: string,
  ours: Measured,
  raw: Measured,
  key: 'runs' | 'senderRequests' | 'runRequests',
): BenchRow {
  const rate = (one: Measured): string => (one[key] / one.handlerMs.length).toFixed(2)
  return { name: `Trigger.dev: ${name}`, figure: rate(ours), detail: `the SDK alone ${rate(raw)}` }
}

function timeRow(name: string, ours: Measured, raw: Measured, key: 'handlerMs' | 'endMs'): BenchRow {
  const ratios = ours[key].map((ms, index) => ms / raw[key][index]!)
  const middle = `middle half ${quantile(ratios, 0.25).toFixed(2)}…${quantile(ratios, 0.75).toFixed(2)}`
  const ofMedians = median(ours[key]) / median(raw[key])
  return {
    name: `Trigger.dev: ${name}`,
    figure: `${median(ours[key]).toFixed(1)} ms`,
    detail: `${ofMedians.toFixed(3)} × the SDK alone by medians (${middle}); the SDK takes ${median(raw[key]).toFixed(1)} ms`,
  }
}
