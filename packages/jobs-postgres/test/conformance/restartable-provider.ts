import { spawnSync } from 'node:child_process'

import type { JobHost } from '@cgk-platform/jobs-core/provider'
import { type Client, Pool } from 'pg'

import type { PgPool } from '../../src/database/pg-pool.ts'
import type { PostgresProvider } from '../../src/provider/postgres-provider.ts'
import type { TestDatabase } from '../kit/open-database.ts'

/** An engine that can be stopped as if its process had been killed. */
export interface Restartable {
  /** The engine that currently runs. */
  readonly provider: PostgresProvider
  restart(): Promise<void>
  /** Closes the connections of all engines. */
  close(): Promise<void>
}

/** Creates such an engine in this process, which itself is not killed. */
export function createRestartable(
  { url, database }: TestDatabase,
  create: (pool: PgPool) => PostgresProvider,
): Restartable {
  let host: JobHost | undefined
  const begin = () => {
    const pool = createMortalPool(url)
    return { pool, provider: create(pool) }
  }
  const pools = [begin()]
  const current = () => pools.at(-1)!
  const attach = (given: JobHost): unknown => current().provider.attach!((host = given))
  return {
    provider: new Proxy(current().provider, {
      get: (_first, key) => (key === 'attach' ? attach : Reflect.get(current().provider, key)),
    }),
    async restart() {
      const dead = current()
      dead.pool.kill()
      // Makes its workers appear to be processes that have ended.
      const { pid } = spawnSync(process.execPath, ['--version'])
      await database.query(
        `UPDATE {schema}.workers SET process = jsonb_set(process::jsonb, '{pid}', $1::jsonb)::text`,
        [String(pid)],
      )
      pools.push(begin())
      if (host) attach(host)
      void dead.provider.close!({ timeoutMs: 0 })
    },
    async close() {
      for (const { pool } of pools) pool.kill()
    },
  }
}

/** Creates a pool whose connections can all be ended at once, as those of a killed process. */
function createMortalPool(connectionString: string): PgPool & { kill(): void } {
  const pool = new Pool({ connectionString, max: 5 })
  pool.on('error', () => undefined)
  const clients = new Set<Client>()
  pool.on('connect', (client) => void clients.add(client as unknown as Client))
  let isDead = false
  return {
    options: pool.options,
    async connect() {
      if (isDead) throw Object.assign(new Error('The process was killed.'), { code: 'ECONNREFUSED' })
      return pool.connect()
    },
    end: () => pool.end(),
    kill() {
      isDead = true
      for (const client of clients) {
        client.on('error', () => undefined)
        void client.end().catch(() => undefined)
      }
    },
  }
}
