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
  /** True for the own event of a definition that handles an event, and for that of a signal. It is not listed. */
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

/** The events that an app declares, besides the built-in ones. */
export interface EventRegistry {
  /** The app's own events by name. */
  readonly own: Map<string, RegisteredEvent>
  /** The names of the built-in events in use. The app can no longer replace them. */
  readonly usedBuiltIn: Set<string>
  /** Finds a declared event: the app's own or built in. */
  find(name: string): RegisteredEvent | undefined
  /** Finds a declared event for a send, a definition, a wait or an attempt. */
  use(name: string): RegisteredEvent | undefined
  /** Like `use`. @throws {UnknownEventError} with the most similar name. */
  require(name: string): RegisteredEvent
  /** Returns the names of all declared events: built in or the app's own. */
  names(): string[]
}

/** Creates a registry of the built-in events. @param isOfProcess - whether `defineEvents` declares events in it */
export function createEventRegistry(isOfProcess = false): EventRegistry {
  const own = new Map<string, RegisteredEvent>()
  const usedBuiltIn = new Set<string>()
  const registry: EventRegistry = {
    own,
    usedBuiltIn,
    find: (name) => own.get(name) ?? builtIn.get(name),
    use(name) {
      const replacing = own.get(name)
      if (replacing) return replacing
      const found = builtIn.get(name)
      if (found) usedBuiltIn.add(name)
      return found
    },
    require(name) {
      const found = typeof name === 'string' ? registry.use(name) : undefined
      if (found) return found
      const event = textOf(name)
      throw new UnknownEventError({ event, nearest: nearestName(event, registry.names()), isOfProcess })
    },
    names() {
      const listed = [...own].flatMap(([name, { isUnlisted }]) => (isUnlisted ? [] : [name]))
      return [...new Set([...builtIn.keys(), ...listed])]
    },
  }
  return registry
}

// Looked up once, because definitions without a registered one ask for it.
let shared: EventRegistry | undefined

/** Returns the events of the process. `defineEvents` declares events there. */
export function processEvents(): EventRegistry {
  shared ??= processState('events', () => createEventRegistry(true))
  return shared
}

function nearestName(name: string, known: string[]): string | undefined {
  if (name.length > maxEventNameLength) return undefined // comparing it would take seconds
  return closestMatch(name, known, { maxDistance: Math.max(2, Math.floor(name.length / 3)) })
}
