import type { Envelope } from '@cgk-platform/jobs-core/provider'

import { turnBatch } from '../../rules/turn-batch.ts'
import { DueQueue } from '../../queues/due-queue.ts'

interface TakenKey {
  /** Empty once it was erased. */
  name: string
  readonly jobId: string
  readonly expiresAt: number
}

/** The idempotency keys in use, with their jobs and expiry. A key is scoped by tenant and event. */
export class IdempotencyKeys {
  readonly #taken = new Map<string, TakenKey>()
  readonly #expiring = new DueQueue<TakenKey>(() => false)

  /** Returns the id of the job that holds the envelope's key. */
  holder(envelope: Envelope, now: number): string | undefined {
    this.#expire(now)
    const name = nameOf(envelope)
    const taken = name === undefined ? undefined : this.#taken.get(name)
    return taken && taken.expiresAt > now ? taken.jobId : undefined
  }

  take(envelope: Envelope, now: number): void {
    const name = nameOf(envelope)
    if (name === undefined) return
    const taken = { name, jobId: envelope.id, expiresAt: now + (envelope.idempotencyTtlMs ?? 0) }
    this.#taken.set(name, taken)
    this.#expiring.push(taken.expiresAt, taken)
  }

  /** Removes the keys of a tenant that no job holds. */
  erase(tenantId: string, isHeld: (jobId: string) => boolean): void {
    const prefix = `${JSON.stringify([tenantId]).slice(0, -1)},`
    for (const [name, taken] of this.#taken) {
      if (!name.startsWith(prefix) || isHeld(taken.jobId)) continue
      this.#taken.delete(name)
      taken.name = ''
    }
  }

  /** Number of keys in memory. */
  get size(): number {
    return this.#taken.size
  }

  /** Removes a batch of expired keys. */
  #expire(now: number): void {
    for (let count = 0; count < turnBatch; count++) {
      const key = this.#expiring.takeDue(now)
      if (!key) return
      if (this.#taken.get(key.name) === key) this.#taken.delete(key.name)
    }
  }
}

function nameOf({ tenantId, event, idempotencyKey }: Envelope): string | undefined {
  return idempotencyKey === undefined ? undefined : JSON.stringify([tenantId, event, idempotencyKey])
}
