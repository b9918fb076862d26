import type { StandardSchemaV1 } from '@standard-schema/spec'
import { closestMatch } from 'leven'

import { processState } from '../process-state.ts'
import { textOf } from '../errors/quote.ts'
import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { catalogue } from './catalogue/catalogue.ts'

/** An event's schema and the location of its declaration. */
export interface RegisteredEvent {
  readonly schema: StandardSchemaV1
  readonly declaredAt: string | undefined
}

const builtIn = new Map<string, RegisteredEvent>(
  Object.entries(catalogue).map(([name, schema]) => [name, { schema, declaredAt: 'the built-in catalogue' }]),
)

/** The maximum length of an event's name. */
export const maxEventNameLength = 100

/** Returns the app's own events by name, shared by the whole process. */
export function ownEvents(): Map<string, RegisteredEvent> {
  return processState('events', () => new Map())
}

/** Finds a declared event: built in or the app's own. */
export function findEvent(name: string): RegisteredEvent | undefined {
  return builtIn.get(name) ?? ownEvents().get(name)
}

/** Returns the names of all declared events: built in or the app's own. */
export function eventNames(): string[] {
  return [...builtIn.keys(), ...ownEvents().keys()]
}

/** Finds a declared event. @throws {UnknownEventError} with the most similar name. */
export function requireEvent(name: string): RegisteredEvent {
  const found = typeof name === 'string' ? findEvent(name) : undefined
  if (found) return found
  const event = textOf(name)
  throw new UnknownEventError({ event, nearest: nearestName(event) })
}

function nearestName(name: string): string | undefined {
  if (name.length > maxEventNameLength) return undefined // comparing it would take seconds
  return closestMatch(name, eventNames(), { maxDistance: Math.max(2, Math.floor(name.length / 3)) })
}
