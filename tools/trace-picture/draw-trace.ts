import type { RecordedSpan } from './recorded-span.ts'
import { type TraceRow, traceRows } from './trace-rows.ts'

const width = 940
const labelWidth = 310
const plotWidth = 260
const noteAt = labelWidth + plotWidth + 14
const rowHeight = 24
const gap = 12
const top = 34

// Mid-tones are readable on white and on black. The text follows the color scheme of the reader.
const style = `text { font: 13px system-ui, sans-serif; fill: #24292f } .quiet { fill: #6e7781 }
.axis { stroke: #8b949e; stroke-opacity: .4 } .ok { fill: #6e8fb5 } .failed { fill: #d1773c }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .quiet { fill: #9198a1 } }`

/** Draws spans as SVG: a row for each, and a time axis of its own for each trace. */
export function drawTrace(title: string, spans: readonly RecordedSpan[]): string {
  const rows = traceRows(spans)
  let y = top
  const lines: string[] = []
  for (const [index, row] of rows.entries()) {
    if (row.depth === 0 && index > 0) {
      lines.push(`<line class="axis" x1="10" x2="${width - 10}" y1="${y + gap / 2}" y2="${y + gap / 2}"/>`)
      y += gap
    }
    lines.push(draw(row, extentOf(row.span, rows), y))
    y += rowHeight
  }
  const height = y + 10
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escape(title)}</title>
<style>${style}</style>
<text class="quiet" x="10" y="18">Each block is a trace with its own time axis</text>
<text class="quiet" x="${noteAt}" y="18">← links to</text>
${lines.join('\n')}
</svg>
`
}

interface Extent {
  readonly fromUs: number
  readonly toUs: number
}

/** Returns the time from the first start to the last end of a trace. */
function extentOf({ traceId }: RecordedSpan, rows: readonly TraceRow[]): Extent {
  const spans = rows.map(({ span }) => span).filter((span) => span.traceId === traceId)
  const fromUs = Math.min(...spans.map(({ startUs }) => startUs))
  return { fromUs, toUs: Math.max(...spans.map(({ startUs, durationUs }) => startUs + durationUs)) }
}

function draw({ span, depth, outcome, note }: TraceRow, { fromUs, toUs }: Extent, y: number): string {
  const scale = plotWidth / Math.max(1, toUs - fromUs)
  const x = labelWidth + (span.startUs - fromUs) * scale
  const length = Math.max(3, span.durationUs * scale)
  const kind = span.errorType === undefined ? 'ok' : 'failed'
  return [
    `<text x="${10 + depth * 18}" y="${y + 16}">${escape(span.name)}`,
    outcome === '' ? '</text>' : `<tspan class="quiet" dx="10">${escape(outcome)}</tspan></text>`,
    `<rect class="${kind}" x="${x.toFixed(1)}" y="${y + 5}" width="${length.toFixed(1)}" height="14" rx="2"/>`,
    note === '' ? '' : `<text class="quiet" x="${noteAt}" y="${y + 16}">${escape(note)}</text>`,
  ].join('')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
