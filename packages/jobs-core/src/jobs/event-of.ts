import { ownEventOf } from '../events/own-event.ts'
import { cronEventOf } from './cron-event.ts'
import type { Definition } from './definition.ts'

/** Returns the event that starts the runs of a definition. */
export function eventOf(definition: Definition): string {
  return definition.kind === 'cron' ? cronEventOf(definition.id) : definition.event
}

/** Returns all events that start runs of a definition: its event, and its own one, which starts no other runs. */
export function eventsOf(definition: Definition): readonly string[] {
  if (definition.kind === 'cron') return [cronEventOf(definition.id)]
  const own = ownEventOf(definition.id)
  return definition.event === own ? [own] : [definition.event, own]
}
