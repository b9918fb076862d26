import { type Bar, barChart } from '../../report/bar-chart.ts'
import { kindOf } from '../../report/ratio-chart.ts'
import type { Row } from '../../report/row.ts'

/** Renders a bar for each row of fairness: the rounds until the last tenant started. */
export function fairnessChart(rows: readonly Row[]): string {
  return barChart({
    title: 'Rounds until the last of a hundred tenants started',
    note: 'rounds until all of 100 tenants with one job start, six seconds after 100,000 jobs of another',
    unit: '',
    bars: rows.flatMap(({ cells, verdict, measured, section, value }): Bar[] =>
      section !== 'fairness' || value === undefined
        ? []
        : [{ label: cells![0]!, from: 1, to: Math.max(1, value), text: measured, kind: kindOf(verdict) }],
    ),
  })
}
