import { Chart } from '../parts/chart.tsx'
import type { Series } from '../parts/figures-table.tsx'

/** Numbers of jobs in the intervals of a time range. */
export interface Throughput {
  readonly since: string
  readonly until: string
  readonly isComplete: boolean
  readonly intervals: readonly {
    readonly start: string
    readonly sent: number
    readonly completed: number
    readonly failed: number
  }[]
}

/** The jobs that completed and failed in each interval, as bars, and those that were sent, as a line. */
export function ThroughputChart({ data, sent = 'sent' }: { data: Throughput | undefined; sent?: string }) {
  const intervals = data?.intervals ?? []
  const series = (kind: 'sent' | 'completed' | 'failed', label: string = kind): Series => {
    const values = intervals.map((each) => each[kind])
    return { kind, label, values, whole: values.reduce((sum, value) => sum + value, 0) }
  }
  const line = series('sent', sent)
  const bars = [series('completed'), series('failed')]
  return (
    <Chart
      title="Throughput"
      note={data && !data.isComplete ? 'of the newest jobs only' : undefined}
      summary={`${[line, ...bars].map(({ whole, label }) => `${whole} ${label}`).join(', ')} in the time range`}
      times={data && { ...data, starts: intervals.map(({ start }) => start) }}
      bars={bars}
      lines={[line]}
    />
  )
}
