import { importMs } from '../../import-cost.ts'
import { median } from '../../statistics.ts'
import { type Row, verdictOf } from '../../report/row.ts'

const rounds = 15

/** Measures the import of the facade and a client on the local engine, minus zod alone. */
export async function importRow(): Promise<Row> {
  const times = Array.from({ length: rounds }, () => ({
    empty: importMs('empty'),
    zod: importMs('zod'),
    local: importMs('local'),
  }))
  // The minimum of each, because disturbances can only add to the start of a process.
  const fastest = (name: 'empty' | 'zod' | 'local'): number => Math.min(...times.map((round) => round[name]))
  const over = fastest('local') - fastest('zod')
  const medianOver = median(times.map(({ local, zod }) => local - zod))
  return {
    comparison: 'import, local engine',
    target: '≤ zod',
    measured: `zod ${over < 0 ? '−' : '+'} ${Math.abs(over).toFixed(0)} ms`,
    verdict: verdictOf(over <= 0),
    detail: `zod alone ${(fastest('zod') - fastest('empty')).toFixed(0)} ms; median ${medianOver.toFixed(0)} ms`,
  }
}
