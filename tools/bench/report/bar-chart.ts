/** A bar of a chart. */
export interface Bar {
  readonly label: string
  /** The start and the end of the bar on the axis. */
  readonly from: number
  readonly to: number
  /** The text beside it. */
  readonly text: string
  readonly kind: 'met' | 'missed' | 'none'
  /** The place of the mark of the target. */
  readonly target?: number | undefined
}

/** A chart of bars on a logarithmic axis. */
export interface BarChart {
  readonly title: string
  readonly note: string
  /** The text after each number of the axis. */
  readonly unit: string
  readonly bars: readonly Bar[]
}

const labelWidth = 390
const plotWidth = 460
const valueAt = labelWidth + plotWidth + 12
const rowHeight = 34
const top = 28

// Mid-tones are readable on white and on black. The text follows the color scheme of the reader.
const style = `text { font: 13px system-ui, sans-serif; fill: #24292f } .quiet { fill: #6e7781 } .axis { stroke: #8b949e; stroke-opacity: .4 }
.met { fill: #2da44e } .missed { fill: #d1773c } .none { fill: #6e8fb5 } .target { stroke: #24292f; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .quiet { fill: #9198a1 } .target { stroke: #e6edf3 } }`

/** Renders the chart as SVG. */
export function barChart({ title, note, unit, bars }: BarChart): string {
  const all = bars.flatMap(({ from, to, target = to }) => [from, to, target])
  const [low, high] = [Math.floor(Math.log10(Math.min(1, ...all))), Math.ceil(Math.log10(Math.max(10, ...all)))]
  const x = (value: number): number => labelWidth + ((Math.log10(value) - low) / (high - low)) * plotWidth
  const height = top + bars.length * rowHeight + 30
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
  const axis = ticks.map(
    (tick) =>
      `<line class="axis" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${top - 6}" y2="${height - 26}"/>` +
      `<text class="quiet" text-anchor="middle" x="${at(x(tick))}" y="${height - 10}">${tick}${unit}</text>`,
  )
  const marks = bars.map(({ label, from, to, text, kind, target }, index) => {
    const y = top + index * rowHeight
    const mark = target === undefined ? undefined : at(x(target))
    return [
      `<text text-anchor="end" x="${labelWidth - 10}" y="${y + 15}">${escape(label)}</text>`,
      `<rect class="${kind}" x="${at(x(from))}" y="${y + 2}" width="${at(Math.max(1, x(to) - x(from)))}" height="18" rx="2"/>`,
      mark === undefined ? '' : `<line class="target" x1="${mark}" x2="${mark}" y1="${y - 2}" y2="${y + 24}"/>`,
      `<text x="${valueAt}" y="${y + 15}">${escape(text)}</text>`,
    ].join('')
  })
  const width = labelWidth + plotWidth + 80
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escape(title)}</title>
<style>${style}</style>
<text class="quiet" x="10" y="14">${escape(note)}</text>
${[...axis, ...marks].join('\n')}
</svg>
`
}

function at(position: number): string {
  return position.toFixed(1)
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
