import pg from 'pg'

import type { PgPool } from './pg-pool.ts'

/** The most connections of a process that runs jobs: one listens. */
const maxConnections = 4

/** A connection of this package's own pool. */
class Connection extends pg.Client {
  constructor(config: string | pg.ClientConfig = {}) {
    // A time limit of the pool would also hold for those that wait for a connection while others use them all.
    super({ ...(config as pg.ClientConfig), connectionTimeoutMillis: 10_000 })
    // It can be lost in the turn in which it is made, before anybody else listens. That would end the process.
    this.on('error', () => undefined)
  }
}

/**
 * Opens a pool of this package's own. It connects on its first use, also again after its end, because a closed client
 * still reads. It does not keep the process alive while no statement runs.
 *
 * @param onlySends - for a process that runs no jobs, which gets one connection
 */
export function openPool(connectionString: string, onlySends: boolean): PgPool {
  const options = {
    connectionString,
    max: onlySends ? 1 : maxConnections,
    Client: Connection,
    allowExitOnIdle: true,
    keepAlive: true,
    pipeline: true,
    fallback_application_name: '@cgk-platform/jobs',
  }
  let pool: pg.Pool | undefined
  const open = (): pg.Pool => {
    const opened = new pg.Pool(options)
    // The pool replaces an idle connection that was lost.
    opened.on('error', () => undefined)
    return opened
  }
  return {
    options,
    connect: () => (pool ??= open()).connect(),
    async end() {
      const ending = pool
      pool = undefined
      await ending?.end()
    },
  }
}
