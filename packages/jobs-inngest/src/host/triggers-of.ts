import type { Definition } from '@cgk-platform/jobs-core'

import { disabledEvent } from '../wire/disabled-event.ts'

/** Returns the triggers of a definition's function. The job of a tick runs even if its cron job is disabled by now. */
export function triggersOf({ kind, enabled }: Definition, event: string): [{ event: string }] {
  return [{ event: enabled || kind === 'cron' ? event : disabledEvent }]
}
