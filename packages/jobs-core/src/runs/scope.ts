import type { JobClient } from '../client/job-client.ts'

interface Storage<T> {
  run<R>(store: T, callback: () => R): R
  getStore(): T | undefined
}

type AsyncHooks = { AsyncLocalStorage: new <T>() => Storage<T> }

let storage: Storage<JobClient> | undefined | null = null

// Asked of the process rather than imported, so that this package loads where Node's modules do not exist.
function scopes(): Storage<JobClient> | undefined {
  if (storage !== null) return storage
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  const hooks = process?.getBuiltinModule?.('node:async_hooks') as AsyncHooks | undefined
  return (storage = hooks && new hooks.AsyncLocalStorage<JobClient>())
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
