import { Icon } from '../parts/icon.tsx'
import { stateLook } from '../parts/states.ts'
import { formatDuration } from '../time/format-duration.ts'
import { formatTime } from '../time/format-time.ts'
import { axisTicks } from './axis-ticks.ts'
import { revealPart } from './select-part.ts'
import type { Segment, WaterfallData, WaterfallRow } from './waterfall-rows.ts'

/** The attempts and steps of a run on a time axis. Each row is a link that shows its details. */
export function Waterfall({
  data: { rows, start, end },
  selected,
  hrefOf,
}: {
  data: WaterfallData
  selected: WaterfallRow | undefined
  hrefOf: (row: WaterfallRow) => string
}) {
  const span = end - start
  return (
    <div class="waterfall">
      <div class="fall-row fall-axis muted small" aria-hidden="true">
        <span />
        <span class="fall-ticks">
          {axisTicks(span).map(({ at, label }) => (
            <span key={at} style={{ left: `${at * 100}%` }}>
              {label}
            </span>
          ))}
        </span>
        <span />
      </div>
      <ol>
        {rows.map((row) => (
          <li key={row.key}>
            <Row row={row} start={start} span={span} href={hrefOf(row)} isSelected={row === selected} />
          </li>
        ))}
      </ol>
    </div>
  )
}

function Row({
  row,
  start,
  span,
  href,
  isSelected,
}: {
  row: WaterfallRow
  start: number
  span: number
  href: string
  isSelected: boolean
}) {
  const { key, label, note, depth, state, segments, error } = row
  const { tone, icon, label: stateName } = stateLook(state)
  const main = segments.findLast(({ kind }) => kind === 'work') ?? segments.at(-1)
  return (
    <a
      class="fall-row"
      href={href}
      data-replace
      aria-current={isSelected ? 'true' : undefined}
      data-tone={tone}
      data-depth={depth}
      data-kind={key.split(' ')[0]}
      onClick={revealPart}
    >
      <span class="fall-label">
        <span class="state" title={stateName}>
          <Icon name={note === 'compensation' ? 'back' : icon} spin={state === 'running'} />
          <span class="visually-hidden">{stateName}</span>
        </span>
        <span class="clip" title={label}>
          {label}
        </span>
        {note && <span class="muted small clip note">{note}</span>}
      </span>
      <span class="fall-track" title={error} aria-hidden="true">
        {segments.map((segment) => (
          <Bar key={segment.kind} segment={segment} start={start} span={span} />
        ))}
      </span>
      <span class="fall-duration small number" title={main && formatTime(main.from)}>
        {main ? formatDuration(main.to - main.from) : ''}
      </span>
      {error !== undefined && <span class="fall-error small clip">{error}</span>}
    </a>
  )
}

function Bar({ segment: { kind, from, to }, start, span }: { segment: Segment; start: number; span: number }) {
  const left = ((from - start) / span) * 100
  const width = ((to - from) / span) * 100
  const times = `${formatTime(from)} – ${formatTime(to)}`
  return <span class={`bar ${kind}`} title={times} style={{ left: `${left}%`, width: `${width}%` }} />
}
