import { useState } from 'preact/hooks'

import { formatTime } from '../time/format-time.ts'
import { FiguresTable, type Series } from './figures-table.tsx'
import { formatNumber } from './format-count.ts'

const height = 100
const labels = 5

/** Figures over time: as bars on each other, as lines, and as a table. */
export function Chart({
  title,
  note,
  summary,
  times,
  bars = [],
  lines = [],
  format = formatNumber,
}: {
  title: string
  note?: string | undefined
  /** A text for those who cannot see it. */
  summary: string
  /** The time range and the starts of its intervals; `undefined` while they are loaded. */
  times: { readonly since: string; readonly until: string; readonly starts: readonly string[] } | undefined
  bars?: readonly Series[]
  lines?: readonly Series[]
  format?: (value: number) => string
}) {
  const [index, setIndex] = useState<number>()
  const starts = times?.starts ?? []
  const all = [...lines, ...bars]
  const heights = starts.flatMap((_start, at) => [
    bars.reduce((sum, { values }) => sum + (values[at] ?? 0), 0),
    ...lines.map(({ values }) => values[at] ?? 0),
  ])
  const top = niceMaximum(Math.max(1, ...heights))
  const start = index === undefined ? undefined : starts[index]
  return (
    <section class="card chart">
      <header>
        <h2>{title}</h2>
        <span class="muted small when">{start === undefined ? note : formatTime(start, 'short')}</span>
        <span class="spacer" />
        <ul class="legend small">
          {all.map(({ kind, label, values, whole }) => (
            <Legend
              key={kind}
              kind={kind}
              label={label}
              value={start === undefined ? whole : values[index!]}
              format={format}
            />
          ))}
        </ul>
      </header>
      <div class="body">
        <div class="plot">
          <span class="axis top">{times ? format(top) : ''}</span>
          <span class="axis middle">{times && top > 1 ? format(top / 2) : ''}</span>
          <span class="axis zero">0</span>
          <svg
            viewBox={`0 0 ${Math.max(1, starts.length)} ${height}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={summary}
            onPointerMove={(event) => {
              const box = event.currentTarget.getBoundingClientRect()
              setIndex(Math.floor(((event.clientX - box.left) / box.width) * starts.length))
            }}
            onPointerLeave={() => setIndex(undefined)}
          >
            {index !== undefined && <rect class="cursor" x={index} y="0" width="1" height={height} />}
            {starts.map((key, at) => (
              <Bars key={key} at={at} bars={bars} top={top} />
            ))}
            {lines.map(({ kind, values }) => (
              <path key={kind} class={`line ${kind}`} d={stepLine(values, top)} vector-effect="non-scaling-stroke" />
            ))}
          </svg>
        </div>
        <div class="ticks muted small" aria-hidden="true">
          {ticksOf(times).map((tick) => (
            <span key={tick}>{tick}</span>
          ))}
        </div>
        <FiguresTable title={title} starts={starts} series={all} format={format} />
      </div>
    </section>
  )
}

function Bars({ at, bars, top }: { at: number; bars: readonly Series[]; top: number }) {
  let y = height
  return (
    <g>
      {bars.map(({ kind, values }) => {
        const size = ((values[at] ?? 0) / top) * height
        y -= size
        return size > 0 ? <rect key={kind} class={kind} x={at + 0.14} y={y} width="0.72" height={size} /> : null
      })}
    </g>
  )
}

function Legend({
  kind,
  label,
  value,
  format,
}: Pick<Series, 'kind' | 'label'> & { value: number | undefined; format: (value: number) => string }) {
  return (
    <li>
      <span class={`swatch ${kind}`} />
      <strong>{value === undefined ? '–' : format(value)}</strong> {label}
    </li>
  )
}

/** Returns the path of a line, which is interrupted where there is no value. */
function stepLine(values: Series['values'], top: number): string {
  return values
    .map((value, at) => {
      if (value === undefined) return ''
      const y = height - (value / top) * height
      return `${values[at - 1] === undefined ? 'M' : 'L'}${at} ${y}H${at + 1}`
    })
    .join('')
}

/** Returns the next larger round number, whose half is also round. */
function niceMaximum(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 3, 4, 6, 8, 10].find((each) => each * power >= value) ?? 10
  return step * power
}

function ticksOf(times: { readonly since: string; readonly until: string } | undefined): string[] {
  if (!times) return ['\u00a0']
  const start = Date.parse(times.since)
  const span = Date.parse(times.until) - start
  const detail = span > 2 * 86_400_000 ? 'day' : 'clock'
  return Array.from({ length: labels }, (_, at) => formatTime(start + (span * at) / (labels - 1), detail))
}
