import type { StepRecord } from '@cgk-platform/jobs-core/provider'

/** A running attempt, with the means to abort it and to notify its code. */
export interface RunningAttempt {
  readonly abort: AbortController
  /** Notifies the code of a workflow that one of its waits was resolved. Set while code listens. */
  listener: ((step: StepRecord) => void) | undefined
  /** Calls `listener` when a wait is resolved. Returns a function that stops listening. */
  onWaitResolved(listener: (step: StepRecord) => void): () => void
}

/** The running attempts, by the ids of their runs. */
export class RunningAttempts {
  /** Can contain an earlier attempt of a run that another process took over and this one has claimed again. */
  readonly #all = new Map<RunningAttempt, Promise<void>>()
  readonly #byRun = new Map<string, RunningAttempt>()

  get size(): number {
    return this.#all.size
  }

  get ended(): readonly Promise<void>[] {
    return [...this.#all.values()]
  }

  /** Begins an attempt. `run` must call `remove` and resolve when the attempt has ended. */
  add(runId: string, run: (attempt: RunningAttempt) => Promise<void>): void {
    const attempt: RunningAttempt = {
      abort: new AbortController(),
      listener: undefined,
      onWaitResolved(listener) {
        attempt.listener = listener
        return () => {
          attempt.listener = undefined
        }
      },
    }
    this.#byRun.set(runId, attempt)
    this.#all.set(attempt, run(attempt))
  }

  remove(runId: string, attempt: RunningAttempt): void {
    this.#all.delete(attempt)
    if (this.#byRun.get(runId) === attempt) this.#byRun.delete(runId)
  }

  abort(runId: string, reason: Error): void {
    this.#byRun.get(runId)?.abort.abort(reason)
  }

  abortAll(reason: Error): void {
    for (const { abort } of this.#all.keys()) abort.abort(reason)
  }

  /** Returns whether the code of a workflow listens for its resolved waits. */
  hasListener(runId: string): boolean {
    return this.#byRun.get(runId)?.listener !== undefined
  }

  /** Notifies the code of a workflow that a wait was resolved, if any code listens. */
  notify(runId: string, step: StepRecord): void {
    this.#byRun.get(runId)?.listener?.(step)
  }
}
