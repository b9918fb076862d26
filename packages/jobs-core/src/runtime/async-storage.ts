import { processState } from './process-state.ts'

/** A value that follows code through everything it awaits. */
export interface AsyncStorage<T> {
  enterWith(store: T): void
  run<R>(store: T, callback: () => R): R
  getStore(): T | undefined
}

interface AsyncHooks {
  AsyncLocalStorage: (new <T>() => AsyncStorage<T>) & {
    snapshot?(): <R, A extends unknown[]>(callback: (...args: A) => R, ...args: A) => R
  }
  AsyncResource: new (type: string) => {
    runInAsyncScope<R, A extends unknown[]>(callback: (...args: A) => R, self: undefined, ...args: A): R
  }
}

// Not imported, so that this package loads on platforms without Node's modules.
const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }

/** Node's `async_hooks`; `undefined` on platforms without them. */
export const asyncHooks = process?.getBuiltinModule?.('node:async_hooks') as AsyncHooks | undefined

/** Returns the storage of this name. All copies of this package in the process share it. */
export function asyncStorage<T>(slot: string): AsyncStorage<T> | undefined {
  return asyncHooks && processState(slot, () => new asyncHooks.AsyncLocalStorage<T>())
}
