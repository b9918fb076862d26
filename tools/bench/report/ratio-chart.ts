import { type Bar, barChart } from './bar-chart.ts'
import type { Row, Verdict } from './row.ts'

/** Renders a bar for each row with a ratio, with a mark at its target. */
export function ratioChart(rows: readonly Row[], engine: string): string {
  return barChart({
    title: `Rates of the ${engine} divided by those of others`,
    note: `rates: ${engine} ÷ other. Vertical marks: targets. Green: met. Orange: missed.`,
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

/** Returns the color of a bar. */
export function kindOf(verdict: Verdict): Bar['kind'] {
  return verdict === 'met' || verdict === 'missed' ? verdict : 'none'
}
