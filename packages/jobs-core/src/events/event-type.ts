import type { StandardSchemaV1 } from '@standard-schema/spec'

import { type CheckedOptions, declareOptions, type DeclaredOptions } from '../options/declare-options.ts'
import { kindOf } from '../options/kind-of.ts'
import { custom } from '../options/kinds.ts'
import type { Json } from '../values/json.ts'
import type { JsonAlias, JsonPayload } from './json-payload.ts'
import { restoreDates } from './tagged-dates.ts'

/** Options of `eventType`. */
export interface EventTypeOptions {
  /**
   * The payload has dates. On the wire, a date is `{ $date: '2026-03-02T09:00:00.000Z' }`. Handlers get a `Date` again.
   * Default: a `Date` does not compile, and a send rejects it.
   */
  readonly dates: true
}

/**
 * An event declared with a TypeScript type and no schema. At run time, only the tenant is checked, and that the payload
 * is JSON.
 */
// An alias, because the compiler compares two types of one interface by their arguments, others member by member.
export type EventType<Payload> = StandardSchemaV1<Payload>

const eventTypeOptions: DeclaredOptions<CheckedOptions<Partial<EventTypeOptions>>> = declareOptions<
  Partial<EventTypeOptions>
>('`eventType`', {
  dates: custom((given: true, name, createError) => {
    if (given) return given
    throw createError(name, `is ${kindOf(given)}`, 'Pass `true`, or omit it.')
  }),
})

/**
 * Declares an event by its TypeScript type, for `defineEvents({ 'project.created': eventType<ProjectCreated>() })`. A type
 * with a field that JSON cannot hold, such as a `Date`, does not compile.
 */
// This signature costs the compiler less. The next one accepts more types, and reports mistakes.
export function eventType<Payload extends JsonAlias<Payload>>(): EventType<Payload>
/** Declares an event by any other TypeScript type that JSON can hold, such as an interface. */
export function eventType<Payload extends JsonPayload<Payload>>(): EventType<Payload>
/** Declares an event whose payload has a `Date` in any place. */
export function eventType<Payload extends JsonPayload<Payload, Date>>(options: EventTypeOptions): EventType<Payload>
export function eventType<Payload>(options?: EventTypeOptions): EventType<Payload> {
  const { dates } = eventTypeOptions.read(options)
  const standard: DatedProps<Payload> = {
    version: 1,
    vendor: '@cgk-platform/jobs',
    validate: (value) => (dates ? withDates<Payload>(value as Json) : { value: value as Payload }),
    ...(dates && { dates }),
  }
  return { '~standard': standard }
}

/** A member, because another copy of this module may have created the schema. */
interface DatedProps<Payload> extends StandardSchemaV1.Props<Payload> {
  readonly dates?: true
}

/** Returns true if the payloads of an event have tagged dates. */
export function hasDates(schema: StandardSchemaV1): boolean {
  return (schema['~standard'] as DatedProps<unknown>).dates === true
}

function withDates<Payload>(json: Json): StandardSchemaV1.Result<Payload> {
  const { value, wrong } = restoreDates(json)
  if (wrong.length === 0) return { value: value as Payload }
  const message = 'must be `{ "$date": "2026-03-02T09:00:00Z" }` with an ISO date'
  return { issues: wrong.map((path) => ({ message, path })) }
}
