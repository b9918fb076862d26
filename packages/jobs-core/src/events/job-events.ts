import type { BuiltInEvents } from './catalogue/built-in-events.ts'

/**
 * Every event by name. Add your own by declaration merging, with a schema's type or a plain payload type:
 *
 * ```ts
 * declare module '@cgk-platform/jobs' {
 *   interface JobEvents {
 *     'video.ready': typeof videoReady // a Standard Schema, registered with defineEvents
 *     'project.created': ProjectCreated // a type alone, registered with eventType()
 *   }
 * }
 * ```
 */
export interface JobEvents extends BuiltInEvents {}

/** The name of an event. One that is missing here is to be added to `JobEvents`. */
export type JobEvent = Extract<keyof JobEvents, string>

/** What a handler of this event gets: the schema's output, always with a tenant. */
export type JobPayload<Event extends JobEvent = JobEvent> = Event extends JobEvent
  ? WithTenant<OutputOf<JobEvents[Event]>>
  : never

/** What a sender of this event gives: the schema's input, always with a tenant. */
export type JobInput<Event extends JobEvent = JobEvent> = Event extends JobEvent
  ? WithTenant<InputOf<JobEvents[Event]>>
  : never

/** The events of a `defineEvents` result as an interface to extend: `interface JobEvents extends EventsOf<typeof events> {}`. */
export type EventsOf<Schemas> = { [Event in keyof Schemas]: Schemas[Event] }

// What a Standard Schema says of its types, and no more: holding every entry against the whole interface makes the
// compiler take three times as long over a thousand events.
interface Schema<Types> {
  readonly '~standard': { readonly types?: Types | undefined }
}
type OutputOf<Entry> = Entry extends Schema<{ readonly output: infer Output }> ? Output : Entry
type InputOf<Entry> = Entry extends Schema<{ readonly input: infer Input }> ? Input : Entry
type WithTenant<Payload> = Payload extends { tenantId: string } ? Payload : Payload & { tenantId: string }

/** A payload of which the tenant may be left out, since the client knows it. */
export type TenantInput<Event extends JobEvent> = Event extends JobEvent ? WithoutTenant<JobInput<Event>> : never

// By key rather than by `Omit`, which would flatten unions and index signatures.
type WithoutTenant<Payload> = Payload extends unknown
  ? { [Key in keyof Payload as Key extends 'tenantId' ? never : Key]: Payload[Key] } & { tenantId?: string }
  : never
