/** A step of the schema. The `sql` of a published step must never change. `{schema}` is the quoted name of the schema. */
export interface Migration {
  readonly sql: string
}

/**
 * The steps, one for each schema version. Instants are epoch milliseconds by the clock of the database. Names that apps
 * choose are stored by `storedText`, so that they fit into an index and have no U+0000; the envelope has them as they are.
 */
export const migrations: readonly Migration[] = [
  {
    sql: `
  CREATE FUNCTION {schema}.now_ms() RETURNS int8 LANGUAGE sql VOLATILE
    AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8 $$;

  CREATE TABLE {schema}.jobs (        -- written once; changed only for a job without runs
    id text COLLATE "C" PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    event text COLLATE "C" NOT NULL,
    envelope text NOT NULL,           -- JSON
    sent_at int8 NOT NULL,            -- when the row was written
    state text NOT NULL,              -- 'arrived' or 'scheduled' while it has no runs, see \`arrivals\`; 'taken' with runs; else how it ended without
    ended_at int8                     -- of a job without runs
  );
  CREATE INDEX jobs_event ON {schema}.jobs (event, tenant, id);
  CREATE INDEX jobs_tenant ON {schema}.jobs (tenant, id);
  CREATE INDEX jobs_without_runs ON {schema}.jobs (state, id) WHERE state NOT IN ('taken', 'arrived', 'scheduled');
  CREATE INDEX jobs_ended ON {schema}.jobs (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE {schema}.arrivals (    -- jobs that have no runs yet
    job text COLLATE "C" PRIMARY KEY,
    seq int8 GENERATED ALWAYS AS IDENTITY,
    tenant text COLLATE "C" NOT NULL,
    event text COLLATE "C" NOT NULL,
    due_at int8,                      -- null: now
    unclaimed boolean NOT NULL DEFAULT false -- waits for a worker with the definition that it was sent to, until \`due_at\`
  ) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
  CREATE INDEX arrivals_turn ON {schema}.arrivals (tenant, seq) WHERE due_at IS NULL;
  CREATE INDEX arrivals_due ON {schema}.arrivals (due_at) WHERE due_at IS NOT NULL;
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
    gate text,                        -- why no run of the lane may start: 'paused', 'key', 'tenant', 'throttle'; null: one may
    open_at int8,                     -- when a throttle opens the gate
    UNIQUE (definition, tenant, concurrency_key, throttle_key)
  ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
  CREATE INDEX lanes_open ON {schema}.lanes (definition, tenant, id) WHERE has_waiting AND gate IS NULL;
  CREATE INDEX lanes_closed ON {schema}.lanes (definition, tenant, gate) WHERE gate IS NOT NULL;
  CREATE INDEX lanes_paused ON {schema}.lanes (tenant) WHERE gate = 'paused';
  CREATE INDEX lanes_throttled ON {schema}.lanes (open_at) WHERE open_at IS NOT NULL;

  CREATE TABLE {schema}.limits (      -- definitions with limits; its row is locked by each transaction that starts or ends their runs
    definition text COLLATE "C" PRIMARY KEY,
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
    priority int4 NOT NULL DEFAULT 0, -- seconds by which \`rank\` is ahead
    attempts int4 NOT NULL DEFAULT 0, -- with the worker also the fencing token
    max_attempts int4 NOT NULL,
    due_at int8,
    started_at int8,
    ended_at int8,
    attempt_started_at int8,
    retry_of int4,
    retried_at int8,
    gather_until int8,                -- of a batch job's run: when it no longer waits for others; 0 if a leader will take it
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
    parked text,                      -- of a run that waits for other code: the version that it needs, as JSON, or 'other'
    output text,
    PRIMARY KEY (job, number, is_open)
  ) PARTITION BY LIST (is_open);
  CREATE TABLE {schema}.open_runs PARTITION OF {schema}.runs FOR VALUES IN (true)
    WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
  CREATE TABLE {schema}.ended_runs PARTITION OF {schema}.runs FOR VALUES IN (false);
  CREATE INDEX runs_ready ON {schema}.open_runs (lane, rank, job, number) WHERE phase = 'ready';
  CREATE INDEX runs_held ON {schema}.open_runs (definition, tenant, concurrency_key) WHERE phase = 'held';
  CREATE INDEX runs_worker ON {schema}.open_runs (worker) WHERE worker IS NOT NULL;
  CREATE INDEX runs_suspect ON {schema}.open_runs (crashes, attempt_started_at) WHERE phase = 'suspect';
  CREATE INDEX runs_due ON {schema}.open_runs (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX runs_debounced ON {schema}.open_runs (definition, tenant, debounce_key) WHERE state = 'scheduled' AND debounce_key IS NOT NULL;
  CREATE INDEX runs_gathering ON {schema}.open_runs (definition, tenant, rank) WHERE phase = 'gathering';
  CREATE INDEX runs_gathered ON {schema}.open_runs (gather_until) WHERE phase = 'gathering';
  CREATE INDEX runs_parked ON {schema}.open_runs (parked, definition) WHERE parked IS NOT NULL;
  CREATE INDEX runs_open_state ON {schema}.open_runs (definition, state, job);
  CREATE INDEX runs_ended ON {schema}.ended_runs (ended_at);
  CREATE INDEX runs_ended_state ON {schema}.ended_runs (state, definition, job);
  CREATE INDEX runs_ended_definition ON {schema}.ended_runs (definition, job);
  CREATE INDEX runs_failed ON {schema}.ended_runs (tenant, job) WHERE error IS NOT NULL;

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
  `,
  },
]
