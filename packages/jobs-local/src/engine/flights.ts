import type { StepRecord } from '@cgk-platform/jobs-core'

/** An attempt under way, as its host is told of what happens meanwhile. */
export interface Flight {
  readonly abort: AbortController
  /** Tells the code of a workflow that a wait of it was answered; set while there is code that would want to know. */
  answered: ((step: StepRecord) => void) | undefined
  /** Calls back when a wait was answered; the answer ends it. */
  onAnswer(listener: (step: StepRecord) => void): () => void
}

/** The attempts that are under way, by the ids of their runs. */
export class Flights {
  readonly #byRun = new Map<string, Flight & { readonly ended: Promise<void> }>()

  get size(): number {
    return this.#byRun.size
  }

  get ended(): readonly Promise<void>[] {
    return [...this.#byRun.values()].map(({ ended }) => ended)
  }

  /** Begins an attempt; `fly` resolves when it has ended and was forgotten with `remove`. */
  add(runId: string, fly: (flight: Flight) => Promise<void>): void {
    const flight: Flight = {
      abort: new AbortController(),
      answered: undefined,
      onAnswer(listener) {
        flight.answered = listener
        return () => {
          flight.answered = undefined
        }
      },
    }
    this.#byRun.set(runId, Object.assign(flight, { ended: fly(flight) }))
  }

  remove(runId: string): void {
    this.#byRun.delete(runId)
  }

  has(runId: string): boolean {
    return this.#byRun.has(runId)
  }

  abort(runId: string, reason: Error): void {
    this.#byRun.get(runId)?.abort.abort(reason)
  }

  abortAll(reason: Error): void {
    for (const { abort } of this.#byRun.values()) abort.abort(reason)
  }

  /** Tells the code of a workflow that a wait was answered; false where none is there to be told. */
  tell(runId: string, step: StepRecord): boolean {
    const answered = this.#byRun.get(runId)?.answered
    answered?.(step)
    return answered !== undefined
  }
}
