import type { StandardSchemaV1 } from '@standard-schema/spec'

import { callSite, fileOf } from '../call-site.ts'
import { DuplicateEventError } from '../errors/duplicate-event-error.ts'
import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { kindOf } from '../options/kind-of.ts'
import { isDevelopment } from '../environment.ts'
import { engines } from '../provider/engine-registry.ts'
import { cronEventPrefix } from './reserved-names.ts'
import { findEvent, ownEvents, type RegisteredEvent } from './event-registry.ts'

/**
 * Declares events of your own, each with a schema of any Standard Schema library or, by `eventType<T>()`, with a type
 * alone. Call it when the module loads, before the events are used, and add the names to `JobEvents`.
 *
 * @returns the schemas as they were given, for `EventsOf`.
 * @throws {InvalidDefinitionError} for a name or schema that cannot be used.
 * @throws {DuplicateEventError} when a name is declared already with another schema.
 */
export function defineEvents<const Schemas extends Record<string, StandardSchemaV1>>(schemas: Schemas): Schemas {
  const declaredAt = callSite(defineEvents)
  if (typeof schemas !== 'object' || schemas === null || Array.isArray(schemas)) {
    throw new InvalidDefinitionError({
      what: 'defineEvents',
      field: 'schemas',
      problem: `is ${kindOf(schemas)}, not an object`,
      remedy: "Give each event's name its schema: `{ 'video.ready': schema }`.",
    })
  }
  // All are checked before the first is declared, so that a failed call has declared none.
  for (const [name, schema] of Object.entries(schemas)) checkEvent(name, schema, declaredAt)
  for (const [name, schema] of Object.entries(schemas)) ownEvents().set(name, { schema, declaredAt })
  return schemas
}

function checkEvent(name: string, schema: StandardSchemaV1, declaredAt: string | undefined): void {
  const what = `The event \`${name}\` was not declared`
  if (!/^[A-Za-z][A-Za-z0-9]*([._/-][A-Za-z0-9]+)*$/.test(name) || name.length > 100) {
    throw new InvalidDefinitionError({
      what,
      field: 'name',
      problem: 'is not an event name',
      remedy: 'Use letters and digits in words joined by `.`, `_`, `-` or `/`, at most 100 characters: `video.ready`.',
    })
  }
  const reserved = [cronEventPrefix, ...engines().flatMap(({ eventPrefix = [] }) => eventPrefix)]
  if (reserved.some((prefix) => name.startsWith(prefix))) {
    throw new InvalidDefinitionError({
      what,
      field: 'name',
      problem: `begins with a reserved prefix (${reserved.map((prefix) => `\`${prefix}\``).join(' or ')})`,
      remedy: 'Choose another first word.',
    })
  }
  if (typeof (schema as StandardSchemaV1 | undefined)?.['~standard']?.validate !== 'function') {
    throw new InvalidDefinitionError({
      what,
      field: 'schema',
      problem: 'is not a Standard Schema',
      remedy:
        typeof schema === 'function'
          ? 'It is a function: call it, as in `eventType<Payload>()`.'
          : 'Give a schema of zod, valibot, arktype or the like, or `eventType<Payload>()` for a type alone.',
    })
  }
  const known = findEvent(name)
  if (known && !isSameDeclaration(known, { schema, declaredAt })) {
    throw new DuplicateEventError({ event: name, declaredAt: known.declaredAt ?? 'place unknown' })
  }
}

/** True when a module was evaluated again (hot reload, two bundles of one app) rather than a name used twice. */
function isSameDeclaration(known: RegisteredEvent, again: RegisteredEvent): boolean {
  if (known.schema === again.schema) return true
  const isEdited = isDevelopment() && known.declaredAt && fileOf(known.declaredAt) === fileOf(again.declaredAt)
  const [before, now] = [fingerprint(known.schema), fingerprint(again.schema)]
  if (before !== undefined && now !== undefined) return before === now || Boolean(isEdited)
  return Boolean(isEdited) || (known.declaredAt !== undefined && known.declaredAt === again.declaredAt)
}

/** A schema's JSON Schema as text, where its library can tell it (the Standard JSON Schema trait). */
function fingerprint(schema: StandardSchemaV1): string | undefined {
  const standard = schema['~standard'] as StandardSchemaV1.Props & {
    jsonSchema?: { input(options: { target: string; libraryOptions?: object }): unknown }
  }
  if (standard.vendor === '@cgk-platform/jobs') return 'type alone'
  try {
    // zod would throw where a schema holds a date or a transform; asked so, it passes them by.
    const options = { target: 'draft-2020-12', libraryOptions: { unrepresentable: 'any' } }
    const json = standard.jsonSchema?.input(options)
    return json === undefined ? undefined : JSON.stringify(json)
  } catch {
    return undefined // the schema holds something that JSON Schema has no words for
  }
}
