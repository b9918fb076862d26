import { importMs } from '../../import-cost.ts'
import { median, spread } from '../../median.ts'
import { type Row, verdictOf } from '../row.ts'

const rounds = 15
const leastMs = 25

/** What a program pays for importing the facade and making a client on the local engine, beyond zod alone. */
export async function importRow(): Promise<Row> {
  const overs: number[] = []
  const zods: number[] = []
  for (let round = 0; round < rounds; round++) {
    const [zod, local, empty] = [importMs('zod'), importMs('local'), importMs('empty')]
    overs.push(local - zod)
    zods.push(zod - empty)
  }
  const over = median(overs)
  return {
    what: 'import of the facade on local',
    target: `≤ zod + ${leastMs} ms`,
    measured: `zod + ${over.toFixed(0)} ms`,
    verdict: verdictOf(over <= leastMs),
    detail: `${spread(overs, 0)}; zod alone ${median(zods).toFixed(0)} ms over an empty process; built packages`,
  }
}
