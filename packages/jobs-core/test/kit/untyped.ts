import type { JobClient, TenantClient } from '../../src/client/job-client.ts'

type Untyped<T> = { [K in keyof T]: T[K] extends (...args: never[]) => infer R ? (...args: unknown[]) => R : T[K] }

/** Returns a client without argument types, as in plain JavaScript. */
export function untyped<T extends JobClient | TenantClient>(client: T): Untyped<T> {
  return client as unknown as Untyped<T>
}
