import type { Row, Verdict } from '../row.ts'
import { type Bar, barChart } from './bar-chart.ts'

/** Renders a bar for each row with a ratio, with a mark at its target. */
export function ratioChart(rows: readonly Row[]): string {
  return barChart({
    title: 'Rates of the local engine divided by those of others',
    note: 'rates: local engine ÷ other. Vertical marks: targets. Green: met. Orange: missed.',
    unit: '×',
    bars: rows.flatMap(({ comparison, verdict, measured, ratio }): Bar[] =>
      ratio === undefined
        ? []
        : [
            {
              label: comparison,
              from: Math.min(1, ratio.median),
              to: Math.max(1, ratio.median),
              text: measured.split(' ')[0]!,
              kind: kindOf(verdict),
              target: ratio.minimum,
            },
          ],
    ),
  })
}

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

function kindOf(verdict: Verdict): Bar['kind'] {
  return verdict === 'met' || verdict === 'missed' ? verdict : 'none'
}
