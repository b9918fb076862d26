import type { Queryable } from '../../database/database.ts'

/** Age of a transaction from which on it hinders the removal of dead rows too long, in milliseconds. */
const threeMinutesMs = 3 * 60 * 1000
/** Number of dead rows from which on a hot table is too large, beside its live ones. */
const manyDead = 100_000

interface GrowthRow {
  readonly is_read_only: boolean
  /** Of the oldest transaction that others can see, in milliseconds. */
  readonly age: number | null
  readonly pid: number | null
  readonly name: string | null
  readonly dead: number
  readonly live: number
}

const growthSql = `
  SELECT current_setting('transaction_read_only') = 'on' AS is_read_only, o.age, o.pid, o.name, t.dead, t.live FROM (
    SELECT coalesce(sum(n_dead_tup), 0)::int8 AS dead, coalesce(sum(n_live_tup), 0)::int8 AS live FROM pg_stat_user_tables
    WHERE relid IN ('{schema}.open_runs'::regclass, '{schema}.arrivals'::regclass, '{schema}.lanes'::regclass)
  ) t LEFT JOIN (
    SELECT (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::int8 AS age, pid, application_name AS name
    FROM pg_stat_activity WHERE (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' ORDER BY xact_start LIMIT 1
  ) o ON true`

/**
 * Returns why the tables cannot be changed, or grow and slow down, if a long transaction or vacuum lets dead rows pile up.
 *
 * @param longMs - the age from which on a transaction is long, in milliseconds
 */
export async function readGrowth(queryable: Queryable, longMs: number = threeMinutesMs): Promise<string | undefined> {
  const [row] = await queryable.query<GrowthRow>(growthSql)
  const { is_read_only: isReadOnly, age, pid, name, dead, live } = row!
  if (isReadOnly)
    return 'accepts no changes: the server is a replica, or `default_transaction_read_only` is on; connect to the primary server'
  if (age !== null && age >= longMs) {
    const of = name === null || name === '' ? '' : ` of \`${name}\``
    return (
      `accepts changes, but a transaction${of} (pid ${pid}) is open for ${Math.floor(age / 60_000)} minutes, so that ` +
      'PostgreSQL cannot remove dead rows and claims get slower; end it, and set `idle_in_transaction_session_timeout`'
    )
  }
  if (dead < manyDead || dead < 10 * live) return undefined
  return (
    `accepts changes, but its tables have ${dead} dead rows beside ${live} live ones; find out why autovacuum does not ` +
    'remove them: look for old transactions, prepared transactions and replication slots'
  )
}
