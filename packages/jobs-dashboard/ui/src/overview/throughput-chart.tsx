import { useState } from 'preact/hooks'

import type { StatsJson } from '../../../src/api-types.ts'
import { formatNumber } from '../parts/format-count.ts'
import { formatTime } from '../time/format-time.ts'
import { ThroughputTable } from './throughput-table.tsx'

const height = 100
const labels = 5

/** The jobs that completed and failed in each interval, as bars, and those that were sent, as a line. */
export function ThroughputChart({ stats }: { stats: StatsJson | undefined }) {
  const [index, setIndex] = useState<number>()
  const intervals = stats?.intervals ?? []
  const top = niceMaximum(Math.max(1, ...intervals.map((each) => Math.max(each.sent, each.completed + each.failed))))
  const chosen = index === undefined ? undefined : intervals[index]
  const sum = (key: 'sent' | 'completed' | 'failed') => intervals.reduce((total, each) => total + each[key], 0)
  const shown = chosen ?? { sent: sum('sent'), completed: sum('completed'), failed: sum('failed') }
  return (
    <section class="card chart">
      <header>
        <h2>Throughput</h2>
        <span class="muted small when">
          {chosen ? formatTime(chosen.start, 'short') : stats && !stats.isComplete ? 'of the newest jobs only' : ''}
        </span>
        <span class="spacer" />
        <ul class="legend small">
          <Legend kind="sent" label="sent" value={shown.sent} />
          <Legend kind="completed" label="completed" value={shown.completed} />
          <Legend kind="failed" label="failed" value={shown.failed} />
        </ul>
      </header>
      <div class="body">
        <div class="plot">
          <span class="axis top">{stats ? formatNumber(top) : ''}</span>
          <span class="axis middle">{stats && top > 1 ? formatNumber(top / 2) : ''}</span>
          <span class="axis zero">0</span>
          <svg
            viewBox={`0 0 ${Math.max(1, intervals.length)} ${height}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={`${sum('sent')} jobs sent, ${sum('completed')} completed, ${sum('failed')} failed in the time range`}
            onPointerMove={(event) => {
              const box = event.currentTarget.getBoundingClientRect()
              setIndex(Math.floor(((event.clientX - box.left) / box.width) * intervals.length))
            }}
            onPointerLeave={() => setIndex(undefined)}
          >
            {index !== undefined && <rect class="cursor" x={index} y="0" width="1" height={height} />}
            {intervals.map(({ completed, failed }, at) => {
              const failedHeight = (failed / top) * height
              const completedHeight = (completed / top) * height
              return (
                <g key={at}>
                  <Bar kind="completed" at={at} y={height - completedHeight} size={completedHeight} />
                  <Bar kind="failed" at={at} y={height - completedHeight - failedHeight} size={failedHeight} />
                </g>
              )
            })}
            <path class="sent" d={stepLine(intervals, top)} vector-effect="non-scaling-stroke" />
          </svg>
        </div>
        <div class="ticks muted small" aria-hidden="true">
          {ticksOf(stats).map((tick) => (
            <span key={tick}>{tick}</span>
          ))}
        </div>
        <ThroughputTable intervals={intervals} />
      </div>
    </section>
  )
}

function Bar({ kind, at, y, size }: { kind: string; at: number; y: number; size: number }) {
  return size > 0 ? <rect class={kind} x={at + 0.14} y={y} width="0.72" height={size} /> : null
}

function Legend({ kind, label, value }: { kind: string; label: string; value: number }) {
  return (
    <li>
      <span class={`swatch ${kind}`} />
      <strong>{formatNumber(value)}</strong> {label}
    </li>
  )
}

function stepLine(intervals: StatsJson['intervals'], top: number): string {
  return intervals
    .map(({ sent }, at) => {
      const y = height - (sent / top) * height
      return `${at === 0 ? 'M' : 'L'}${at} ${y}H${at + 1}`
    })
    .join('')
}

/** Returns the next larger round number, whose half is also round. */
function niceMaximum(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 3, 4, 6, 8, 10].find((each) => each * power >= value) ?? 10
  return step * power
}

function ticksOf(stats: StatsJson | undefined): string[] {
  if (!stats) return ['\u00a0']
  const start = Date.parse(stats.since)
  const span = Date.parse(stats.until) - start
  const detail = span > 2 * 86_400_000 ? 'day' : 'clock'
  return Array.from({ length: labels }, (_, at) => formatTime(start + (span * at) / (labels - 1), detail))
}
