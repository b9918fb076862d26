import { afterStart, nextStartAt, type ThrottleLimits, type ThrottleState } from '@cgk-platform/jobs-core/scheduling'

import type { Connection } from '../file/connection.ts'
import type { BucketName } from '../tables/lanes-table.ts'
import type { Slots } from './definition-slots.ts'

interface BucketRow {
  readonly state: number | null
  readonly open_at: number | null
}

const isBucket = 'definition_id = ? AND tenant = ? AND key = ?'

/** The slots of runs that start for the first time, which a throttle limits. Its state is in the file. */
export class Bucket implements Slots {
  readonly #connection: Connection
  readonly #name: readonly [string, string, string]
  readonly #limits: ThrottleLimits
  readonly #slots: Slots
  readonly #now: number
  #row: BucketRow | undefined
  #state: ThrottleState

  constructor(
    connection: Connection,
    { definitionId, tenant, key }: BucketName,
    { limits, slots, now }: { limits: ThrottleLimits; slots: Slots; now: number },
  ) {
    this.#connection = connection
    this.#name = [definitionId, tenant, key]
    this.#limits = limits
    this.#slots = slots
    this.#now = now
    this.#row = connection.get<BucketRow>(`SELECT state, open_at FROM cgk_lanes WHERE ${isBucket}`, ...this.#name)
    this.#state = this.#row?.state ?? undefined
  }

  get free(): number {
    return Math.min(this.#slots.free, this.#starts)
  }

  freeOf(tenant: string): number {
    return this.#slots.freeOf(tenant)
  }

  freeOfKey(tenant: string, key: string): number {
    return this.#slots.freeOfKey(tenant, key)
  }

  take(tenant: string, key: string, count: number): void {
    this.#slots.take(tenant, key, count)
    for (let start = 0; start < count; start++) this.#state = afterStart(this.#state, this.#limits, this.#now)
  }

  /** Number of runs that may start now. */
  get #starts(): number {
    const { burst = 1, limit, periodMs } = this.#limits
    const at = nextStartAt(this.#state, this.#limits)
    if (at > this.#now) return 0
    return at === Number.NEGATIVE_INFINITY
      ? burst
      : Math.min(burst, Math.floor(((this.#now - at) * limit) / periodMs) + 1)
  }

  /** Writes the state, and when the next run may start. A lane without a run is no longer looked at. */
  write(hasWaiting: boolean): void {
    const nextAt = nextStartAt(this.#state, this.#limits)
    // Of a throttle without a key, only the time matters, so that a timer can wake the engine.
    const isLane = this.#name[1] !== ''
    const knownAt = this.#row?.open_at ?? 0
    // An earlier time is that of a worker with other limits. The two would change it in turn, without end.
    const wakeAt = isLane || knownAt <= this.#now ? nextAt : Math.min(nextAt, knownAt)
    const openAt = !hasWaiting ? null : nextAt > this.#now ? Math.ceil(wakeAt) : isLane ? 0 : null
    const state = this.#state !== undefined && this.#state > this.#now ? this.#state : null
    if (this.#row ? this.#row.state === state && this.#row.open_at === openAt : state === null && openAt === null)
      return
    const sql =
      state === null && openAt === null
        ? `DELETE FROM cgk_lanes WHERE ${isBucket}`
        : 'INSERT INTO cgk_lanes (definition_id, tenant, key, state, open_at) VALUES (?, ?, ?, ?, ?) ' +
          'ON CONFLICT (definition_id, tenant, key) DO UPDATE SET state = excluded.state, open_at = excluded.open_at'
    const isDeleted = state === null && openAt === null
    this.#connection.run(sql, ...this.#name, ...(isDeleted ? [] : [state, openAt]))
    this.#row = isDeleted ? undefined : { state, open_at: openAt }
  }
}
