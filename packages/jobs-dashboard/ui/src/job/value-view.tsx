import type { ValueJson } from '../../../src/api-types.ts'
import { formatBytes } from '../parts/format-count.ts'
import { Icon } from '../parts/icon.tsx'
import { JsonTree } from './json-tree.tsx'

const smallBytes = 2000

/** A payload or an output: as a tree, as the beginning of its text, or hidden. */
export function ValueView({ value, download }: { value: ValueJson; download: string }) {
  if (value.kind === 'hidden') {
    return (
      <p class="notice">
        <Icon name="info" />
        You do not have the permission to see payloads and outputs.
      </p>
    )
  }
  const link = (
    <a class="text-link small" href={download} download>
      Download ({formatBytes(value.bytes)})
    </a>
  )
  if (value.kind === 'json') {
    return (
      <div class="value">
        <JsonTree value={value.json} openDepth={value.bytes < smallBytes ? 3 : 1} />
        {link}
      </div>
    )
  }
  return (
    <div class="value">
      <p class="notice" data-tone="amber">
        <Icon name="warning" />
        <span>Too large to show: this is its beginning. {link}</span>
      </p>
      <pre class="stack" tabIndex={0} role="region" aria-label="The beginning of the text">
        {value.text}
      </pre>
    </div>
  )
}
