import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

import type { Database } from './database.ts'

/**
 * A clock of this process that shows the time of the database, or a moment less. For timers and steps: statements ask the
 * database.
 */
export interface DatabaseClock extends Clock {
  /** Measures how far the clocks are apart. */
  synchronize(database: Pick<Database, 'transaction'>): Promise<void>
}

/** Number of measurements. The one with the shortest round trip counts, because a process can be suspended during one. */
const measurements = 3

/** Creates the clock. Until it is synchronized, it shows the time of this machine. */
export function createDatabaseClock(clock: Clock = systemClock): DatabaseClock {
  let offsetMs = 0
  return {
    ...clock,
    now: () => Math.round(clock.now() + offsetMs),
    async synchronize(database) {
      // A transaction has its connection before: the wait for one of the pool would count as time on the way.
      await database.transaction(async (transaction) => {
        let shortestMs = Number.POSITIVE_INFINITY
        for (let count = 0; count < measurements; count++) {
          const sentAt = clock.now()
          const [row] = await transaction.query<{ now: number }>('SELECT {schema}.now_ms() AS now')
          const receivedAt = clock.now()
          if (receivedAt - sentAt >= shortestMs) continue
          shortestMs = receivedAt - sentAt
          // The database read its clock before its answer came, and both times are whole milliseconds. A clock that is
          // ahead would let a wait begin after the event that it is for.
          offsetMs = row!.now - receivedAt - 1
        }
      })
    },
  }
}
