import type { StandardSchemaV1 } from '@standard-schema/spec'
import { closestMatch } from 'leven'

import type { CallSite } from '../runtime/call-site.ts'
import { processState } from '../runtime/process-state.ts'
import { textOf } from '../errors/quote.ts'
import { UnknownEventError } from '../errors/unknown-event-error.ts'
import { catalogue } from './catalogue/catalogue.ts'

/** An event's schema and the location of its declaration. */
export interface RegisteredEvent {
  readonly schema: StandardSchemaV1
  readonly declaredAt: CallSite
  /** True for the own event of a definition that handles an event. It is not listed among the events. */
  readonly isUnlisted?: boolean
}

const builtInLocation: CallSite = () => 'the built-in catalogue'
const builtIn = new Map<string, RegisteredEvent>(
  Object.entries(catalogue).map(([name, schema]) => [name, { schema, declaredAt: builtInLocation }]),
)

/** Returns true if the library declares the event, not the app. */
export function isBuiltIn(event: RegisteredEvent): boolean {
  return event.declaredAt === builtInLocation
}

/** The maximum length of an event's name. */
export const maxEventNameLength = 100

// Looked up once, because each send and each attempt finds its event.
let own: Map<string, RegisteredEvent> | undefined
let used: Set<string> | undefined

/** Returns the app's own events by name, shared by the whole process. */
export function ownEvents(): Map<string, RegisteredEvent> {
  own ??= processState('events', () => new Map())
  return own
}

/** Returns the names of the built-in events that the process has used. An app can no longer replace them. */
export function usedBuiltInEvents(): Set<string> {
  used ??= processState('usedBuiltInEvents', () => new Set())
  return used
}

/** Finds a declared event: the app's own or built in. */
export function findEvent(name: string): RegisteredEvent | undefined {
  return ownEvents().get(name) ?? builtIn.get(name)
}

/** Finds a declared event for a send, a definition, a wait or an attempt. */
export function useEvent(name: string): RegisteredEvent | undefined {
  const replacing = ownEvents().get(name)
  if (replacing) return replacing
  const found = builtIn.get(name)
  if (found) usedBuiltInEvents().add(name)
  return found
}

/** Returns the names of all declared events: built in or the app's own. */
export function eventNames(): string[] {
  const listed = [...ownEvents()].flatMap(([name, { isUnlisted }]) => (isUnlisted ? [] : [name]))
  return [...new Set([...builtIn.keys(), ...listed])]
}

/** Like `useEvent`. @throws {UnknownEventError} with the most similar name. */
export function requireEvent(name: string): RegisteredEvent {
  const found = typeof name === 'string' ? useEvent(name) : undefined
  if (found) return found
  const event = textOf(name)
  throw new UnknownEventError({ event, nearest: nearestName(event) })
}

function nearestName(name: string): string | undefined {
  if (name.length > maxEventNameLength) return undefined // comparing it would take seconds
  return closestMatch(name, eventNames(), { maxDistance: Math.max(2, Math.floor(name.length / 3)) })
}
