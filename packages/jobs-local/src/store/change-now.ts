import type { JobStore } from './job-store.ts'

/** Makes a change for somebody who waits for it: answers at once where it is made at once. Rejects where it cannot be made. */
export function changeNow<T>(store: Pick<JobStore, 'change'>, work: () => T): T | Promise<T> {
  let made: { readonly result: T } | undefined
  let problem: Error | undefined
  const changing = store.change(work, {
    done: (result) => void (made = { result }),
    failed: (error) => void (problem = error),
  })
  const answer = (): T => {
    if (made) return made.result
    throw problem ?? new TypeError('A change was neither made nor refused.')
  }
  return changing ? changing.then(answer) : answer()
}
