import type { JobHost } from '@cgk-platform/jobs-core/provider'
import { runDetached, type Timer } from '@cgk-platform/jobs-core/scheduling'

import type { BegunWork, Capacity } from '../store/engine-store.ts'
import type { EngineDependencies } from './engine-dependencies.ts'

/** Pause before a pass that failed is tried again, in milliseconds. */
const retryPauseMs = 1000

/** The callbacks of a `StorePass`. */
export interface StorePassCallbacks {
  /** Returns the capacity for new attempts. Called when the store begins the pass. */
  capacity(): Capacity
  /** Called with the work that the pass has begun, once that is durable. */
  done(begun: BegunWork): void
}

/** The dependencies of a `StorePass`. */
export interface StorePassDependencies extends Pick<EngineDependencies, 'store' | 'clock'> {
  readonly host: Pick<JobHost, 'logger'>
}

/**
 * Passes over the store, one at a time. One that fails is tried again after a pause, because a store that is damaged or
 * cannot be reached can recover.
 */
export class StorePass {
  readonly #dependencies: StorePassDependencies
  readonly #callbacks: StorePassCallbacks
  #isPending = false
  /** Whether another pass was wanted after the pending one may have looked. */
  #isAgain = false
  #isStopped = false
  #problem: Error | undefined
  #hasSucceeded = false
  #retry: Timer | undefined

  constructor(dependencies: StorePassDependencies, callbacks: StorePassCallbacks) {
    this.#dependencies = dependencies
    this.#callbacks = callbacks
  }

  /** Why the last pass failed; `undefined` if it did not. */
  get problem(): Error | undefined {
    return this.#problem
  }

  /** Begins a pass. If one is pending that may have looked at the store already, another one follows. */
  begin(): void {
    if (this.#isPending) {
      this.#isAgain = true
      this.#retry?.hold(true)
      return
    }
    this.#isPending = true
    this.#dependencies.store.begin(() => this.#capacity(), {
      done: (begun) => this.#done(begun),
      failed: (problem) => this.#failed(problem),
    })
  }

  /** Begins nothing from now on. A pending pass would register a worker that has left its file. */
  stop(): void {
    this.#isStopped = true
    this.#retry?.cancel()
  }

  #capacity(): Capacity | undefined {
    this.#isAgain = false
    return this.#isStopped ? undefined : this.#callbacks.capacity()
  }

  #done(begun: BegunWork): void {
    this.#isPending = false
    this.#hasSucceeded = true
    if (this.#problem) this.#dependencies.host.logger.info('Jobs can be begun again.')
    this.#problem = undefined
    if (this.#isStopped) return // the store frees what it has begun when it closes
    this.#callbacks.done(begun)
    if (this.#isAgain) this.begin()
  }

  #failed(problem: Error): void {
    const isKnown = this.#problem !== undefined
    this.#problem = problem
    if (this.#isStopped) return
    if (!isKnown) this.#dependencies.host.logger.error('No job can be begun at the moment.', { error: problem })
    this.#retry = this.#dependencies.clock.setTimer(retryPauseMs, () => {
      this.#retry = undefined
      this.#isPending = false
      runDetached(() => this.begin())
    })
    // A store that never answered has no work that this process knows of.
    if (!this.#hasSucceeded && !this.#isAgain) this.#retry.hold(false)
  }
}
