import type { HistoryJson } from '../../../src/api-types.ts'
import { ThroughputChart } from '../overview/throughput-chart.tsx'
import { Chart } from '../parts/chart.tsx'
import type { Series } from '../parts/figures-table.tsx'
import { formatNumber } from '../parts/format-count.ts'
import { formatDuration } from '../time/format-duration.ts'

/** The runs of a definition over time: how many came and ended, how many were open, and how long they took. */
export function HistoryCharts({ history }: { history: HistoryJson | undefined }) {
  const intervals = history?.intervals ?? []
  const times = history && { ...history, starts: intervals.map(({ start }) => start) }
  const last = intervals.at(-1)
  const durations = (
    [
      ['median', 'median', 'medianMs'],
      ['p95', '95 %', 'p95Ms'],
    ] as const
  ).map(([kind, label, of]): Series => {
    const values = intervals.map((each) => each[of])
    return { kind, label, values, whole: values.findLast((value) => value !== undefined) }
  })
  const longest = Math.max(0, ...intervals.map(({ p95Ms = 0 }) => p95Ms))
  return (
    <>
      <ThroughputChart
        data={
          history && { ...history, intervals: intervals.map(({ created, ...each }) => ({ ...each, sent: created })) }
        }
        sent="came"
      />
      <div class="columns">
        {last?.open !== undefined && (
          <Chart
            title="Open"
            summary={`${formatNumber(last.open)} runs wait or run now, at most ${formatNumber(Math.max(...intervals.map(({ open = 0 }) => open)))} in the time range`}
            times={times}
            lines={[
              { kind: 'open', label: 'wait or run', values: intervals.map(({ open }) => open), whole: last.open },
            ]}
          />
        )}
        <Chart
          title="Durations"
          summary={`The 95th percentile of the durations was at most ${formatDuration(longest)} in the time range`}
          times={times}
          lines={durations}
          format={formatDuration}
        />
      </div>
    </>
  )
}
