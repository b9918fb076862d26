import type { StandardSchemaV1 } from '@standard-schema/spec'

import type { BuiltInEvents } from './catalogue/built-in-events.ts'
import type { EventType } from './event-type.ts'

/** Events by name, each with its schema. */
export type EventSchemas = Readonly<Record<string, StandardSchemaV1>>

declare const eventName: unique symbol

/** The schema of an event with the event's name, as types. No value has this type. */
export type NamedEvent<Name extends string = string, Schema = StandardSchemaV1> = Schema & {
  readonly [eventName]: Name
}

/** The names of the events of a `createJobs`: its own and the built-in ones. */
export type EventNameOf<Events extends EventSchemas> = (keyof Events & string) | keyof BuiltInEvents

/** An event of a `createJobs`. An event with the name of a built-in one replaces it. */
export type EventIn<Events extends EventSchemas, Name> = Name extends keyof Events & string
  ? NamedEvent<Name, Events[Name]>
  : Name extends keyof BuiltInEvents
    ? NamedEvent<Name, EventType<BuiltInEvents[Name]>>
    : never
