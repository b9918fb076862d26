import type { StepRecord } from '@cgk-platform/jobs-core/provider'

import type { RunningAttempt } from './running-attempt.ts'

/** The running attempts. There is no map by run: every job would pay for it, and only cancels and workflows search. */
export class RunningAttempts {
  /** Can contain an earlier attempt of a run that another process took over and this one has claimed again. */
  readonly #all = new Set<RunningAttempt>()
  /** Number of attempts in the batch of another. They hold no slots. */
  #inBatches = 0

  /** The number of attempts that hold a slot. */
  get size(): number {
    return this.#all.size - this.#inBatches
  }

  get recorded(): readonly Promise<void>[] {
    return Array.from(this.#all, ({ recorded }) => recorded)
  }

  /** The number of attempts that hold a slot, by definition. */
  get byDefinition(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const { run, leader } of this.#all)
      if (!leader) counts.set(run.definitionId, (counts.get(run.definitionId) ?? 0) + 1)
    return counts
  }

  add(attempt: RunningAttempt): void {
    this.#all.add(attempt)
    if (attempt.others === undefined) return
    this.#inBatches += attempt.others.length
    for (const other of attempt.others) this.#all.add(other)
  }

  remove(attempt: RunningAttempt): void {
    if (this.#all.delete(attempt) && attempt.leader) this.#inBatches--
  }

  abort(runId: string, reason: Error): void {
    this.#newestOf(runId)?.abort(reason)
  }

  abortAll(reason: Error): void {
    for (const attempt of this.#all) attempt.abort(reason)
  }

  /** Returns whether the code of a workflow listens for its resolved waits. */
  hasListener(runId: string): boolean {
    return this.#newestOf(runId)?.listener !== undefined
  }

  /** Notifies the code of a workflow that a wait was resolved, if any code listens. */
  notify(runId: string, step: StepRecord): void {
    this.#newestOf(runId)?.listener?.(step)
  }

  #newestOf(runId: string): RunningAttempt | undefined {
    let newest: RunningAttempt | undefined
    for (const attempt of this.#all) if (attempt.run.id === runId) newest = attempt
    return newest
  }
}
