import { asyncHooks, asyncStorage, type AsyncStorage } from '../runtime/async-storage.ts'
import type { JobSender } from '../sends/job-sender.ts'

// Taken while this module loads, outside any request, so that work of an engine belongs to no request.
const outside = asyncHooks?.AsyncLocalStorage.snapshot?.()

function scopes(): AsyncStorage<JobSender> | undefined {
  return asyncStorage('scopes')
}

/**
 * Runs `callback` with `client` as the client of `sendJob` and the other module functions. A handler's sends go to the
 * engine that runs it, not to the default client. Without async context on the platform, they use the default client.
 */
export function runWithClient<T>(client: JobSender | undefined, callback: () => T): T {
  const scope = client && scopes()
  return scope ? scope.run(client, callback) : callback()
}

/** Calls `callback` with an argument in a fixed async context. */
export type Scope = <A, R>(callback: (argument: A) => R, argument: A) => R

/**
 * Creates the async context for the handlers of an engine: `client`, and nothing of the code that wakes the engine.
 * Entering it takes half the time of `runWithClient`.
 */
export function createScope(client: JobSender | undefined): Scope {
  const fallback: Scope = (callback, argument) => runWithClient(client, () => callback(argument))
  const enter = runDetached(() => runWithClient(client, () => asyncHooks?.AsyncLocalStorage.snapshot?.()))
  if (!asyncHooks || !enter) return fallback
  const { AsyncLocalStorage, AsyncResource } = asyncHooks
  // Before Node 24, what a handler enters stays in the snapshot. There, each call gets a resource of its own.
  const probe = new AsyncLocalStorage<true>()
  enter(() => probe.enterWith(true))
  if (!enter(() => probe.getStore())) return enter
  return (callback, argument) =>
    enter(() => new AsyncResource('CGK_JOB').runInAsyncScope(callback, undefined, argument))
}

/** Returns the client of the running handler, if any. */
export function scopedClient(): JobSender | undefined {
  return scopes()?.getStore()
}

/**
 * Runs `callback` outside the current async context. An engine may wake up in the context of the last send, and then
 * run work of another tenant.
 */
export function runDetached<T>(callback: () => T): T {
  return outside ? outside(callback) : callback()
}
