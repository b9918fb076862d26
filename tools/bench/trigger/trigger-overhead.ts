import type { BenchRow } from '../bench-row.ts'
import { median, quantile } from '../median.ts'
import { alternate, type Measured, type Name } from './alternate.ts'

const rounds = 60
const warmUps = 8

const titles: Readonly<Record<Exclude<Name, 'raw'>, string>> = {
  one: 'one definition',
  keyed: 'one definition, with a key',
  two: 'two definitions',
}

/** What a job of ours costs over a task made with the SDK alone: runs, requests and time, one job after the other. */
export async function triggerOverhead(): Promise<BenchRow[]> {
  const measured = await alternate(rounds, warmUps)
  const { raw } = measured
  return (Object.keys(titles) as (keyof typeof titles)[]).flatMap((name) => rowsOf(titles[name], measured[name], raw))
}

function rowsOf(title: string, ours: Measured, raw: Measured): BenchRow[] {
  return [
    countRow(`${title}: runs a job`, ours, raw, 'runs'),
    countRow(`${title}: HTTP requests of the sender`, ours, raw, 'sends'),
    countRow(`${title}: HTTP requests of the runs`, ours, raw, 'ofRuns'),
    timeRow(`${title}: send to the handler`, ours, raw, 'beginMs'),
    timeRow(`${title}: send to the end`, ours, raw, 'endMs'),
  ]
}

function countRow(what: string, ours: Measured, raw: Measured, key: 'runs' | 'sends' | 'ofRuns'): BenchRow {
  const rate = (one: Measured): string => (one[key] / one.beginMs.length).toFixed(2)
  return { what: `Trigger.dev: ${what}`, figure: rate(ours), detail: `the SDK alone ${rate(raw)}` }
}

function timeRow(what: string, ours: Measured, raw: Measured, key: 'beginMs' | 'endMs'): BenchRow {
  const ratios = ours[key].map((ms, index) => ms / raw[key][index]!)
  const middle = `half of them ${quantile(ratios, 0.25).toFixed(2)}…${quantile(ratios, 0.75).toFixed(2)}`
  const ofMedians = median(ours[key]) / median(raw[key])
  return {
    what: `Trigger.dev: ${what}`,
    figure: `${median(ours[key]).toFixed(1)} ms`,
    detail: `${ofMedians.toFixed(3)} × the SDK alone, by medians (${middle}), which takes ${median(raw[key]).toFixed(1)} ms`,
  }
}
