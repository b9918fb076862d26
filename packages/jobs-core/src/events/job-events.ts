import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { BuiltInEvents } from './catalogue/built-in-events.ts'
import type { NamedEvent } from './instance-events.ts'
import type { OwnEvent } from './own-event.ts'

/**
 * Your own events by name, in addition to the built-in ones. An event with the name of a built-in one replaces it. Add
 * them with declaration merging, with the type of a schema or of a payload:
 *
 * ```ts
 * declare module '@cgk-platform/jobs' {
 *   interface JobEvents {
 *     'video.ready': typeof videoReady // a Standard Schema, registered with defineEvents
 *     'project.created': ProjectCreated // a type without a schema, registered with eventType()
 *   }
 * }
 * ```
 */
export interface JobEvents {}

// An interface, because reading its members by name costs the compiler less than a conditional type.
interface AllEvents extends JobEvents, Omit<BuiltInEvents, keyof JobEvents> {}

/** The name of an event. Add missing names to `JobEvents`. */
// oxlint-disable-next-line typescript/no-redundant-type-constituents -- apps add names; `Extract` costs the compiler more
export type JobEvent = keyof AllEvents & string

// With an index signature, because a condition on `keyof AllEvents` costs the compiler three times as much.
type NamedEvents = AllEvents & { readonly [name: string]: unknown }

/** The payload that a handler of this event receives: the schema's output, with a tenant. */
export type JobPayload<Event extends JobEvent | StandardSchemaV1 = JobEvent> = WithTenant<
  OutputOf<Event extends string ? NamedEvents[Event] : Event>
>

/** The payload that a sender of this event, or of this job, passes: the schema's input, with a tenant. */
export type JobInput<Event extends JobEvent | StandardSchemaV1 | OwnEvent = JobEvent> = WithTenant<
  InputOf<Event extends string ? NamedEvents[Event] : Event extends OwnEvent<infer Schema> ? Schema : Event>
>

/** The name of an event, with its name or its schema, or of the event of a job with this schema. */
export type EventName<Event> = Event extends string
  ? Event
  : Event extends NamedEvent<infer Name, unknown>
    ? Name
    : OwnEvent['event']

/** The events of a `defineEvents` result. Extend it: `interface JobEvents extends EventsOf<typeof events> {}`. */
export type EventsOf<Schemas> = { [Event in keyof Schemas]: Schemas[Event] }

// Only the types of a Standard Schema, read by index. For a thousand events, the compiler takes three times as long with
// the whole interface, and a tenth longer with `infer`.
interface Schema {
  readonly '~standard': { readonly types?: { readonly input: unknown; readonly output: unknown } | undefined }
}
type OutputOf<Entry> = Entry extends Schema ? NonNullable<Entry['~standard']['types']>['output'] : Entry
type InputOf<Entry> = Entry extends Schema ? NonNullable<Entry['~standard']['types']>['input'] : Entry
type WithTenant<Payload> = Payload extends { tenantId: string } ? Payload : Payload & { tenantId: string }

/** The payload that a sender of an event with this schema passes. Costs the compiler less than `JobInput`. */
export type SchemaInput<Entry> = WithTenant<InputOf<Entry>>

/** A payload with an optional tenant, for a client that already has the tenant. */
export type TenantInput<Event extends JobEvent | StandardSchemaV1 | OwnEvent> = WithoutTenant<JobInput<Event>>

// `Omit` would flatten unions and index signatures.
type WithoutTenant<Payload> = Payload extends unknown
  ? { [Key in keyof Payload as Key extends 'tenantId' ? never : Key]: Payload[Key] } & { tenantId?: string }
  : never
