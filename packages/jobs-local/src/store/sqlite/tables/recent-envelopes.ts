import type { Envelope } from '@cgk-platform/jobs-core/provider'

/** Maximum number of envelopes to cache. */
const maxRemembered = 20_000

/**
 * A cache of the envelopes that this process sent recently. The sender takes most jobs itself and need not parse them.
 */
export class RecentEnvelopes {
  readonly #bySeq = new Map<number, Envelope>()

  /** Adds the envelope of a job by its row key. */
  add(seq: number, envelope: Envelope): void {
    // Delayed jobs are not cached: they would stay in memory for too long.
    if (envelope.runAt !== undefined) return
    if (this.#bySeq.size === maxRemembered) this.#bySeq.clear()
    this.#bySeq.set(seq, envelope)
  }

  /** Returns the envelope of a job and removes it. */
  take(seq: number, id: string): Envelope | undefined {
    const envelope = this.#bySeq.get(seq)
    if (envelope) this.#bySeq.delete(seq)
    // After a rollback, a job of another process may have the key.
    return envelope?.id === id ? envelope : undefined
  }

  /** Removes all envelopes. Other processes have taken their jobs. */
  clear(): void {
    this.#bySeq.clear()
  }

  get isEmpty(): boolean {
    return this.#bySeq.size === 0
  }
}
