import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<readonly string[]>()

/** Names the middleware that the running code is inside of, the outermost first. */
export function enclosingLayers(): readonly string[] {
  return storage.getStore() ?? []
}

/** Runs code inside of one more middleware. */
export function insideLayer<T>(name: string, run: () => T): T {
  return storage.run([...enclosingLayers(), name], run)
}
