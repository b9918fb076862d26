import { type Outcome, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { ChangeCallbacks } from '../store/job-store.ts'
import type { EngineDependencies } from './engine-dependencies.ts'
import { isLargeOutcome } from './is-large-value.ts'
import type { RunningAttempt } from './running-attempt.ts'

// Captured at load time, so that fake timers that a test installs later do not stop the engine.
const { queueMicrotask: microtask } = globalThis

interface EndedAttempt {
  readonly attempt: RunningAttempt
  readonly outcome: Outcome
}

/** Records the outcomes of attempts. In memory, those that end together are one change of the store. */
export class OutcomeRecorder {
  readonly #dependencies: Pick<EngineDependencies, 'store' | 'clock'>
  readonly #recorded: (attempts: readonly RunningAttempt[]) => void
  #ended: EndedAttempt[] = []

  /** @param recorded - called with the attempts of a change once it is durable */
  constructor(
    dependencies: Pick<EngineDependencies, 'store' | 'clock'>,
    recorded: (attempts: readonly RunningAttempt[]) => void,
  ) {
    this.#dependencies = dependencies
    this.#recorded = recorded
  }

  add(attempt: RunningAttempt, outcome: Outcome): void {
    if (this.#dependencies.store.shared) this.#recordAlone(attempt, outcome)
    else if (this.#ended.push({ attempt, outcome }) === 1) microtask(() => this.#recordTogether())
  }

  #recordTogether(): void {
    const ended = this.#ended
    this.#ended = []
    this.#change(ended)
  }

  /** Records an outcome in a change of its own, which can wait, or be rejected, without the others. */
  #recordAlone(attempt: RunningAttempt, outcome: Outcome): void {
    const rejected = (problem: Error): void =>
      this.#change([{ attempt, outcome: { type: 'failed', error: toErrorInfo(problem) } }])
    this.#change([{ attempt, outcome }], { rejected, run: attempt.run, isLarge: isLargeOutcome(outcome) })
  }

  #change(ended: readonly EndedAttempt[], options?: Pick<ChangeCallbacks<void>, 'rejected' | 'run' | 'isLarge'>): void {
    const { store, clock } = this.#dependencies
    const attempts = ended.map(({ attempt }) => attempt)
    const settle = (): void => {
      const now = clock.now()
      for (const { attempt, outcome } of ended) {
        store.settle(attempt.run, attempt.attempt, outcome, now, !attempt.leftover)
      }
    }
    const settling = store.change(settle, { done: () => this.#recorded(attempts), ...options })
    const end = (): void => attempts.forEach((attempt) => attempt.setRecorded())
    if (settling) void settling.then(end)
    else end()
  }
}
