import type { MaybePromise } from './engine-store.ts'

/** Calls `then` with a result: at once, or when its promise resolves. Returns the result of that. */
export function whenDone<T, Result>(value: MaybePromise<T>, then: (value: T) => Result): MaybePromise<Awaited<Result>> {
  return (value instanceof Promise ? value.then(then) : then(value)) as MaybePromise<Awaited<Result>>
}
