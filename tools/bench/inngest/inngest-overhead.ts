import type { BenchRow } from '../bench-row.ts'
import { median, spread } from '../median.ts'
import { alternate, type Measured } from './alternate.ts'

const batch = 200

/**
 * What a job of ours costs over a function made with the SDK alone. The first rounds are on an engine that takes as long
 * as the real one was measured to; the last on one that answers at once, where what is left is the work of this process.
 */
export async function inngestOverhead(): Promise<BenchRow[]> {
  const both = await alternate({ engines: 4, rounds: 10, warmUps: 1, singles: 2, batch })
  const delays = { runMs: 0, eventMs: 0, startMs: 0 }
  const atOnce = await alternate({ engines: 4, rounds: 6, warmUps: 2, singles: 0, batch, delays })
  return [
    countRow('HTTP requests a send', both, isSend, ({ endMs, batchMs }) => endMs.length + batchMs.length),
    countRow('HTTP requests a run', both, isRun, ({ endMs, batchMs }) => endMs.length + batchMs.length * batch),
    {
      what: 'Inngest: other HTTP requests',
      figure: String(others(both.ours)),
      detail: `the SDK alone ${others(both.raw)}; ours asks for cancelled runs every 500 ms while one goes on`,
    },
    timeRow('send to the handler, one by one', both, 'beginMs'),
    timeRow('send to the end of the run', both, 'endMs'),
    timeRow(`${batch} events, to the end of the last`, both, 'batchMs'),
    timeRow(`CPU for ${batch} events, engine included`, atOnce, 'batchCpuMs'),
  ]
}

type Request = Measured['requests'][number]

const isSend = ({ direction, method, path }: Request): boolean =>
  direction === 'in' && method === 'POST' && path.startsWith('/e/')
const isRun = ({ direction }: Request): boolean => direction === 'out'
const others = ({ requests }: Measured): number => requests.filter((one) => !isSend(one) && !isRun(one)).length

interface Both {
  readonly raw: Measured
  readonly ours: Measured
}

function countRow(
  what: string,
  { raw, ours }: Both,
  isCounted: (request: Request) => boolean,
  total: (measured: Measured) => number,
): BenchRow {
  const rate = (one: Measured): string => (one.requests.filter(isCounted).length / total(one)).toFixed(2)
  return { what: `Inngest: ${what}`, figure: rate(ours), detail: `the SDK alone ${rate(raw)}; of ${total(ours)}` }
}

function timeRow(what: string, { raw, ours }: Both, key: 'beginMs' | 'endMs' | 'batchMs' | 'batchCpuMs'): BenchRow {
  const ratios = ours[key].map((ms, index) => ms / raw[key][index]!)
  return {
    what: `Inngest: ${what}`,
    figure: `${median(ours[key]).toFixed(1)} ms`,
    detail: `${median(ratios).toFixed(3)} × the SDK alone (${spread(ratios, 3)}), which takes ${median(raw[key]).toFixed(1)} ms`,
  }
}
