import type { StepRecord } from '@cgk-platform/jobs-core/provider'

/** An attempt under way, as its host is told of what happens meanwhile. */
export interface RunningAttempt {
  readonly abort: AbortController
  /** Tells the code of a workflow that a wait of it was answered; set while there is code that would want to know. */
  answered: ((step: StepRecord) => void) | undefined
  /** Calls back when a wait was answered; the answer ends it. */
  onWaitResolved(listener: (step: StepRecord) => void): () => void
}

/** The attempts that are under way, by the ids of their runs. */
export class RunningAttempts {
  /** Of a run that was taken over, and that this process has claimed again since, there may be an earlier one. */
  readonly #all = new Map<RunningAttempt, Promise<void>>()
  readonly #byRun = new Map<string, RunningAttempt>()

  get size(): number {
    return this.#all.size
  }

  get ended(): readonly Promise<void>[] {
    return [...this.#all.values()]
  }

  /** Begins an attempt; `run` resolves when it has ended and was forgotten with `remove`. */
  add(runId: string, run: (attempt: RunningAttempt) => Promise<void>): void {
    const attempt: RunningAttempt = {
      abort: new AbortController(),
      answered: undefined,
      onWaitResolved(listener) {
        attempt.answered = listener
        return () => {
          attempt.answered = undefined
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

  /** True while there is code of a workflow that would be told of an answer. */
  listens(runId: string): boolean {
    return this.#byRun.get(runId)?.answered !== undefined
  }

  /** Tells the code of a workflow that a wait was answered, where there is any to be told. */
  tell(runId: string, step: StepRecord): void {
    this.#byRun.get(runId)?.answered?.(step)
  }
}
