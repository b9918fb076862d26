import type { Clock, Envelope } from '@cgk-platform/jobs-core/provider'
import { sentAtOf } from '@cgk-platform/jobs-core/scheduling'

import type { Queryable } from '../../database/database.ts'

/**
 * Time by which the clocks of senders may differ from that of the database, in milliseconds, without a record of it. An
 * id begins with the time of the sender.
 */
const leastMs = 5_000

/** Returns by how much the time in the id of a job may differ from that of its send, in milliseconds. */
export async function readClockSkew(queryable: Queryable): Promise<number> {
  const [row] = await queryable.query<{ ms: number }>('SELECT clock_skew_ms AS ms FROM {schema}.upkeep')
  return Math.max(leastMs, row?.ms ?? 0)
}

/** Records by how much the clocks of the senders in this process differ from that of the database. */
export class ClockSkew {
  readonly #queryable: Queryable
  readonly #clock: Pick<Clock, 'now'>
  #knownMs = leastMs

  /** @param clock - shows the time of the database */
  constructor(queryable: Queryable, clock: Pick<Clock, 'now'>) {
    this.#queryable = queryable
    this.#clock = clock
  }

  /** Resolves once the jobs can be found by the time of their send. `undefined`: they can. */
  note(envelopes: readonly Pick<Envelope, 'id'>[]): Promise<void> | undefined {
    const now = this.#clock.now()
    const ms = envelopes.reduce((most, { id }) => Math.max(most, Math.abs(sentAtOf(id) - now)), 0)
    return ms + leastMs / 2 <= this.#knownMs ? undefined : this.#record(2 * ms)
  }

  async #record(ms: number): Promise<void> {
    const sql = 'UPDATE {schema}.upkeep SET clock_skew_ms = greatest(clock_skew_ms, $1)'
    await this.#queryable.query(sql, [Math.ceil(ms) + leastMs])
    this.#knownMs = Math.max(this.#knownMs, ms)
  }
}

/** Returns up to when jobs that have ended may have been deleted. */
export async function readDeletedUntil(queryable: Queryable): Promise<number> {
  const [row] = await queryable.query<{ at: number }>('SELECT deleted_until AS at FROM {schema}.upkeep')
  return row?.at ?? 0
}
