import { setTimeout as pause } from 'node:timers/promises'

import { Client } from 'pg'

/** Waits until all jobs that were sent have runs. */
export async function untilDispatched(connectionString: string): Promise<void> {
  await withClient(connectionString, async (client) => {
    for (;;) {
      const { rowCount } = await client.query('SELECT 1 FROM jobs.arrivals LIMIT 1')
      if (rowCount === 0) return
      await pause(50)
    }
  })
}

/** Tenants of other names are at their limits. */
const isWaiting = "phase = 'ready' AND tenant LIKE 'tenant-%'"

/** Adds waiting runs until there are so many, as copies of those that wait. The engine would take minutes for a million. */
export async function addWaitingRuns(connectionString: string, total: number): Promise<void> {
  await withClient(connectionString, async (client) => {
    const first = `SELECT DISTINCT ON (lane) * FROM jobs.open_runs WHERE ${isWaiting} ORDER BY lane, seq`
    const found = await client.query<{ missing: number }>(
      `SELECT $1::int4 - count(*)::int4 AS missing FROM jobs.open_runs WHERE ${isWaiting}`,
      [total],
    )
    await client.query(
      `CREATE TEMPORARY TABLE copies AS
        SELECT r.*, j.event, j.envelope, j.sent_at, left(r.job, -7) || lpad(n::text, 7, '0') AS id
        FROM generate_series(1, $1::int4) n
        JOIN (SELECT *, row_number() OVER () - 1 AS place, count(*) OVER () AS places FROM (${first}) f) r ON r.place = n % r.places
        JOIN jobs.jobs j ON j.id = r.job`,
      [Math.max(0, found.rows[0]!.missing)],
    )
    await client.query(`INSERT INTO jobs.jobs (id, tenant, event, envelope, sent_at)
      SELECT id, tenant, event, replace(envelope, job, id), sent_at FROM copies`)
    const columns =
      'number, lane, definition, tenant, concurrency_key, throttle_key, state, phase, rank, priority, max_attempts'
    await client.query(`INSERT INTO jobs.open_runs (job, is_open, ${columns}) SELECT id, true, ${columns} FROM copies`)
    await client.query('VACUUM ANALYZE')
    await client.query('CHECKPOINT')
  })
}

async function withClient(connectionString: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString })
  await client.connect()
  await use(client)
  await client.end()
}
