/**
 * A step of the schema. A worker that starts applies the steps that the schema lacks, while processes of the previous release
 * continue, also after a restart. So a step adds: tables, columns without a default or with a constant one, functions, and
 * indexes of tables that stay small. A later step removes what the previous release no longer uses.
 *
 * A step holds its locks until it ends, and ends within seconds: it reads no large table, changes no row of one, and alters
 * few tables, because a deadlock with the workers costs it a second.
 */
export interface Migration {
  /** The `sql` of a published step must never change. `{schema}` is the quoted name of the schema. */
  readonly sql: string
  /**
   * Of a step that removes: the schema version of the oldest code that can use the tables from now on. Code of earlier
   * versions stops with an error. Default: as before the step.
   */
  readonly usableSince?: number
}

/**
 * The steps, one for each schema version. Instants are epoch milliseconds by the clock of the database. Names that apps
 * choose are stored by `storedText`, so that they fit into an index and have no U+0000; the envelope has them as they are.
 */
export const migrations: readonly Migration[] = [
  {
    sql: `
  -- In a condition, select it: an index cannot look for a value that changes from row to row.
  CREATE FUNCTION {schema}.now_ms() RETURNS int8 LANGUAGE sql VOLATILE
    AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 $$;

  -- The key of the lock that orders the start of waits for an event and its arrival.
  CREATE FUNCTION {schema}.event_lock(tenant text, event text) RETURNS int8 LANGUAGE sql IMMUTABLE
    AS $$ SELECT hashtextextended(tenant || chr(1) || event, hashtextextended('{schema}', 1)) $$;

  CREATE TABLE {schema}.jobs (        -- written once; changed only for a job without runs, and by a retry
    id text COLLATE "C" PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    event text COLLATE "C" NOT NULL,
    envelope text NOT NULL,           -- JSON
    sent_at int8 NOT NULL,            -- when the row was written
    state text,                       -- how it ended without runs; else null: it has runs, or a row in \`arrivals\`
    ended_at int8                     -- of a job without runs
  );
  CREATE INDEX jobs_event ON {schema}.jobs (event, tenant, id, sent_at);
  CREATE INDEX jobs_tenant ON {schema}.jobs (tenant, id);
  CREATE INDEX jobs_without_runs ON {schema}.jobs (state, id) WHERE state IS NOT NULL;
  CREATE INDEX jobs_ended ON {schema}.jobs (ended_at) WHERE ended_at IS NOT NULL;

  CREATE SEQUENCE {schema}.arrival_seq;
  CREATE TABLE {schema}.arrivals (    -- jobs that have no runs yet
    job text COLLATE "C" PRIMARY KEY,
    seq int8 NOT NULL DEFAULT nextval('{schema}.arrival_seq'),
    tenant text COLLATE "C" NOT NULL,
    event text COLLATE "C" NOT NULL,
    due_at int8,                      -- null: now
    unclaimed boolean NOT NULL DEFAULT false -- waits for a worker with the definition that it was sent to, until \`due_at\`
  ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
  CREATE INDEX arrivals_turn ON {schema}.arrivals (tenant, seq) WHERE due_at IS NULL;
  CREATE INDEX arrivals_seq ON {schema}.arrivals (seq) WHERE due_at IS NULL;
  CREATE INDEX arrivals_due ON {schema}.arrivals (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX arrivals_delayed ON {schema}.arrivals (tenant, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX arrivals_unclaimed ON {schema}.arrivals (event) WHERE unclaimed;

  CREATE TABLE {schema}.references (
    reference text COLLATE "C" NOT NULL,
    job text COLLATE "C" NOT NULL,
    PRIMARY KEY (reference, job)
  );
  CREATE INDEX references_job ON {schema}.references (job);

  CREATE TABLE {schema}.keys (        -- idempotency keys in use
    tenant text COLLATE "C" NOT NULL,
    event text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    job text COLLATE "C" NOT NULL,
    expires_at int8 NOT NULL,
    PRIMARY KEY (tenant, event, key)
  );
  CREATE INDEX keys_expire ON {schema}.keys (expires_at);

  CREATE TABLE {schema}.lanes (       -- the waiting runs of a definition, tenant and keys
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    definition text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    concurrency_key text COLLATE "C" NOT NULL DEFAULT '',
    throttle_key text COLLATE "C" NOT NULL DEFAULT '',
    has_waiting boolean NOT NULL,     -- false only if no run waits for a slot
    ready_from int8 NOT NULL DEFAULT -9007199254740991, -- no run that waits for a slot has a lower rank
    gate text,                        -- why no run of the lane may start: 'paused', 'key', 'tenant', 'throttle'; null: one may
    open_at int8,                     -- when a throttle opens the gate
    UNIQUE (definition, tenant, concurrency_key, throttle_key)
  ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
  CREATE INDEX lanes_open ON {schema}.lanes (definition, tenant, id) WHERE has_waiting AND gate IS NULL;
  CREATE INDEX lanes_again ON {schema}.lanes (definition, tenant, id) WHERE has_waiting AND gate IS NULL AND throttle_key = '+';
  CREATE INDEX lanes_closed ON {schema}.lanes (definition, tenant, gate, concurrency_key) WHERE gate IS NOT NULL;
  CREATE INDEX lanes_paused ON {schema}.lanes (tenant) WHERE gate = 'paused';
  CREATE INDEX lanes_throttled ON {schema}.lanes (open_at) WHERE open_at IS NOT NULL;

  CREATE TABLE {schema}.limits (      -- definitions with limits; its row is locked by each transaction that starts or ends their runs
    definition text COLLATE "C" PRIMARY KEY,
    rule text,                        -- the limits by which lanes were closed, as JSON
    is_full boolean NOT NULL DEFAULT false,   -- all slots of the definition are taken
    open_at int8                      -- when the throttle of the definition lets the next run start, if not now
  ) WITH (fillfactor = 50);

  CREATE TABLE {schema}.buckets (     -- states of throttles; tenant and key are empty for a throttle without a key
    definition text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL DEFAULT '',
    key text COLLATE "C" NOT NULL DEFAULT '',
    state float8 NOT NULL,            -- see \`ThrottleState\`
    PRIMARY KEY (definition, tenant, key)
  ) WITH (fillfactor = 50);

  CREATE SEQUENCE {schema}.run_seq;
  CREATE TABLE {schema}.runs (        -- PostgreSQL moves a run that has ended to the other partition
    job text COLLATE "C" NOT NULL,
    number int4 NOT NULL,             -- within the job, from 1
    is_open boolean NOT NULL DEFAULT true, -- false once nothing can change the run: it has ended, and holds no slot
    lane int8 NOT NULL,
    definition text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    concurrency_key text COLLATE "C" NOT NULL DEFAULT '',
    throttle_key text COLLATE "C" NOT NULL DEFAULT '',
    state text NOT NULL,
    phase text,                       -- 'waiting' for a time, an event or a job; 'ready' for a slot; 'held' by a worker; 'suspect': it may have ended its process; 'gathering' a batch; 'joined' a batch that holds the slot; null: over
    worker int8,                      -- the worker that holds the run
    rank int8 NOT NULL DEFAULT 0,     -- place among the waiting runs: when its job was due, minus its priority
    seq int8 NOT NULL DEFAULT nextval('{schema}.run_seq'), -- orders runs of one rank
    priority int4 NOT NULL DEFAULT 0, -- seconds by which \`rank\` is ahead
    attempts int4 NOT NULL DEFAULT 0, -- with the worker also the fencing token
    max_attempts int4 NOT NULL,
    due_at int8,
    started_at int8,
    ended_at int8,
    attempt_started_at int8,
    retry_of int4,
    retried_at int8,
    gather_until int8,                -- of a batch job's run: when it no longer waits for others; 0 if a leader will take it, 2 while it leads and has not taken others, 1 then
    debounce_key text COLLATE "C",
    debounced_since int8,             -- when the first run of its group was created
    superseded_by text,
    pause text,                       -- of a workflow: 'asleep', 'awake'
    wake_pending boolean NOT NULL DEFAULT false,
    resumed boolean NOT NULL DEFAULT false,
    grace_ms int8,
    compensate_on_cancel boolean NOT NULL DEFAULT false,
    compensation int2 NOT NULL DEFAULT 0, -- 1 begins when the slot is released, 2 is running
    workflow text,                    -- the record without its steps
    crashes int4 NOT NULL DEFAULT 0,  -- since an attempt ended, was suspended or lived long; at least 2 if one was charged
    error text,
    error_group text COLLATE "C",     -- see \`errorGroupOf\`; null if the run has not failed, or was retried
    parked text,                      -- of a run that waits for other code: the version that it needs, as JSON, or 'other'
    output text,
    PRIMARY KEY (job, number, is_open)
  ) PARTITION BY LIST (is_open);
  CREATE TABLE {schema}.open_runs PARTITION OF {schema}.runs FOR VALUES IN (true)
    WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
  CREATE TABLE {schema}.ended_runs PARTITION OF {schema}.runs FOR VALUES IN (false);
  CREATE INDEX runs_ready ON {schema}.open_runs (lane, rank, seq) WHERE phase = 'ready';
  CREATE INDEX runs_held ON {schema}.open_runs (definition, tenant, concurrency_key) WHERE phase = 'held';
  CREATE INDEX runs_worker ON {schema}.open_runs (worker) WHERE worker IS NOT NULL;
  CREATE INDEX runs_suspect ON {schema}.open_runs (crashes, attempt_started_at) WHERE phase = 'suspect';
  CREATE INDEX runs_due ON {schema}.open_runs (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX runs_delayed ON {schema}.open_runs (tenant, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX runs_debounced ON {schema}.open_runs (definition, tenant, debounce_key) WHERE state = 'scheduled' AND debounce_key IS NOT NULL;
  CREATE INDEX runs_gathering ON {schema}.open_runs (definition, tenant, rank, seq) WHERE phase = 'gathering';
  CREATE INDEX runs_gathered ON {schema}.open_runs (gather_until) WHERE phase = 'gathering';
  CREATE INDEX runs_parked ON {schema}.open_runs (parked, definition) WHERE parked IS NOT NULL;
  CREATE INDEX runs_unstarted ON {schema}.open_runs (tenant) WHERE started_at IS NULL AND number = 1;
  CREATE INDEX runs_waiting ON {schema}.open_runs (lane) WHERE phase = 'waiting';
  CREATE INDEX runs_open_state ON {schema}.open_runs (state, job) WHERE phase IS DISTINCT FROM 'held';
  CREATE INDEX runs_ended ON {schema}.ended_runs (ended_at);
  CREATE INDEX runs_ended_state ON {schema}.ended_runs (state, job) WHERE state <> 'completed';
  CREATE INDEX runs_with_error ON {schema}.runs (job) WHERE error IS NOT NULL;
  CREATE INDEX runs_failed ON {schema}.runs (error_group, job) INCLUDE (definition, tenant, state, ended_at, attempt_started_at)
    WHERE error_group IS NOT NULL;
  CREATE INDEX runs_failed_at ON {schema}.ended_runs (ended_at) WHERE error_group IS NOT NULL;
  CREATE INDEX runs_with_error_of ON {schema}.runs (tenant, job) WHERE error IS NOT NULL;

  CREATE INDEX runs_leading ON {schema}.open_runs (definition, tenant) WHERE phase = 'ready' AND gather_until IS NOT NULL;

  -- The key of the lock that orders changes of who leads a batch.
  CREATE FUNCTION {schema}.batch_lock(definition text, tenant text) RETURNS int8 LANGUAGE sql IMMUTABLE
    AS $$ SELECT hashtextextended(definition || chr(1) || tenant, hashtextextended('{schema}', 4)) $$;

  -- Makes the first run of a batch job and tenant their leader if enough of them wait, or one has waited long enough,
  -- unless there is one. Each statement sees what others did under the lock before.
  CREATE FUNCTION {schema}.promote_batch(of_definition text, of_tenant text, max_size int4) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
  DECLARE found_lane int8; found_rank int8; waiting int8;
  BEGIN
    PERFORM pg_advisory_xact_lock({schema}.batch_lock(of_definition, of_tenant));
    IF EXISTS (
      SELECT 1 FROM {schema}.open_runs WHERE phase = 'ready' AND gather_until IS NOT NULL AND definition = of_definition AND tenant = of_tenant
    ) OR EXISTS (
      SELECT 1 FROM {schema}.open_runs WHERE phase = 'held' AND gather_until = 2 AND definition = of_definition AND tenant = of_tenant
    ) THEN RETURN; END IF;
    SELECT count(*) INTO waiting FROM (
      SELECT 1 FROM {schema}.open_runs WHERE phase = 'gathering' AND definition = of_definition AND tenant = of_tenant LIMIT max_size
    ) found;
    UPDATE {schema}.open_runs r SET phase = 'ready', gather_until = 2 FROM (
      SELECT job, number FROM {schema}.open_runs WHERE phase = 'gathering' AND definition = of_definition AND tenant = of_tenant
        AND (waiting = max_size OR gather_until <= {schema}.now_ms())
      ORDER BY CASE WHEN waiting = max_size THEN rank ELSE gather_until END, seq LIMIT 1 FOR UPDATE
    ) first WHERE r.job = first.job AND r.number = first.number RETURNING r.lane, r.rank INTO found_lane, found_rank;
    IF found_lane IS NOT NULL THEN UPDATE {schema}.lanes SET has_waiting = true, ready_from = least(ready_from, found_rank) WHERE id = found_lane; END IF;
  END $$;

  -- Lets others take the slots of runs that the transaction ends afterwards. Locks the limits of their definitions: nobody else
  -- starts or ends runs of these until the transaction ends. Opens the lanes that wait for a slot of their keys or tenants:
  -- claims count the slots again. Returns whether a definition has limits.
  CREATE FUNCTION {schema}.free_slots(of_definitions text[], of_lanes int8[]) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
  DECLARE limited text[];
  BEGIN
    SELECT array_agg(definition) INTO limited FROM (
      SELECT definition FROM {schema}.limits WHERE definition = ANY(of_definitions) ORDER BY definition FOR NO KEY UPDATE
    ) locked;
    IF limited IS NULL THEN RETURN false; END IF;
    UPDATE {schema}.limits SET is_full = false WHERE definition = ANY(limited) AND is_full;
    WITH freed AS (SELECT DISTINCT definition, tenant, concurrency_key FROM {schema}.lanes WHERE id = ANY(of_lanes)),
    closed AS (
      SELECT l.id FROM freed f JOIN {schema}.lanes l ON l.definition = f.definition AND l.tenant = f.tenant AND l.gate = 'tenant'
      UNION
      SELECT l.id FROM freed f JOIN {schema}.lanes l ON l.definition = f.definition AND l.tenant = f.tenant AND l.gate = 'key'
        AND l.concurrency_key = f.concurrency_key
    ), locked AS MATERIALIZED (
      SELECT id FROM {schema}.lanes WHERE id IN (SELECT id FROM closed) ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE {schema}.lanes l SET gate = NULL FROM locked WHERE l.id = locked.id AND l.gate IN ('tenant', 'key');
    RETURN true;
  END $$;

  -- Adds jobs, unless another one holds their idempotency key. Senders of one key wait for each other at its row. Jobs that
  -- exist are not added again, so that a send whose answer was lost can be repeated. Notifies a channel, unless it is
  -- empty or no job is added. Returns the jobs that hold their keys. A function, because to plan the statements takes
  -- longer than to run them, and a transaction of an app cannot prepare them.
  CREATE FUNCTION {schema}.add_jobs(
    of_ids text[], of_tenants text[], of_events text[], of_envelopes text[], of_delays int8[], of_run_ats int8[], of_keys text[], of_ttls int8[],
    of_references text[], of_referred text[], channel text, words text
  ) RETURNS SETOF text LANGUAGE plpgsql VOLATILE AS $$
  DECLARE sent int8 := {schema}.now_ms(); holders text[] := '{}'; added text[];
  BEGIN
    IF array_remove(of_keys, NULL) <> '{}' THEN
      WITH held AS (
        INSERT INTO {schema}.keys AS k (tenant, event, key, job, expires_at)
        SELECT DISTINCT ON (tenant, event, key) tenant, event, key, id, sent + ttl_ms
        FROM unnest(of_tenants, of_events, of_keys, of_ids, of_ttls) WITH ORDINALITY AS g (tenant, event, key, id, ttl_ms, place)
        WHERE key IS NOT NULL ORDER BY tenant, event, key, place
        ON CONFLICT (tenant, event, key) DO UPDATE SET job = excluded.job, expires_at = excluded.expires_at WHERE k.expires_at <= sent
        RETURNING job
      ) SELECT coalesce(array_agg(job), '{}') INTO holders FROM held;
      RETURN QUERY SELECT unnest(holders);
    END IF;
    WITH inserted AS (
      INSERT INTO {schema}.jobs (id, tenant, event, envelope, sent_at)
      SELECT id, tenant, event, envelope, sent FROM unnest(of_ids, of_tenants, of_events, of_envelopes, of_keys) AS g (id, tenant, event, envelope, key)
      WHERE key IS NULL OR id IN (SELECT unnest(holders))
      ON CONFLICT (id) DO NOTHING RETURNING id
    ) SELECT coalesce(array_agg(id), '{}') INTO added FROM inserted;
    IF added = '{}' THEN RETURN; END IF;
    INSERT INTO {schema}.arrivals (job, tenant, event, due_at)
    SELECT id, tenant, event, CASE WHEN delay_ms > 0 THEN sent + delay_ms WHEN run_at > sent THEN run_at END
    FROM unnest(of_ids, of_tenants, of_events, of_delays, of_run_ats) WITH ORDINALITY AS g (id, tenant, event, delay_ms, run_at, place)
    WHERE cardinality(added) = cardinality(of_ids) OR id IN (SELECT unnest(added)) ORDER BY place;
    IF of_references <> '{}' THEN
      INSERT INTO {schema}.references (reference, job)
      SELECT reference, id FROM unnest(of_references, of_referred) AS r (reference, id) WHERE id IN (SELECT unnest(added));
    END IF;
    IF channel <> '' THEN PERFORM pg_notify(channel, words); END IF;
  END $$;

  -- Records how runs have ended, in one round trip. Returns the places of those that their workers still held, and whether
  -- slots are free again that have a limit; null if a workflow waits for one of the jobs. Fails if one has begun to wait.
  -- In a transaction of the app, which it must not end, returns whether one waits. Each statement sees what others did before it.
  CREATE FUNCTION {schema}.end_runs(
    of_definitions text[], of_lanes int8[],
    of_jobs text[], of_numbers int4[], of_workers int8[], of_attempts int4[], of_retried_at int8[],
    of_states text[], of_outputs text[], of_errors text[], of_groups text[], of_app boolean,
    OUT ended int8[], OUT has_limits boolean, OUT has_waits boolean
  ) LANGUAGE plpgsql VOLATILE
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  BEGIN
    IF of_app THEN PERFORM set_config('idle_in_transaction_session_timeout', '10000', true);
    ELSIF EXISTS (SELECT 1 FROM {schema}.waits w WHERE w.for_job = ANY(of_jobs)) THEN RETURN; END IF;
    has_limits := {schema}.free_slots(of_definitions, of_lanes);
    WITH changed AS (
      UPDATE {schema}.runs r SET phase = NULL, is_open = false, state = e.state, ended_at = {schema}.now_ms(), output = e.output, error = e.error, error_group = e.error_group
      FROM unnest(
        (SELECT of_jobs), (SELECT of_numbers), (SELECT of_workers), (SELECT of_attempts), (SELECT of_retried_at),
        (SELECT of_states), (SELECT of_outputs), (SELECT of_errors), (SELECT of_groups)
      ) WITH ORDINALITY AS e (job, number, worker, attempt, retried_at, state, output, error, error_group, i)
      -- For the CASE, see \`fence\`.
      WHERE r.job = e.job AND r.number = e.number AND r.is_open AND r.attempts = e.attempt AND r.retried_at IS NOT DISTINCT FROM e.retried_at
        AND CASE WHEN e.i > 0 THEN r.worker = e.worker AND r.phase IN ('held', 'joined') AND r.state = 'running' END
      RETURNING e.i
    ) SELECT coalesce(array_agg(i), '{}') INTO ended FROM changed;
    has_waits := EXISTS (SELECT 1 FROM {schema}.waits w WHERE w.for_job = ANY(of_jobs));
    IF has_waits AND NOT of_app THEN
      RAISE EXCEPTION 'a workflow waits for one of the jobs';
    END IF;
  END $$;

  CREATE TABLE {schema}.history (     -- numbers of runs, see \`HistoryCount\`
    definition text COLLATE "C" NOT NULL,
    at int8 NOT NULL,                 -- start of a minute or an hour; 0 for those of earlier times
    is_hour boolean NOT NULL,
    outcome text NOT NULL,
    duration_ms int8 NOT NULL,        -- rounded to one digit
    count int8 NOT NULL,
    PRIMARY KEY (definition, at, is_hour, outcome, duration_ms)
  );
  CREATE INDEX history_age ON {schema}.history (is_hour, at);
  CREATE TABLE {schema}.new_history ( -- what is not added to it yet: runs that end at the same time would wait for its rows
    definition text COLLATE "C" NOT NULL,
    at int8 NOT NULL,
    outcome text NOT NULL,
    duration_ms int8 NOT NULL,
    count int8 NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

  CREATE FUNCTION {schema}.count_created() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO {schema}.new_history (definition, at, outcome, duration_ms, count)
    SELECT definition, at - at % 60000, 'created', 0, count(*)
    FROM (SELECT definition, rank + 1000 * priority AS at FROM added) AS a GROUP BY 1, 2;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_created AFTER INSERT ON {schema}.runs REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION {schema}.count_created();

  CREATE FUNCTION {schema}.count_ended() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE duration_ms int8 := greatest(0, NEW.ended_at - coalesce(NEW.started_at, NEW.ended_at));
  BEGIN
    INSERT INTO {schema}.new_history (definition, at, outcome, duration_ms, count)
    VALUES (NEW.definition, NEW.ended_at - NEW.ended_at % 60000, NEW.state, round(duration_ms::numeric, 1 - length(duration_ms::text))::int8, 1);
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_ended AFTER INSERT ON {schema}.ended_runs
    FOR EACH ROW EXECUTE FUNCTION {schema}.count_ended();

  CREATE TABLE {schema}.attempts (    -- attempts that failed and were followed by others
    job text COLLATE "C" NOT NULL,
    run int4 NOT NULL,
    number int4 NOT NULL,
    started_at int8,
    ended_at int8 NOT NULL,
    next_due_at int8,
    worker int8,
    error text,
    PRIMARY KEY (job, run, number)
  );

  CREATE TABLE {schema}.leftovers (   -- slots of handlers that still run after their attempt was stopped
    id int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker int8 NOT NULL,
    job text COLLATE "C" NOT NULL,
    run int4 NOT NULL,
    definition text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    concurrency_key text COLLATE "C" NOT NULL
  );
  CREATE INDEX leftovers_slots ON {schema}.leftovers (definition, tenant, concurrency_key);

  CREATE TABLE {schema}.steps (
    job text COLLATE "C" NOT NULL,
    run int4 NOT NULL,
    key text COLLATE "C" NOT NULL,    -- see \`storedText\`
    position float8 NOT NULL,
    record text NOT NULL,             -- JSON
    PRIMARY KEY (job, run, key)
  );

  CREATE TABLE {schema}.waits (       -- waits of steps for an event of their tenant or for a job
    job text COLLATE "C" NOT NULL,
    run int4 NOT NULL,
    key text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    event text COLLATE "C",
    for_job text COLLATE "C",
    PRIMARY KEY (job, run, key)
  );
  CREATE INDEX waits_event ON {schema}.waits (tenant, event) WHERE event IS NOT NULL;
  CREATE INDEX waits_job ON {schema}.waits (for_job) WHERE for_job IS NOT NULL;

  -- Returns the waits for events, each with its step. From then on until the end of the transaction, nobody adds others.
  CREATE FUNCTION {schema}.waits_for_events(tenants text[], events text[]) RETURNS TABLE (
    job text, run int4, key text, tenant text, event text, record text
  ) LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(lock) FROM
      (SELECT DISTINCT {schema}.event_lock(e.t, e.e) AS lock FROM unnest(tenants, events) AS e (t, e) ORDER BY 1) locks;
    RETURN QUERY SELECT w.job, w.run, w.key, w.tenant, w.event, s.record FROM {schema}.waits w
      JOIN {schema}.steps s ON s.job = w.job AND s.run = w.run AND s.key = w.key
      WHERE w.event IS NOT NULL AND (w.tenant, w.event) IN (SELECT t, e FROM unnest(tenants, events) AS e (t, e));
  END $$;

  CREATE TABLE {schema}.notices (     -- changes of a running attempt, for its worker
    seq int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    worker int8 NOT NULL,
    job text COLLATE "C" NOT NULL,
    run int4 NOT NULL,
    key text COLLATE "C",             -- the step whose wait was resolved; null if the run was cancelled
    event text                        -- the event that resolved it, as JSON; null if a job did
  );
  CREATE INDEX notices_worker ON {schema}.notices (worker);
  CREATE INDEX notices_run ON {schema}.notices (job, run);

  CREATE TABLE {schema}.upkeep (      -- one row
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    deleted_until int8 NOT NULL DEFAULT 0, -- up to when jobs that have ended may have been deleted
    clock_skew_ms int8 NOT NULL DEFAULT 0 -- by how much the times in ids of jobs may differ from those of their sends, if it is much
  );
  INSERT INTO {schema}.upkeep DEFAULT VALUES;

  CREATE TABLE {schema}.ticks (definition text COLLATE "C" PRIMARY KEY, tick int8 NOT NULL);

  CREATE TABLE {schema}.pauses (
    kind text NOT NULL,               -- 'definition' or 'tenant'
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,               -- the id as JSON
    since int8 NOT NULL,
    PRIMARY KEY (kind, id)
  );

  CREATE TABLE {schema}.workers (
    id int8 PRIMARY KEY,              -- random
    process text NOT NULL,            -- host and pid, as JSON
    heartbeat_at int8 NOT NULL,
    lease_ms int8 NOT NULL,
    since int8 NOT NULL,
    probation_ends_at int8 NOT NULL DEFAULT 0 -- of its last suspect
  );

  CREATE TABLE {schema}.definitions ( -- definitions of live workers, and of workers that ended within a day
    worker int8 NOT NULL,
    definition text COLLATE "C" NOT NULL,
    event text COLLATE "C",           -- null for a cron job and a disabled definition
    record text NOT NULL,             -- the \`WorkerDefinition\` as JSON
    worker_ended_at int8,
    PRIMARY KEY (worker, definition)
  );
  CREATE INDEX definitions_event ON {schema}.definitions (event);
  CREATE INDEX definitions_definition ON {schema}.definitions (definition);

  CREATE TABLE {schema}.handled (     -- events that a definition handles or has handled, for reads
    definition text COLLATE "C" NOT NULL,
    event text COLLATE "C" NOT NULL,
    PRIMARY KEY (definition, event)
  );
  `,
  },
]
