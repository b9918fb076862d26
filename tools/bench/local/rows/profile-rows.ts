import { measureIsolated } from '../isolated/measure-isolated.ts'
import { categories } from '../profile/category-of.ts'
import { type ProfiledJobs, profiledStores } from '../profile/print-profile.ts'
import type { Row } from '../../report/row.ts'

/** Measures where the time of a job goes, in memory and on SQLite. */
export async function profileRows(): Promise<Row[]> {
  const rows: Row[] = []
  for (const { store, jobs } of profiledStores) {
    const { categories: times } = await measureIsolated<ProfiledJobs>('./profile.ts', store, String(jobs))
    const running = categories.filter((category) => category !== 'idle' && category !== 'waiting for a processor')
    const total = running.reduce((sum, category) => sum + times[category], 0)
    const parts = running.filter((category) => times[category] >= 0.05)
    rows.push({
      section: 'profile',
      comparison: store === 'memory' ? 'memory' : 'SQLite',
      target: '',
      measured: `${total.toFixed(1)} µs`,
      verdict: 'no target',
      detail: parts.map((category) => `${category} ${times[category].toFixed(1)}`).join(', '),
    })
  }
  return rows
}
