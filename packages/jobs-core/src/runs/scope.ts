import { ambient } from '../ambient.ts'
import type { JobClient } from '../client/job-client.ts'

interface Storage<T> {
  run<R>(store: T, callback: () => R): R
  getStore(): T | undefined
}

interface AsyncHooks {
  AsyncLocalStorage: (new <T>() => Storage<T>) & { snapshot?(): <R>(callback: () => R) => R }
}

// Asked of the process rather than imported, so that this package loads where Node's modules do not exist.
const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
const hooks = process?.getBuiltinModule?.('node:async_hooks') as AsyncHooks | undefined

// Taken while this module loads, outside of any request: what an engine begins belongs to none.
const outside = hooks?.AsyncLocalStorage.snapshot?.()

/** One storage for the process, however many copies of this package it has. */
function scopes(): Storage<JobClient> | undefined {
  return hooks && ambient('scopes', () => new hooks.AsyncLocalStorage<JobClient>())
}

/**
 * Runs code in which `sendJob` and its siblings use this client: a handler's sends go to the engine that runs it, not
 * to the process's default. Where the platform has no async context, the default client is used.
 */
export function runWithClient<T>(client: JobClient | undefined, callback: () => T): T {
  const scope = client && scopes()
  return scope ? scope.run(client, callback) : callback()
}

/** The client of the handler that is running, if any. */
export function scopedClient(): JobClient | undefined {
  return scopes()?.getStore()
}

/**
 * Runs code outside of the async context it is called in. An engine wakes up in that of whoever sent last, and what it
 * begins then may be another tenant's.
 */
export function runDetached<T>(callback: () => T): T {
  return outside ? outside(callback) : callback()
}
