import type { Queryable } from '../../database/database.ts'

/** SQL for the jobs that have not ended, plus cancelled workflows whose compensation runs. Some are there twice. */
const openJobs =
  'SELECT job FROM {schema}.arrivals UNION ALL ' +
  'SELECT job FROM {schema}.open_runs WHERE ended_at IS NULL OR compensation <> 0'

/** Counts the jobs that have not ended, plus cancelled workflows whose compensation runs. May stop at `max`. */
export async function countOpenJobs(queryable: Queryable, max: number): Promise<number> {
  const sql = `SELECT count(DISTINCT job) AS count FROM (SELECT job FROM (${openJobs}) o LIMIT $1) n`
  const [row] = await queryable.query<{ count: number }>(sql, [max])
  return row!.count
}

const isPaused = (kind: string, column: string): string =>
  `EXISTS (SELECT 1 FROM {schema}.pauses p WHERE p.kind = '${kind}' AND p.id = ${column})`

const waitingSql = `
  SELECT id, count(*) AS count FROM (
    SELECT l.definition AS id FROM {schema}.lanes l CROSS JOIN LATERAL
      (SELECT 1 FROM {schema}.open_runs r WHERE r.lane = l.id AND r.phase = 'ready' AND r.rank >= l.ready_from LIMIT $1) r
    WHERE l.has_waiting AND NOT ${isPaused('definition', 'l.definition')} AND NOT ${isPaused('tenant', 'l.tenant')}
    UNION ALL
    SELECT r.definition FROM {schema}.open_runs r
    WHERE r.phase = 'suspect' AND NOT ${isPaused('definition', 'r.definition')} AND NOT ${isPaused('tenant', 'r.tenant')}
    LIMIT $1
  ) waiting GROUP BY id`

/** Counts the runs that wait for a slot and are not paused, by definition. Stops at `max` runs. */
export async function countWaiting(queryable: Queryable, max: number): Promise<ReadonlyMap<string, number>> {
  const rows = await queryable.query<{ id: string; count: number }>(waitingSql, [max])
  return new Map(rows.map(({ id, count }) => [id, count]))
}

const statesSql = `
  SELECT j.id, concat(j.state, '/', (SELECT a.due_at FROM {schema}.arrivals a WHERE a.job = j.id), '/', (
    SELECT string_agg(concat(r.number, r.state, r.attempts, r.pause, (
      SELECT concat(count(*), ':', sum(octet_length(s.record))) FROM {schema}.steps s WHERE s.job = r.job AND s.run = r.number
    )), ',' ORDER BY r.number) FROM {schema}.runs r WHERE r.job = j.id
  )) AS state FROM {schema}.jobs j WHERE j.id = ANY($1::text[])`

/** Returns for each job a string that differs between any two of its states. */
export async function readStates(
  queryable: Queryable,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await queryable.query<{ id: string; state: string }>(statesSql, [jobIds])
  return new Map(rows.map(({ id, state }) => [id, state]))
}
