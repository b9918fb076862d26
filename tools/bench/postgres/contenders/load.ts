import { createJobClient, defineJob } from '@cgk-platform/jobs'
import type { PostgresConfig } from '@cgk-platform/jobs-postgres'
import type { ContenderOptions, LoadModule } from 'bench-peers/contender'
import type { Pool } from 'pg'

import { openEnginePool } from '../statements/engine-pool.ts'
import { untilAware } from './until-aware.ts'

/** Opens a process of the PostgreSQL engine. With `polls`, it receives no notifications, as behind a transaction pooler. */
export const openLoad: LoadModule['openLoad'] = async ({ postgresUrl, settings }: ContenderOptions, role, started) => {
  const job = defineJob({
    id: 'load',
    event: 'analytics.track',
    handler: async ({ payload }) => started(Number(payload.userId)),
  })
  const { concurrency = 100, polls = 0 } = settings ?? {}
  const pool = polls ? deafPool(postgresUrl!) : undefined
  const place = pool ? { pool } : { connectionString: postgresUrl }
  const config: PostgresConfig = { ...place, role, concurrency: Number(concurrency) }
  const jobs = role === 'send' ? [] : [job]
  const client = createJobClient({ provider: 'postgres', logger: noLogger, jobs, config })
  if (role !== 'send') {
    await client.start()
    await untilAware(client, pool ? 'polling' : 'listening')
  }
  return {
    send: (payloads, runAt) =>
      client.sendJobs(
        payloads.map((payload) => ({ event: 'analytics.track', payload, ...(runAt && { options: { runAt } }) })),
      ),
    async close() {
      await client.close({ timeout: '1s' })
      await pool?.end()
    },
  }
}

/** Returns a pool as large as the engine's own, whose connections hear no notifications. */
function deafPool(connectionString: string): Pool {
  const pool = openEnginePool(connectionString)
  return pool.on('connect', (client) => {
    const on = client.on.bind(client) as (name: string, listener: () => void) => typeof client
    Object.assign(client, {
      on: (name: string, listener: () => void) => (name === 'notification' ? client : on(name, listener)),
    })
  })
}

const ignore = (): void => undefined
/** Jobs that are left at the end are no news. */
const noLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
