import { runDetached, type Timer } from '@cgk-platform/jobs-core/scheduling'

import type { EngineDependencies } from './engine-dependencies.ts'

/** Pause before a pass that failed is tried again, in milliseconds. */
const retryPauseMs = 1000

/** The callbacks of a `StorePass`. */
export interface StorePassCallbacks<T> {
  /** Changes the store, after the other changes of its transaction. */
  work(): T
  /** Called with the result of `work` once it is durable. */
  done(result: T): void
}

/**
 * Passes over the store, one at a time. The store repeats a pass until it is durable. One that fails is tried again
 * after a pause, because damage in a file can be repaired.
 */
export class StorePass<T> {
  readonly #dependencies: EngineDependencies
  readonly #callbacks: StorePassCallbacks<T>
  #isPending = false
  #isStopped = false
  #problem: Error | undefined
  #retry: Timer | undefined

  constructor(dependencies: EngineDependencies, callbacks: StorePassCallbacks<T>) {
    this.#dependencies = dependencies
    this.#callbacks = callbacks
  }

  /** Why the last pass failed; `undefined` if it did not. */
  get problem(): Error | undefined {
    return this.#problem
  }

  /** Begins a pass, unless one is pending. */
  begin(): void {
    if (this.#isPending) return
    this.#isPending = true
    const { store, clock } = this.#dependencies
    void store.change(() => (this.#isStopped ? undefined : this.#callbacks.work()), {
      done: (result) => {
        this.#isPending = false
        this.#problem = undefined
        if (result !== undefined) this.#callbacks.done(result)
      },
      rejected: (problem) => {
        this.#problem = problem
        if (this.#isStopped) return
        this.#retry = clock.setTimer(retryPauseMs, () => {
          this.#isPending = false
          runDetached(() => this.begin())
        })
      },
      last: true,
    })
  }

  /** Begins nothing from now on. A pending pass would register a worker that has left its file. */
  stop(): void {
    this.#isStopped = true
    this.#retry?.cancel()
  }
}
