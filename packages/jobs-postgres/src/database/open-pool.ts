import pg from 'pg'

import type { PgPool } from './pg-pool.ts'

/** The most connections of a process that runs jobs: one listens. */
const maxConnections = 4

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
    allowExitOnIdle: true,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    pipeline: true,
    fallback_application_name: '@cgk-platform/jobs',
  }
  let pool: pg.Pool | undefined
  const open = (): pg.Pool => {
    const opened = new pg.Pool(options)
    // The pool replaces an idle connection that was lost.
    opened.on('error', () => undefined)
    // A server that stops can end a connection in the moment in which the pool hands it out, before anyone listens to it.
    opened.on('connect', (client) => void client.on('error', () => undefined))
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
