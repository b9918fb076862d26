import type { JobClient } from '../client/job-client.ts'
import { asyncHooks, asyncStorage, type AsyncStorage } from './async-storage.ts'

// Taken while this module loads, outside of any request: what an engine begins belongs to none.
const outside = asyncHooks?.AsyncLocalStorage.snapshot?.()

function scopes(): AsyncStorage<JobClient> | undefined {
  return asyncStorage('scopes')
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
