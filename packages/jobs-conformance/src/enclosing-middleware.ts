import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<readonly string[]>()

/** Returns the names of the middleware around the running code, the outermost first. */
export function enclosingMiddleware(): readonly string[] {
  return storage.getStore() ?? []
}

/** Runs code inside one more middleware. */
export function runInsideMiddleware<T>(name: string, run: () => T): T {
  return storage.run([...enclosingMiddleware(), name], run)
}
