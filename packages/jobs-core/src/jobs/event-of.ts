import { cronEventOf } from './cron-event.ts'
import type { Definition } from './definition.ts'

/** Returns the event that starts the runs of a definition. */
export function eventOf(definition: Definition): string {
  return definition.kind === 'cron' ? cronEventOf(definition.id) : definition.event
}
