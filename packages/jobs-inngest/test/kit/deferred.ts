/** A promise that a test settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
}

/** Creates a pending promise. */
export function createDeferred<T = void>(): Deferred<T> {
  let resolve = (_value: T): void => undefined
  const promise = new Promise<T>((onResolve) => {
    resolve = onResolve
  })
  return { promise, resolve: (value) => resolve(value) }
}
