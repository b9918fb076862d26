import type { StandardSchemaV1 } from '@standard-schema/spec'

/** An event known by its type alone: the tenant and the JSON are checked at run time, the rest by the compiler. */
export interface EventType<Payload> extends StandardSchemaV1<Payload> {
  /** A Standard Schema that takes anything: the type alone is checked, by the compiler. */
  readonly '~standard': StandardSchemaV1.Props<Payload> & { readonly vendor: '@cgk-platform/jobs' }
}

/** Declares an event by its TypeScript type, for `defineEvents({ 'project.created': eventType<ProjectCreated>() })`. */
export function eventType<Payload>(): EventType<Payload> {
  return {
    '~standard': {
      version: 1,
      vendor: '@cgk-platform/jobs',
      validate: (value) => ({ value: value as Payload }),
    },
  }
}
