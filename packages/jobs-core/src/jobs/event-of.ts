import { cronEventOf } from '../runs/cron-event.ts'
import type { Definition } from './definition.ts'

/** The event whose jobs a definition makes runs of. */
export function eventOf(definition: Definition): string {
  return definition.kind === 'cron' ? cronEventOf(definition.id) : definition.event
}
