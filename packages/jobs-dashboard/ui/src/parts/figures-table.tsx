import { useState } from 'preact/hooks'

import { formatTime } from '../time/format-time.ts'

/** Figures of a chart. */
export interface Series {
  /** The class of its color. */
  readonly kind: 'sent' | 'completed' | 'failed' | 'open' | 'median' | 'p95'
  readonly label: string
  /** One for each interval; `undefined` where there is none. */
  readonly values: readonly (number | undefined)[]
  /** The value in the legend while no interval is chosen. */
  readonly whole: number | undefined
}

/** The figures of a chart as a table, for those who cannot see it. Intervals in which nothing happened are omitted. */
export function FiguresTable({
  title,
  starts,
  series,
  format,
}: {
  title: string
  starts: readonly string[]
  series: readonly Series[]
  format: (value: number) => string
}) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details class="as-table" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary class="muted small">Show as a table</summary>
      {isOpen && (
        <div class="table-scroll figures" tabIndex={0} role="region" aria-label={`${title} as a table`}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">From</th>
                {series.map(({ kind, label }) => (
                  <th key={kind} scope="col" class="number">
                    {label[0]!.toUpperCase() + label.slice(1)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {starts.map((start, at) =>
                series.some(({ values }) => (values[at] ?? 0) > 0) ? (
                  <tr key={start}>
                    <td>{formatTime(start, 'short')}</td>
                    {series.map(({ kind, values }) => (
                      <td key={kind} class="number">
                        {values[at] === undefined ? '–' : format(values[at])}
                      </td>
                    ))}
                  </tr>
                ) : null,
              )}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}
