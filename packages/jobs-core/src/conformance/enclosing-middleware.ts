import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<readonly string[]>()

/** Names the middleware that the running code is inside of, the outermost first. */
export function enclosingMiddleware(): readonly string[] {
  return storage.getStore() ?? []
}

/** Runs code inside of one more middleware. */
export function runInsideMiddleware<T>(name: string, run: () => T): T {
  return storage.run([...enclosingMiddleware(), name], run)
}
