import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

import type { Database } from './database.ts'

/** A clock of this process that shows the time of the database. For timers and steps: statements ask the database. */
export interface DatabaseClock extends Clock {
  /** Measures how far the clocks are apart. */
  synchronize(database: Pick<Database, 'transaction'>): Promise<void>
}

/** Creates the clock. Until it is synchronized, it shows the time of this machine. */
export function createDatabaseClock(clock: Clock = systemClock): DatabaseClock {
  let offsetMs = 0
  return {
    ...clock,
    now: () => Math.round(clock.now() + offsetMs),
    async synchronize(database) {
      // A transaction has its connection before: the wait for one of the pool would count as time on the way.
      await database.transaction(async (transaction) => {
        const sentAt = clock.now()
        const [row] = await transaction.query<{ now: number }>('SELECT {schema}.now_ms() AS now')
        const receivedAt = clock.now()
        // The database read its clock at some moment of the round trip.
        offsetMs = row!.now - (sentAt + receivedAt) / 2
      })
    },
  }
}
