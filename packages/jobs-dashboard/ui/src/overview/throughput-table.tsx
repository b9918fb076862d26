import { useState } from 'preact/hooks'

import type { StatsJson } from '../../../src/api-types.ts'
import { formatTime } from '../time/format-time.ts'

/** The figures of the chart as a table, for those who cannot see it. Intervals without jobs are omitted. */
export function ThroughputTable({ intervals }: { intervals: StatsJson['intervals'] }) {
  const [isOpen, setIsOpen] = useState(false)
  return (
    <details class="as-table" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary class="muted small">Show as a table</summary>
      {isOpen && (
        <div class="table-scroll figures" tabIndex={0} role="region" aria-label="Throughput as a table">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">From</th>
                <th scope="col" class="number">
                  Sent
                </th>
                <th scope="col" class="number">
                  Completed
                </th>
                <th scope="col" class="number">
                  Failed
                </th>
              </tr>
            </thead>
            <tbody>
              {intervals
                .filter(({ sent, completed, failed }) => sent + completed + failed > 0)
                .map(({ start, sent, completed, failed }) => (
                  <tr key={start}>
                    <td>{formatTime(start, 'short')}</td>
                    <td class="number">{sent}</td>
                    <td class="number">{completed}</td>
                    <td class="number">{failed}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}
