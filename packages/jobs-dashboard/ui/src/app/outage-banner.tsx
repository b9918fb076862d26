import { useComputed } from '@preact/signals'

import { outage, retryNow } from '../api/connection.ts'
import { Icon } from '../parts/icon.tsx'
import { formatDuration } from '../time/format-duration.ts'
import { now } from '../time/now.ts'

/** Says that the engine does not answer. The page keeps what it has. */
export function OutageBanner() {
  const remaining = useComputed(() => {
    const ms = (outage.value?.retryAt ?? 0) - now.value
    return ms > 500 ? `Next attempt in ${formatDuration(Math.ceil(ms / 1000) * 1000)}.` : 'Trying again…'
  })
  return (
    <div role="alert">
      {outage.value && (
        <div class="banner">
          <Icon name="warning" />
          <span>
            {outage.value.message} The page shows the last known data. <span aria-live="off">{remaining}</span>
          </span>
          <span class="spacer" />
          <button type="button" class="button" onClick={retryNow}>
            Try now
          </button>
        </div>
      )}
    </div>
  )
}
