import type { JobClient, TenantClient } from '../../src/client/job-client.ts'

type Untyped<T> = { [K in keyof T]: T[K] extends (...args: never[]) => infer R ? (...args: unknown[]) => R : T[K] }

/** A client as plain JavaScript has it: it may be called with anything. */
export function untyped<T extends JobClient | TenantClient>(client: T): Untyped<T> {
  return client as unknown as Untyped<T>
}
