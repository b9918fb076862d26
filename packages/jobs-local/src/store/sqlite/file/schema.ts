/**
 * One step of the schema. A worker that opens a file applies the steps that the file lacks.
 *
 * Expand first, contract a release later: processes of the previous release keep using a file that a newer one has
 * migrated. So a step adds tables, indexes, and columns with a default. A later step removes what the previous release
 * no longer reads or writes.
 */
export interface Migration {
  readonly sql: string
  /**
   * Of a step that contracts: the schema version of the oldest code that can use the file from now on. Code of earlier
   * versions stops with an error. Default: as before the step.
   */
  readonly usableSince?: number
  /**
   * Whether this version's senders and readers also work on a file without the step, so that they can be deployed
   * before the workers, which apply it. Default false: they refuse such a file.
   */
  readonly isOptional?: boolean
}

/** The version of the schema that the first step creates. Files of earlier versions cannot be used. */
export const firstVersion = 16

/**
 * The steps, one for each schema version. A file records the number of steps that it has, and the oldest version that
 * can use it. The `sql` of a published step must never change.
 *
 * A job row is written when the job is sent, and changed only without runs and by a retry. Its progress is stored in its runs. Instants are epoch milliseconds.
 * `run` is the number of a run in the file: 2^20 times the `seq` of its job, plus its number within the job. Tables with
 * large values have rowids: without, SQLite reads whole values to compare keys.
 */
