import type { StandardSchemaV1 } from '@standard-schema/spec'

/**
 * An event declared with a TypeScript type and no schema. At run time, only the tenant is checked, and that the payload
 * is JSON.
 */
export interface EventType<Payload> extends StandardSchemaV1<Payload> {
  /** A Standard Schema that accepts any value. Only the compiler checks the type. */
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
