import type { JobStore } from './job-store.ts'

/**
 * Makes a change and returns its result, synchronously if the store applies it synchronously. Throws or rejects if the
 * change cannot be made.
 */
export function changeNow<T>(store: Pick<JobStore, 'change'>, work: () => T): T | Promise<T> {
  let made: { readonly result: T } | undefined
  let problem: Error | undefined
  const changing = store.change(work, {
    done: (result) => void (made = { result }),
    failed: (error) => void (problem = error),
  })
  const resultOrThrow = (): T => {
    if (made) return made.result
    throw problem ?? new TypeError('The store reported neither a result nor an error for a change.')
  }
  return changing ? changing.then(resultOrThrow) : resultOrThrow()
}
