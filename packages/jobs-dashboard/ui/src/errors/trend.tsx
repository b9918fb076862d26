import { formatNumber } from '../parts/format-count.ts'
import { formatTime } from '../time/format-time.ts'

const height = 24

/** The number of failures in equal parts of a time range, as bars. */
export function Trend({ values, since, until }: { values: readonly number[]; since: string; until: string }) {
  const top = Math.max(1, ...values)
  const most = values.indexOf(Math.max(...values))
  const start = Date.parse(since)
  const partMs = (Date.parse(until) - start) / values.length
  const label = `From ${formatTime(since)} to ${formatTime(until)}. Most, ${formatNumber(top)}, from ${formatTime(start + most * partMs)}`
  return (
    <svg
      class="trend"
      viewBox={`0 0 ${values.length} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {values.map((value, at) => {
        const size = value === 0 ? 0 : Math.max(2, (value / top) * height)
        return <rect key={at} x={at + 0.1} y={height - size} width="0.8" height={size} />
      })}
    </svg>
  )
}
