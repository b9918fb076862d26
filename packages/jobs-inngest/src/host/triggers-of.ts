import type { Definition } from '@cgk-platform/jobs-core'
import { eventsOf } from '@cgk-platform/jobs-core/provider'
import type { Inngest } from 'inngest'

import { toEventName } from '../wire/cron-event-name.ts'
import { disabledEvent } from '../wire/disabled-event.ts'

/** Returns the triggers of a definition's function. The job of a tick runs even if its cron job is disabled by now. */
export function triggersOf(definition: Definition, { id }: Pick<Inngest, 'id'>): { event: string }[] {
  const { kind, enabled } = definition
  if (!enabled && kind !== 'cron') return [{ event: disabledEvent }]
  return eventsOf(definition).map((event) => ({ event: toEventName(event, id) }))
}
