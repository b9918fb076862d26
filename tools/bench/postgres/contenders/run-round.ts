import { createJobClient, defineJob } from '@cgk-platform/jobs'
import type { PostgresConfig } from '@cgk-platform/jobs-postgres'
import { batchesOf, Countdown } from 'bench-peers/contender'
import { Pool } from 'pg'

import { untilAware } from './until-aware.ts'

/** Number of jobs before the measurement, of all tenants. */
const warmUp = 10

/**
 * Runs jobs on a new schema, and keeps all of them. Returns the time until all are recorded as completed, in
 * milliseconds.
 *
 * @param begin - called before the part that is timed
 */
export async function runRound(
  config: PostgresConfig & { readonly schema: string },
  jobs: number,
  begin?: () => void,
): Promise<number> {
  const handled = new Countdown()
  const job = defineJob({ id: config.schema, event: 'analytics.track', handler: async () => handled.count() })
  const retention = { count: 100_000_000 }
  const client = createJobClient({ provider: 'postgres', jobs: [job], config: { ...config, retention } })
  const send = async (count: number): Promise<void> => {
    const all = handled.from(count)
    for (const batch of batchesOf(count))
      await client.sendJobs(batch.map((payload) => ({ event: 'analytics.track', payload })))
    await all
  }
  await client.start()
  await untilAware(client, 'listening')
  await send(warmUp)
  begin?.()
  const startedAt = performance.now()
  await send(jobs)
  await client.close({ timeout: '5m' }) // resolves when the last job has ended and is recorded
  return performance.now() - startedAt
}

/**
 * Drops the schema of a round.
 *
 * @param mayLeaveArrivals - whether jobs may still be noted as arrived, although they are completed
 *
 * @throws if not all of its jobs are completed, each once.
 */
export async function endRound(
  connectionString: string,
  schema: string,
  jobs: number,
  mayLeaveArrivals = false,
): Promise<void> {
  const pool = new Pool({ connectionString, max: 1 })
  const { rows } = await pool.query<{ completed: string; others: string; arrivals: string }>(
    `SELECT count(*) FILTER (WHERE state = 'completed') AS completed, count(*) FILTER (WHERE state <> 'completed') AS others,
      (SELECT count(*) FROM ${schema}.arrivals) AS arrivals FROM ${schema}.runs`,
  )
  const { completed, others, arrivals } = rows[0]!
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
  const left = Number(others) + (mayLeaveArrivals ? 0 : Number(arrivals))
  if (Number(completed) === jobs + warmUp && left === 0) return
  throw new Error(
    `${completed} of ${jobs + warmUp} jobs are completed; ${others} have other states, ${arrivals} no runs`,
  )
}
