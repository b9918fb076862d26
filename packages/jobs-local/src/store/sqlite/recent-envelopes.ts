import type { Envelope } from '@cgk-platform/jobs-core/provider'

/** Maximum number of envelopes to cache. */
const maxRemembered = 20_000

/**
 * A cache of the envelopes that this process sent recently. The sender takes most jobs itself and need not parse them.
 */
export class RecentEnvelopes {
  readonly #byId = new Map<string, Envelope>()

  add(envelopes: readonly Envelope[]): void {
    // Delayed jobs are not cached: they would stay in memory for too long.
    if (this.#byId.size + envelopes.length > maxRemembered) this.#byId.clear()
    for (const envelope of envelopes) if (envelope.runAt === undefined) this.#byId.set(envelope.id, envelope)
  }

  /** Returns the envelope of a job and removes it. */
  take(jobId: string): Envelope | undefined {
    const envelope = this.#byId.get(jobId)
    if (envelope) this.#byId.delete(jobId)
    return envelope
  }

  /** Removes all envelopes. Other processes have taken their jobs. */
  clear(): void {
    this.#byId.clear()
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0
  }
}
