import { ambient } from '../ambient.ts'

/** What follows a piece of code through everything that it awaits. */
export interface AsyncStorage<T> {
  run<R>(store: T, callback: () => R): R
  getStore(): T | undefined
}

interface AsyncHooks {
  AsyncLocalStorage: (new <T>() => AsyncStorage<T>) & { snapshot?(): <R>(callback: () => R) => R }
}

// Asked of the process rather than imported, so that this package loads where Node's modules do not exist.
const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }

/** Node's `async_hooks`, where there are any. */
export const asyncHooks = process?.getBuiltinModule?.('node:async_hooks') as AsyncHooks | undefined

/** The storage of this name: one for the process, however many copies of this package it has. */
export function asyncStorage<T>(slot: string): AsyncStorage<T> | undefined {
  return asyncHooks && ambient(slot, () => new asyncHooks.AsyncLocalStorage<T>())
}
