import type { StandardSchemaV1 } from '@standard-schema/spec'

import { type CallSite, callSite, fileOf } from '../runtime/call-site.ts'
import { DuplicateEventError } from '../errors/duplicate-event-error.ts'
import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { quote } from '../errors/quote.ts'
import { kindOf } from '../options/kind-of.ts'
import { isDevelopment } from '../runtime/environment.ts'
import { enginesByName } from '../engines/engine-descriptors.ts'
import { cronEventPrefix, jobEventPrefix, signalEventPrefix } from '../values/reserved-names.ts'
import {
  type EventRegistry,
  isBuiltIn,
  maxEventNameLength,
  processEvents,
  type RegisteredEvent,
} from './event-registry.ts'
import { schemaFingerprint } from './schema-fingerprint.ts'
import { schemaRemedy } from './schema-remedy.ts'

/**
 * Declares your own events. Each has a schema of a Standard Schema library, or only a type with `eventType<T>()`. Call
 * it when the module loads, before the events are used, and add the names to `JobEvents`. An event with the name of a
 * built-in one replaces it.
 *
 * @returns the unchanged schemas, for `EventsOf`.
 * @throws {InvalidDefinitionError} for an invalid name or schema.
 * @throws {DuplicateEventError} if a name is already declared with another schema, or is a built-in event that is
 *   already used.
 */
export function defineEvents<const Schemas extends Record<string, StandardSchemaV1>>(schemas: Schemas): Schemas {
  declareEvents(processEvents(), schemas, { call: 'defineEvents', declaredAt: callSite(defineEvents) })
  return schemas
}

/** Declares events in a registry. @throws like `defineEvents` */
export function declareEvents(
  events: EventRegistry,
  schemas: Readonly<Record<string, StandardSchemaV1>>,
  { call, declaredAt }: { readonly call: string; readonly declaredAt: CallSite },
): void {
  if (typeof schemas !== 'object' || schemas === null || Array.isArray(schemas)) {
    throw new InvalidDefinitionError({
      what: call,
      field: 'schemas',
      problem: `is ${kindOf(schemas)}, not an object`,
      remedy: "Pass an object with a schema for each event name: `{ 'video.ready': schema }`.",
    })
  }
  // Check all events before declaring the first, so that a failed call declares none.
  for (const [name, schema] of Object.entries(schemas)) checkEvent(events, name, { schema, declaredAt })
  for (const [name, schema] of Object.entries(schemas)) events.own.set(name, { schema, declaredAt })
}

/** Words of letters and digits, joined by one sign each. */
export const eventNamePattern: RegExp = /^[A-Za-z][A-Za-z0-9]*([._/-][A-Za-z0-9]+)*$/

function checkEvent(events: EventRegistry, name: string, { schema, declaredAt }: RegisteredEvent): void {
  const what = `Cannot declare the event ${quote(name)}`
  if (name.length > maxEventNameLength || !eventNamePattern.test(name)) {
    throw new InvalidDefinitionError({
      what,
      field: 'name',
      problem: 'is not a valid event name',
      remedy: 'Use words of letters and digits, joined by `.`, `_`, `-` or `/`, at most 100 characters: `video.ready`.',
    })
  }
  const ofEngines = [...enginesByName().values()].flatMap(({ eventPrefix = [] }) => eventPrefix)
  const reserved = [cronEventPrefix, jobEventPrefix, signalEventPrefix, ...ofEngines]
  if (reserved.some((prefix) => name.startsWith(prefix))) {
    throw new InvalidDefinitionError({
      what,
      field: 'name',
      problem: `starts with a reserved prefix (${reserved.map((prefix) => `\`${prefix}\``).join(' or ')})`,
      remedy: 'Choose another prefix.',
    })
  }
  const remedy = schemaRemedy(schema)
  if (remedy !== undefined) {
    throw new InvalidDefinitionError({ what, field: 'schema', problem: 'is not a Standard Schema', remedy })
  }
  const known = events.find(name)
  if (!known || known.schema === schema) return
  if (isBuiltIn(known)) {
    if (events.usedBuiltIn.has(name)) throw new DuplicateEventError({ event: name })
  } else refuseOther(name, known, { schema, declaredAt })
}

/** @throws {DuplicateEventError} if an event or a signal is declared again with another schema. */
export function refuseOther(event: string, known: RegisteredEvent, next: RegisteredEvent): void {
  if (isSameDeclaration(known, next)) return
  throw new DuplicateEventError({ event, declaredAt: known.declaredAt() ?? 'location unknown' })
}

/** Returns true if a module was evaluated again (hot reload, two bundles of one app), not if a name is used twice. */
function isSameDeclaration(known: RegisteredEvent, next: RegisteredEvent): boolean {
  const [earlier, later] = [known.declaredAt(), next.declaredAt()]
  const isEdited = isDevelopment() && earlier !== undefined && fileOf(earlier) === fileOf(later)
  const [before, now] = [schemaFingerprint(known.schema), schemaFingerprint(next.schema)]
  if (before !== undefined && now !== undefined) return before === now || isEdited
  return isEdited || (earlier !== undefined && earlier === later)
}
