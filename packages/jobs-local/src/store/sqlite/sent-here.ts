import type { Envelope } from '@cgk-platform/jobs-core/provider'

/** How many envelopes are remembered at most. */
const mostRemembered = 20_000

/** The envelopes that this process has sent of late: most jobs are taken where they were sent, and need not be parsed. */
export class SentHere {
  readonly #byId = new Map<string, Envelope>()

  remember(envelopes: readonly Envelope[]): void {
    // What comes due later would be held for long.
    if (this.#byId.size + envelopes.length > mostRemembered) this.#byId.clear()
    for (const envelope of envelopes) if (envelope.runAt === undefined) this.#byId.set(envelope.id, envelope)
  }

  /** The envelope of a job, once. */
  take(jobId: string): Envelope | undefined {
    const envelope = this.#byId.get(jobId)
    if (envelope) this.#byId.delete(jobId)
    return envelope
  }

  /** Forgets the others: what has come due and was not taken here was taken elsewhere. */
  clear(): void {
    this.#byId.clear()
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0
  }
}
