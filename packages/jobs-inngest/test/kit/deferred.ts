/** A promise that a test settles when it wants. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
}

/** Makes one that is not settled. */
export function createDeferred<T = void>(): Deferred<T> {
  let resolve = (_value: T): void => undefined
  const promise = new Promise<T>((onResolve) => {
    resolve = onResolve
  })
  return { promise, resolve: (value) => resolve(value) }
}
