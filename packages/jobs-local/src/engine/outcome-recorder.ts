import type { Outcome } from '@cgk-platform/jobs-core/provider'

import type { StoredRun } from '../records/stored-run.ts'
import type { EndedRun } from '../store/engine-store.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import type { RunningAttempt } from './running-attempt.ts'

// Captured at load time, so that fake timers that a test installs later do not stop the engine.
const { queueMicrotask: microtask } = globalThis

class EndedAttempt implements EndedRun {
  readonly running: RunningAttempt
  readonly outcome: Outcome

  constructor(running: RunningAttempt, outcome: Outcome) {
    this.running = running
    this.outcome = outcome
  }

  get run(): StoredRun {
    return this.running.run
  }

  get attempt(): number {
    return this.running.attempt
  }

  get releasesSlot(): boolean {
    return !this.running.leftover
  }
}

/** Records the outcomes of attempts. In memory, those that end together are one change of the store. */
export class OutcomeRecorder {
  readonly #store: Pick<EngineDependencies['store'], 'settle' | 'shared'>
  readonly #recorded: (attempts: readonly RunningAttempt[]) => void
  #ended: EndedAttempt[] = []

  /** @param recorded - called with the attempts of a change once it is durable */
  constructor(
    { store }: { readonly store: Pick<EngineDependencies['store'], 'settle' | 'shared'> },
    recorded: (attempts: readonly RunningAttempt[]) => void,
  ) {
    this.#store = store
    this.#recorded = recorded
  }

  add(attempt: RunningAttempt, outcome: Outcome): void {
    const ended = new EndedAttempt(attempt, outcome)
    // A durable store gets each in a call of its own, because it can wait, or be rejected, without the others.
    if (this.#store.shared) this.#record([ended])
    else if (this.#ended.push(ended) === 1) microtask(() => this.#recordTogether())
  }

  #recordTogether(): void {
    const ended = this.#ended
    this.#ended = []
    this.#record(ended)
  }

  #record(ended: readonly EndedAttempt[]): void {
    const attempts = ended.map(({ running }) => running)
    const settling = this.#store.settle(ended, () => this.#recorded(attempts))
    const end = (): void => attempts.forEach((attempt) => attempt.setRecorded())
    if (settling) void settling.then(end)
    else end()
  }
}
