import { useLayoutEffect } from 'preact/hooks'

import type { StepJson } from '../../../src/api-types.ts'
import { stateLook } from '../parts/states.ts'
import { formatDuration } from '../time/format-duration.ts'
import { returnFocus } from './select-part.ts'
import { layOutSteps, type PlacedStep } from './step-layout.ts'

const box = { width: 184, height: 56 }
const gap = { x: 40, y: 36 }
const margin = 2
const maxLetters = 20

/** The steps of a workflow as a graph: from left to right in order, parallel ones below each other. Each is a link. */
export function StepGraph({
  steps,
  selected,
  hrefOf,
  onSelect,
}: {
  steps: readonly StepJson[]
  /** The key of the part whose details are beside the graph. */
  selected?: string | undefined
  hrefOf: (part: string) => string
  /** Called for a click that selects a step. Absent: the links lead to another page. */
  onSelect?: (event: MouseEvent) => void
}) {
  const { steps: placed, edges, columns, rows } = layOutSteps(steps)
  const width = columns * (box.width + gap.x) - gap.x + margin * 2
  const height = rows * (box.height + gap.y) - gap.y + margin * 2 + 16
  useLayoutEffect(returnFocus, []) // the user may have been faster than the code of the graph
  return (
    <div class="graph" tabIndex={0} role="region" aria-label="Steps as a graph">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="list" aria-label="Steps">
        {edges.map(([from, to]) => (
          <path key={`${from} ${to}`} class="edge" d={edgePath(placed[from]!, placed[to]!)} />
        ))}
        {placed.map((each) => (
          <StepBox
            key={each.step.id}
            placed={each}
            href={hrefOf(`step ${each.step.id}`)}
            isSelected={selected === `step ${each.step.id}` || selected === `compensation ${each.step.id}`}
            onSelect={onSelect}
          />
        ))}
      </svg>
    </div>
  )
}

function StepBox({
  placed,
  href,
  isSelected,
  onSelect,
}: {
  placed: PlacedStep
  href: string
  isSelected: boolean
  onSelect: ((event: MouseEvent) => void) | undefined
}) {
  const { id, state, startedAt, endedAt, compensation, attempts } = placed.step
  const { tone, label } = stateLook(state)
  const { x, y } = cornerOf(placed)
  const took = startedAt && endedAt ? ` · ${formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}` : ''
  return (
    <g role="listitem" data-tone={tone}>
      <title>{id}</title>
      <a href={href} data-replace={onSelect && ''} aria-current={isSelected ? 'true' : undefined} onClick={onSelect}>
        <rect
          class={compensation ? 'box compensated' : 'box'}
          x={x}
          y={y}
          width={box.width}
          height={box.height}
          rx="8"
        />
        <rect class="edge-mark" x={x} y={y + 12} width="3" height={box.height - 24} rx="1.5" />
        <text class="title" x={x + 14} y={y + 23}>
          {shorten(id)}
        </text>
        <text class="detail" x={x + 14} y={y + 42}>
          {`${label}${took}${attempts > 1 ? ` · ×${attempts}` : ''}`}
        </text>
        {compensation && (
          <g data-tone={stateLook(compensation.state).tone}>
            <path class="reversal" d={`M${x + 7} ${y + box.height + 9}l-4 4 4 4m-4-4h6a4 4 0 0 1 0 8`} />
            <text class="reversal-text" x={x + 20} y={y + box.height + 19}>
              {`Compensation: ${stateLook(compensation.state).label.toLowerCase()}`}
            </text>
          </g>
        )}
      </a>
    </g>
  )
}

function cornerOf({ column, row }: PlacedStep): { x: number; y: number } {
  return { x: margin + column * (box.width + gap.x), y: margin + row * (box.height + gap.y) }
}

function edgePath(from: PlacedStep, to: PlacedStep): string {
  const a = cornerOf(from)
  const b = cornerOf(to)
  const startX = a.x + box.width
  const startY = a.y + box.height / 2
  const endY = b.y + box.height / 2
  const middle = b.x - gap.x / 2
  const bend = Math.sign(endY - startY) * 8
  const turn = `H${middle - 8}Q${middle} ${startY} ${middle} ${startY + bend}V${endY - bend}Q${middle} ${endY} ${middle + 8} ${endY}`
  return `M${startX} ${startY}${bend === 0 ? '' : turn}H${b.x - 1}m-6 -4l6 4l-6 4`
}

function shorten(text: string): string {
  return text.length > maxLetters ? `${text.slice(0, maxLetters - 1).toWellFormed()}…` : text
}
