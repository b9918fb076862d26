import { importMs } from '../../import-cost.ts'
import { median } from '../../median.ts'
import { type Row, verdictOf } from '../row.ts'

const rounds = 15
const leastMs = 25

/** What a program pays for importing the facade and making a client on the local engine, beyond zod alone. */
export async function importRow(): Promise<Row> {
  const times = Array.from({ length: rounds }, () => ({
    empty: importMs('empty'),
    zod: importMs('zod'),
    local: importMs('local'),
  }))
  // The quickest of each: whatever disturbs the start of a process only ever adds to it.
  const least = (name: 'empty' | 'zod' | 'local'): number => Math.min(...times.map((round) => round[name]))
  const over = least('local') - least('zod')
  const medianOver = median(times.map(({ local, zod }) => local - zod))
  return {
    what: 'import of the facade on local',
    target: `≤ zod + ${leastMs} ms`,
    measured: `zod ${over < 0 ? '−' : '+'} ${Math.abs(over).toFixed(0)} ms`,
    verdict: verdictOf(over <= leastMs),
    detail: `fastest of ${rounds} each; median ${medianOver.toFixed(0)} ms; zod alone ${(least('zod') - least('empty')).toFixed(0)} ms, loaded at the first use of a built-in event`,
  }
}
