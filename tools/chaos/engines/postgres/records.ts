/** The schema of the jobs. */
export const schema = 'jobs'

/** Lets the database itself record which workers are removed, in the same transaction. */
export const recordRemovedWorkers = `
  CREATE SCHEMA chaos;
  CREATE TABLE chaos.removed_workers (pid int4, heartbeat_at int8, removed_at int8);
  CREATE FUNCTION chaos.record_removed_worker() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO chaos.removed_workers VALUES ((old.process::json ->> 'pid')::int4, old.heartbeat_at, ${schema}.now_ms());
    RETURN NULL;
  END $$;
  CREATE TRIGGER chaos_removed_worker AFTER DELETE ON ${schema}.workers
    FOR EACH ROW EXECUTE FUNCTION chaos.record_removed_worker()`

/** Returns the workers that were removed. Times are in epoch milliseconds. */
export const removedWorkers =
  'SELECT pid, heartbeat_at::float8 AS "heartbeatAt", removed_at::float8 AS "removedAt" FROM chaos.removed_workers'

/** The table in which handlers and steps leave their effects. Nothing in it keeps one from being there twice. */
export const effectsTable = 'CREATE TABLE public.effects (effect text NOT NULL)'

/** Returns the effects, each with the number of its occurrences. */
export const effectCounts = 'SELECT effect, count(*)::int4 AS times FROM public.effects GROUP BY 1'

/** Returns what is left of jobs that have all ended. */
export const openWork = ['open_runs', 'arrivals', 'waits', 'leftovers', 'notices']
  .map(
    (table) => `SELECT '${table} has ' || count(*) || ' rows' AS problem FROM ${schema}.${table} HAVING count(*) > 0`,
  )
  .join(' UNION ALL ')
