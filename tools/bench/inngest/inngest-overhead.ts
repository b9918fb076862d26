import type { BenchRow } from '../bench-row.ts'
import { median, spread } from '../statistics.ts'
import { alternate, type Measured } from './alternate.ts'

const batch = 200

/**
 * Compares a job of this library with a function of the SDK alone. The first engine has the delays that were measured
 * on the real one. The second responds immediately, so that only the work of this process counts.
 */
export async function inngestOverhead(): Promise<BenchRow[]> {
  const both = await alternate({ engines: 4, rounds: 10, warmUps: 1, singles: 2, batch })
  const delays = { runMs: 0, eventMs: 0, startMs: 0 }
  const withoutDelays = await alternate({ engines: 4, rounds: 6, warmUps: 2, singles: 0, batch, delays })
  return [
    countRow('HTTP requests per send', both, isSend, ({ endMs, batchMs }) => endMs.length + batchMs.length),
    countRow('HTTP requests per run', both, isRun, ({ endMs, batchMs }) => endMs.length + batchMs.length * batch),
    {
      name: 'Inngest: other HTTP requests',
      figure: String(others(both.ours)),
      detail: `the SDK alone ${others(both.raw)}; the library polls for cancelled runs every 500 ms during a run`,
    },
    timeRow('send to handler, single jobs', both, 'handlerMs'),
    timeRow('send to end of run, single jobs', both, 'endMs'),
    timeRow(`send to end of the last of ${batch} events`, both, 'batchMs'),
    timeRow(`CPU for ${batch} events, engine included`, withoutDelays, 'batchCpuMs'),
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
  name: string,
  { raw, ours }: Both,
  isCounted: (request: Request) => boolean,
  total: (measured: Measured) => number,
): BenchRow {
  const rate = (one: Measured): string => (one.requests.filter(isCounted).length / total(one)).toFixed(2)
  return { name: `Inngest: ${name}`, figure: rate(ours), detail: `the SDK alone ${rate(raw)}; of ${total(ours)}` }
}

function timeRow(name: string, { raw, ours }: Both, key: 'handlerMs' | 'endMs' | 'batchMs' | 'batchCpuMs'): BenchRow {
  const ratios = ours[key].map((ms, index) => ms / raw[key][index]!)
  return {
    name: `Inngest: ${name}`,
    figure: `${median(ours[key]).toFixed(1)} ms`,
    detail: `${median(ratios).toFixed(3)} × the SDK alone (${spread(ratios, 3)}); the SDK takes ${median(raw[key]).toFixed(1)} ms`,
  }
}