export const migrations: readonly Migration[] = [
  {
    sql: `
  CREATE TABLE cgk_meta (          -- one row
    version INTEGER NOT NULL,      -- of the schema
    usable_since INTEGER NOT NULL, -- the schema version of the oldest code that can use the file
    taken INTEGER NOT NULL,        -- the \`seq\` up to which jobs were taken in the order of their arrival
    clock_offset INTEGER           -- the wall clock minus the monotonic one, from which a setting of the clock shows
  ) STRICT;
  INSERT INTO cgk_meta (version, usable_since, taken) VALUES (0, 0, 0);

  CREATE TABLE cgk_jobs (
    seq INTEGER PRIMARY KEY,       -- order of arrival
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    event TEXT NOT NULL,
    envelope TEXT NOT NULL,
    state TEXT NOT NULL,           -- of a job without runs; with runs, the state follows from them
    due_at INTEGER,
    ended_at INTEGER               -- of a job without runs
  ) STRICT;
  CREATE INDEX cgk_jobs_event ON cgk_jobs (event, tenant, id);
  CREATE INDEX cgk_jobs_due ON cgk_jobs (tenant, due_at) WHERE state = 'scheduled';
  CREATE INDEX cgk_jobs_scheduled ON cgk_jobs (id) WHERE state = 'scheduled';
  CREATE INDEX cgk_jobs_cancelled ON cgk_jobs (id) WHERE state = 'cancelled';
  CREATE INDEX cgk_jobs_turn ON cgk_jobs (tenant) WHERE state = 'arrived';
  CREATE INDEX cgk_jobs_arrived ON cgk_jobs (id) WHERE state = 'arrived';
  CREATE INDEX cgk_jobs_unhandled ON cgk_jobs (id) WHERE state = 'unhandled';
  CREATE TABLE cgk_unclaimed (        -- jobs without runs that wait for a worker with their definition
    seq INTEGER PRIMARY KEY,       -- of the job
    event TEXT NOT NULL,
    due_at INTEGER NOT NULL        -- until when it waits; 0 once that is over
  ) STRICT;
  CREATE INDEX cgk_unclaimed_event ON cgk_unclaimed (event) WHERE due_at > 0;
  CREATE INDEX cgk_unclaimed_due ON cgk_unclaimed (due_at);
  CREATE INDEX cgk_jobs_ended ON cgk_jobs (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE cgk_segments (      -- the least and the greatest id of 256 jobs that arrived one after another
    segment INTEGER PRIMARY KEY,   -- the \`seq\` of its jobs, divided by 256
    min_id TEXT NOT NULL,
    max_id TEXT NOT NULL,
    lead_ms INTEGER NOT NULL DEFAULT 0 -- the most by which the time in an id is after that of the send: the clock was set back
  ) STRICT;

  CREATE TABLE cgk_references (    -- of jobs that were sent with a reference
    reference TEXT NOT NULL,
    job INTEGER NOT NULL,          -- its \`seq\`
    PRIMARY KEY (reference, job)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_references_job ON cgk_references (job);

  CREATE TABLE cgk_keys (
    tenant TEXT NOT NULL,
    event TEXT NOT NULL,
    key TEXT NOT NULL,
    job TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, event, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_keys_expires ON cgk_keys (expires_at);

  CREATE TABLE cgk_runs (
    run INTEGER PRIMARY KEY,
    definition_id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    phase INTEGER,                 -- see \`phases\`; null when over
    worker INTEGER,                -- the worker that holds the run
    rank INTEGER NOT NULL DEFAULT 0, -- place among the waiting runs: when its job was due, minus its priority
    priority INTEGER NOT NULL DEFAULT 0, -- seconds by which \`rank\` is ahead
    throttle_key TEXT NOT NULL DEFAULT '',    -- its value of the payload that \`throttle.key\` names, see \`storedKeyOf\`
    concurrency_key TEXT NOT NULL DEFAULT '', -- its value of the payload that \`concurrency.key\` names
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    due_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    attempt_started_at INTEGER,
    retry_of INTEGER,
    retried_at INTEGER,            -- when \`retryJob\` created it
    gather_until INTEGER,          -- of a batch job's run: when it no longer waits for others; 0 if a leader will take it
    debounce_key TEXT,             -- see \`storedKeyOf\`
    debounced_since INTEGER,       -- when the first run of its group was created
    superseded_by TEXT,            -- the id of the job whose run replaced it
    pause TEXT,                    -- of a workflow: asleep, awake
    wake_pending INTEGER NOT NULL DEFAULT 0,
    resumed INTEGER NOT NULL DEFAULT 0,
    grace_ms INTEGER,
    compensate_on_cancel INTEGER NOT NULL DEFAULT 0,
    compensation INTEGER NOT NULL DEFAULT 0, -- 1 begins when the slot is released, 2 is running
    workflow TEXT,                 -- the record without its steps
    crashes INTEGER NOT NULL DEFAULT 0, -- since an attempt ended, was suspended or lived long; at least 2 if one was charged
    error TEXT,
    parked TEXT,                   -- of a run that waits for other code: the version that it needs, as JSON, or 'other'
    output TEXT                    -- last, so that SQLite reads the others without it
  ) STRICT;
  CREATE INDEX cgk_runs_turn ON cgk_runs (phase, definition_id, tenant, throttle_key, concurrency_key, rank)
    WHERE phase IS NOT NULL;
  CREATE INDEX cgk_runs_again ON cgk_runs (definition_id, tenant, concurrency_key, rank)
    WHERE phase = 1 AND started_at IS NOT NULL;
  CREATE INDEX cgk_runs_due ON cgk_runs (tenant, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX cgk_runs_paused ON cgk_runs (pause) WHERE pause IS NOT NULL;
  CREATE INDEX cgk_runs_ended ON cgk_runs (ended_at) WHERE ended_at IS NOT NULL;
  CREATE INDEX cgk_runs_debounced ON cgk_runs (definition_id, tenant, debounce_key) WHERE state = 'scheduled';
  CREATE INDEX cgk_batches_due ON cgk_runs (gather_until) WHERE phase = 4;
  CREATE INDEX cgk_batches_lane ON cgk_runs (definition_id, tenant, gather_until) WHERE phase = 4;
  -- Runs that claims need not look at: of a paused tenant (phase 6), or of a key at its limit (phase 7).
  CREATE INDEX cgk_runs_set_aside ON cgk_runs (tenant, rank) WHERE phase = 6;
  CREATE INDEX cgk_runs_blocked ON cgk_runs (definition_id, tenant, concurrency_key, throttle_key, rank) WHERE phase = 7;
  CREATE INDEX cgk_runs_state ON cgk_runs (definition_id, state) WHERE state <> 'running' AND state <> 'completed';
  CREATE INDEX cgk_runs_error ON cgk_runs (run) WHERE error IS NOT NULL;
  CREATE INDEX cgk_runs_parked ON cgk_runs (parked, definition_id, tenant, concurrency_key, rank) WHERE parked IS NOT NULL;
  CREATE INDEX cgk_runs_tenant_error ON cgk_runs (tenant, state) WHERE error IS NOT NULL;

  CREATE TABLE cgk_attempts (      -- attempts that failed and were followed by others
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER NOT NULL,
    next_due_at INTEGER,           -- when the next attempt was due
    worker INTEGER,
    error TEXT,
    PRIMARY KEY (run, number)
  ) STRICT;

  CREATE TABLE cgk_leftovers (     -- slots of handlers that still run after their attempt was stopped
    id INTEGER PRIMARY KEY,
    worker INTEGER NOT NULL,
    run INTEGER NOT NULL,
    definition_id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    concurrency_key TEXT NOT NULL DEFAULT ''
  ) STRICT;
  CREATE INDEX cgk_leftovers_lane ON cgk_leftovers (definition_id, tenant);
  CREATE INDEX cgk_leftovers_run ON cgk_leftovers (worker, run);

  CREATE TABLE cgk_steps (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    position REAL NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (run, key)
  ) STRICT;

  CREATE TABLE cgk_waits (         -- waits of steps for an event of their tenant or for a job
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    tenant TEXT NOT NULL,
    event TEXT,
    for_job TEXT,
    PRIMARY KEY (run, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_waits_event ON cgk_waits (tenant, event) WHERE event IS NOT NULL;
  CREATE INDEX cgk_waits_job ON cgk_waits (for_job) WHERE for_job IS NOT NULL;

  CREATE TABLE cgk_notices (       -- changes of a running attempt, for its worker
    seq INTEGER PRIMARY KEY,
    worker INTEGER NOT NULL,
    run INTEGER NOT NULL,
    key TEXT,                      -- the step whose wait was resolved; null if the run was cancelled
    event TEXT                     -- the event that resolved it; null if a job did
  ) STRICT;
  CREATE INDEX cgk_notices_run ON cgk_notices (run);
  CREATE INDEX cgk_notices_worker ON cgk_notices (worker);

  CREATE TABLE cgk_ticks (definition_id TEXT PRIMARY KEY, tick INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE cgk_pauses (
    kind TEXT NOT NULL,            -- see \`PauseKind\`
    id TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cgk_throttles (     -- definitions with a throttle that has a key: their waiting runs have lanes
    definition_id TEXT PRIMARY KEY,
    rate TEXT NOT NULL             -- the limits from which \`open_at\` of the lanes follows
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE cgk_lanes (         -- states of throttles, and the lanes of runs that wait for their first start
    id INTEGER PRIMARY KEY,
    definition_id TEXT NOT NULL,
    tenant TEXT NOT NULL,          -- empty for a throttle without a key, of all tenants
    key TEXT NOT NULL,
    state REAL,                    -- see \`ThrottleState\`
    open_at INTEGER,               -- 0 if a run may start, otherwise when one may; null if none waits
    UNIQUE (definition_id, tenant, key)
  ) STRICT;
  CREATE INDEX cgk_lanes_open ON cgk_lanes (open_at, definition_id, tenant, key) WHERE open_at IS NOT NULL;
  CREATE INDEX cgk_lanes_idle ON cgk_lanes (state) WHERE open_at IS NULL;

  CREATE TABLE cgk_workers (
    id INTEGER PRIMARY KEY,
    process TEXT NOT NULL,         -- identity, from which other processes of the machine tell whether it is alive
    heartbeat_ms INTEGER NOT NULL,      -- last heartbeat, by the machine's monotonic clock
    lease_ms INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,     -- registration time, by the same clock
    probation_ends_ms INTEGER NOT NULL DEFAULT 0 -- of its last suspect, as the time since boot
  ) STRICT;

  CREATE TABLE cgk_definitions (   -- definitions of live workers, and of workers that ended recently
    worker INTEGER NOT NULL,
    definition_id TEXT NOT NULL,
    event TEXT,
    max_attempts INTEGER NOT NULL,
    priority INTEGER NOT NULL DEFAULT 0,
    compensate_on_cancel INTEGER NOT NULL,
    concurrency_path TEXT,
    throttle_path TEXT,
    debounce TEXT,                 -- as JSON
    batch TEXT,                    -- as JSON
    inherited INTEGER NOT NULL,    -- 1 if only a worker that this one replaces had the definition
    worker_ended_at INTEGER,       -- when the worker ended
    PRIMARY KEY (worker, definition_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_definitions_event ON cgk_definitions (event);
  CREATE INDEX cgk_definitions_definition ON cgk_definitions (definition_id);

  CREATE TABLE cgk_handled (       -- the events that a definition has ever handled
    definition_id TEXT NOT NULL,
    event TEXT NOT NULL,
    PRIMARY KEY (definition_id, event)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cgk_shifts (        -- settings of the clock for which not all times were moved yet
    id INTEGER PRIMARY KEY,
    by_ms INTEGER NOT NULL,
    last_job INTEGER NOT NULL,     -- the \`seq\` of the last job before it
    part INTEGER NOT NULL DEFAULT 0, -- the table whose times are being moved, see \`parts\`
    after ANY                      -- its last row whose times were moved
  ) STRICT;

  CREATE TABLE cgk_due (           -- tenants with a delayed job or run, so that those that come due take turns
    kind TEXT NOT NULL,            -- 'job' or 'run'
    tenant TEXT NOT NULL,
    due_at INTEGER NOT NULL,       -- not after the first of them; 0 if some may be due
    PRIMARY KEY (kind, tenant)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_due_at ON cgk_due (kind, due_at, tenant);
  CREATE TRIGGER cgk_run_due AFTER UPDATE OF due_at ON cgk_runs WHEN NEW.due_at IS NOT NULL BEGIN
    INSERT INTO cgk_due (kind, tenant, due_at) VALUES ('run', NEW.tenant, NEW.due_at)
    ON CONFLICT (kind, tenant) DO UPDATE SET due_at = excluded.due_at WHERE due_at > excluded.due_at;
  END;
  CREATE TRIGGER cgk_run_not_due AFTER UPDATE OF due_at ON cgk_runs WHEN OLD.due_at IS NOT NULL AND NEW.due_at IS NULL BEGIN
    DELETE FROM cgk_due WHERE kind = 'run' AND tenant = OLD.tenant
      AND NOT EXISTS (SELECT 1 FROM cgk_runs WHERE tenant = OLD.tenant AND due_at IS NOT NULL);
    UPDATE cgk_due SET due_at = (SELECT min(due_at) FROM cgk_runs WHERE tenant = OLD.tenant AND due_at IS NOT NULL)
      WHERE kind = 'run' AND tenant = OLD.tenant AND due_at = OLD.due_at;
  END;
  CREATE TRIGGER cgk_job_not_due AFTER UPDATE OF state ON cgk_jobs WHEN OLD.state = 'scheduled' AND NEW.state <> 'scheduled' BEGIN
    DELETE FROM cgk_due WHERE kind = 'job' AND tenant = OLD.tenant
      AND NOT EXISTS (SELECT 1 FROM cgk_jobs WHERE tenant = OLD.tenant AND state = 'scheduled')
      AND NOT EXISTS (SELECT 1 FROM cgk_jobs WHERE tenant = OLD.tenant AND state = 'arrived');
    UPDATE cgk_due SET due_at = (SELECT min(due_at) FROM cgk_jobs WHERE tenant = OLD.tenant AND state = 'scheduled')
      WHERE kind = 'job' AND tenant = OLD.tenant AND due_at = OLD.due_at;
  END;
  CREATE TRIGGER cgk_job_due AFTER UPDATE OF due_at ON cgk_jobs WHEN NEW.state = 'scheduled' BEGIN
    INSERT INTO cgk_due (kind, tenant, due_at) VALUES ('job', NEW.tenant, NEW.due_at)
    ON CONFLICT (kind, tenant) DO UPDATE SET due_at = excluded.due_at WHERE due_at > excluded.due_at;
  END;
  `,
  },
  {
    // `error_group`: see `errorGroupOf`; null if the run has not failed, or was retried. `limits`: as JSON, for readers.
    sql: `
  ALTER TABLE cgk_runs ADD COLUMN error_group TEXT;
  CREATE INDEX cgk_runs_failed ON cgk_runs (error_group, definition_id, run, tenant, state, ended_at, attempt_started_at)
    WHERE error_group IS NOT NULL;
  CREATE INDEX cgk_runs_failed_at ON cgk_runs (ended_at) WHERE error_group IS NOT NULL;
  CREATE INDEX cgk_runs_not_failed ON cgk_runs (ended_at) WHERE ended_at IS NOT NULL AND error_group IS NULL;
  ALTER TABLE cgk_definitions ADD COLUMN limits TEXT;
  `,
  },
  {
    // Triggers, so that workers of the previous release also count.
    sql: `
  CREATE TABLE cgk_history (       -- numbers of runs, see \`HistoryCount\`
    definition_id TEXT NOT NULL,
    at INTEGER NOT NULL,           -- start of a minute or an hour; 0 for those of earlier times
    is_hour INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,  -- rounded to one digit
    count INTEGER NOT NULL,
    PRIMARY KEY (definition_id, at, is_hour, outcome, duration_ms)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_history_age ON cgk_history (is_hour, at);
  INSERT INTO cgk_history (definition_id, at, is_hour, outcome, duration_ms, count)
    SELECT definition_id, 0, 1, 'created', 0, count(*) FROM cgk_runs WHERE phase IS NOT NULL AND ended_at IS NULL GROUP BY 1;
  CREATE TRIGGER cgk_run_created AFTER INSERT ON cgk_runs BEGIN
    INSERT INTO cgk_history (definition_id, at, is_hour, outcome, duration_ms, count)
    VALUES (NEW.definition_id, (NEW.rank + 1000 * NEW.priority) / 60000 * 60000, 0, 'created', 0, 1)
    ON CONFLICT (definition_id, at, is_hour, outcome, duration_ms) DO UPDATE SET count = count + 1;
  END;
  CREATE TRIGGER cgk_run_ended AFTER UPDATE OF ended_at ON cgk_runs WHEN OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL BEGIN
    INSERT INTO cgk_history (definition_id, at, is_hour, outcome, duration_ms, count)
    VALUES (NEW.definition_id, NEW.ended_at / 60000 * 60000, 0, NEW.state,
      CAST(CAST(printf('%.0e', max(0, NEW.ended_at - ifnull(NEW.started_at, NEW.ended_at))) AS REAL) AS INTEGER), 1)
    ON CONFLICT (definition_id, at, is_hour, outcome, duration_ms) DO UPDATE SET count = count + 1;
  END;
  `,
  },
]
