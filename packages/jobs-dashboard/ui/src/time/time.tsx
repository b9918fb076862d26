import { useComputed } from '@preact/signals'

import { timeStyle } from '../app/preferences.ts'
import { formatRelative } from './format-duration.ts'
import { formatTime, type TimeDetail } from './format-time.ts'
import { now } from './now.ts'

/** A time: relative or exact, as the user prefers, or `both`. The other form is its tooltip. */
export function Time({
  at,
  both = false,
  detail = 'short',
}: {
  at: string | number
  both?: boolean
  /** Of the exact form. */
  detail?: TimeDetail
}) {
  const ms = typeof at === 'number' ? at : Date.parse(at)
  const relative = useComputed(() => formatRelative(ms, now.value))
  const full = formatTime(ms)
  const iso = new Date(ms).toISOString()
  if (both) {
    return (
      <time dateTime={iso}>
        {full} <span class="muted nowrap">({relative})</span>
      </time>
    )
  }
  return timeStyle.value === 'exact' ? (
    <time dateTime={iso} title={relative.value}>
      {formatTime(ms, detail)}
    </time>
  ) : (
    <time dateTime={iso} title={full}>
      {relative}
    </time>
  )
}
