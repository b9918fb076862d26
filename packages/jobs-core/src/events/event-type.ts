import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { JsonAlias, JsonPayload } from './json-payload.ts'

/**
 * An event declared with a TypeScript type and no schema. At run time, only the tenant is checked, and that the payload
 * is JSON.
 */
// An alias, because the compiler compares two types of one interface by their arguments, others member by member.
export type EventType<Payload> = StandardSchemaV1<Payload>

/**
 * Declares an event by its TypeScript type, for `defineEvents({ 'project.created': eventType<ProjectCreated>() })`. A type
 * with a field that JSON cannot hold, such as a `Date`, does not compile.
 */
// This signature costs the compiler less. The next one accepts more types, and reports mistakes.
export function eventType<Payload extends JsonAlias<Payload>>(): EventType<Payload>
/** Declares an event by any other TypeScript type that JSON can hold, such as an interface. */
export function eventType<Payload extends JsonPayload<Payload>>(): EventType<Payload>
export function eventType<Payload>(): EventType<Payload> {
  return {
    '~standard': {
      version: 1,
      vendor: '@cgk-platform/jobs',
      validate: (value) => ({ value: value as Payload }),
    },
  }
}
