import { measureIsolated } from '../isolated/measure-isolated.ts'
import { type Row, verdictOf } from '../../report/row.ts'

interface MeasuredFilter {
  readonly name: string
  readonly p50: number
  readonly p95: number
  readonly count: number
}

/** It fills a file through the tables of the store, which are private to its package. */
const program = '@cgk-platform/jobs-local/measure-inspection'
const maxMs = { page: 50, count: 200 }

/** The header of the table. */
export const inspectionHeader: readonly string[] = ['Filter', 'Page, p50', 'Page, p95', 'Count']

/** Measures the pages and counts of `client.inspect` over a file with a million jobs. */
export async function inspectionRows(): Promise<Row[]> {
  const measured = await measureIsolated<MeasuredFilter[]>(program)
  return measured.map(({ name, p50, p95, count }) => ({
    comparison: `inspect a million jobs: ${name}`,
    target: `p95 ≤ ${maxMs.page} ms, count ≤ ${maxMs.count}`,
    measured: `${p95.toFixed(1)} ms, ${count.toFixed(0)} ms`,
    verdict: verdictOf(p95 <= maxMs.page && count <= maxMs.count),
    detail: `page p50 ${p50.toFixed(1)} ms`,
    section: 'inspection',
    cells: [name, p50.toFixed(1), cellOf(p95, maxMs.page, 1), cellOf(count, maxMs.count, 0)],
  }))
}

function cellOf(ms: number, max: number, digits: number): string {
  return ms.toFixed(digits) + (ms <= max ? '' : ', missed')
}
