import type { Row } from '../row.ts'

const labelWidth = 390
const plotWidth = 460
const valueAt = labelWidth + plotWidth + 12
const rowHeight = 34
const top = 28

// Mid-tones are readable on white and on black. The text follows the color scheme of the reader.
const style = `text { font: 13px system-ui, sans-serif; fill: #24292f } .quiet { fill: #6e7781 } .axis { stroke: #8b949e; stroke-opacity: .4 }
.met { fill: #2da44e } .missed { fill: #d1773c } .none { fill: #6e8fb5 } .target { stroke: #24292f; stroke-width: 2 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .quiet { fill: #9198a1 } .target { stroke: #e6edf3 } }`

/** Renders a bar for each row with a ratio, on a logarithmic axis, with a mark at its target. */
export function ratioChart(rows: readonly Row[]): string {
  const bars = rows.filter((row) => row.ratio !== undefined)
  const all = bars.flatMap(({ ratio }) => [ratio!.median, ratio!.minimum ?? 1])
  const [low, high] = [Math.floor(Math.log10(Math.min(1, ...all))), Math.ceil(Math.log10(Math.max(10, ...all)))]
  const x = (ratio: number): number => labelWidth + ((Math.log10(ratio) - low) / (high - low)) * plotWidth
  const height = top + bars.length * rowHeight + 30
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
  const axis = ticks.map(
    (tick) =>
      `<line class="axis" x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${top - 6}" y2="${height - 26}"/>` +
      `<text class="quiet" text-anchor="middle" x="${at(x(tick))}" y="${height - 10}">${tick}×</text>`,
  )
  const marks = bars.map(({ comparison, verdict, measured, ratio }, index) => {
    const y = top + index * rowHeight
    const [from, to] = [x(Math.min(1, ratio!.median)), x(Math.max(1, ratio!.median))]
    const kind = verdict === 'met' || verdict === 'missed' ? verdict : 'none'
    const target = ratio!.minimum === undefined ? undefined : x(ratio!.minimum)
    return [
      `<text text-anchor="end" x="${labelWidth - 10}" y="${y + 15}">${escape(comparison)}</text>`,
      `<rect class="${kind}" x="${at(from)}" y="${y + 2}" width="${at(Math.max(1, to - from))}" height="18" rx="2"/>`,
      target === undefined
        ? ''
        : `<line class="target" x1="${at(target)}" x2="${at(target)}" y1="${y - 2}" y2="${y + 24}"/>`,
      `<text x="${valueAt}" y="${y + 15}">${escape(measured.split(' ')[0]!)}</text>`,
    ].join('')
  })
  const width = labelWidth + plotWidth + 70
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>Rates of the local engine divided by those of others</title>
<style>${style}</style>
<text class="quiet" x="10" y="14">rates: local engine ÷ other. Vertical marks: targets. Green: met. Orange: missed.</text>
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
