import type { ValueJson } from '../../../src/api-types.ts'
import { ValueView } from './value-view.tsx'

/** A card with a payload. */
export function ValueCard({
  title,
  value,
  download,
  missing,
}: {
  title: string
  value: ValueJson | undefined
  download: string
  missing: string
}) {
  return (
    <section class="card">
      <header>
        <h2>{title}</h2>
      </header>
      <div class="body">{value ? <ValueView value={value} download={download} /> : <p class="muted">{missing}</p>}</div>
    </section>
  )
}
