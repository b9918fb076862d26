/**
 * The tables, one step for each version of them: a file is brought forward by the steps that it lacks, and one that has
 * more of them than this list was made by a later version of this package. A step that was published never changes.
 *
 * Jobs are written once, when they are sent; what becomes of them is told by their runs. Instants are epoch milliseconds.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE cgk_jobs (
    seq INTEGER PRIMARY KEY,       -- order of arrival
    id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    event TEXT NOT NULL,
    envelope TEXT NOT NULL,
    state TEXT NOT NULL,           -- before there are runs, and of a job without any; otherwise the runs tell
    due_at INTEGER,
    ended_at INTEGER               -- of a job without runs
  ) STRICT;
  CREATE INDEX cgk_jobs_tenant ON cgk_jobs (tenant, id);
  CREATE INDEX cgk_jobs_due ON cgk_jobs (due_at) WHERE state = 'scheduled';
  CREATE INDEX cgk_jobs_ended ON cgk_jobs (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE cgk_runs (
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,       -- among the runs of its job, from 1
    definition TEXT NOT NULL,
    tenant TEXT NOT NULL,
    state TEXT NOT NULL,
    phase INTEGER,                 -- 0 waits for a time or an answer, 1 for its turn, 2 has a place; none when it is over
    worker INTEGER,                -- who holds the place
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    due_at INTEGER,
    started_at INTEGER,
    ended_at INTEGER,
    attempt_started_at INTEGER,
    output TEXT,
    error TEXT,
    retry_of INTEGER,
    pause TEXT,                    -- of a workflow: asleep, awake
    wakes INTEGER NOT NULL DEFAULT 0,
    resumed INTEGER NOT NULL DEFAULT 0,
    grace_ms INTEGER,
    compensate_on_cancel INTEGER NOT NULL DEFAULT 0,
    compensation INTEGER NOT NULL DEFAULT 0, -- 1 to be compensated once its place is free, 2 being compensated
    workflow TEXT,                 -- the record without its steps
    PRIMARY KEY (job, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_runs_turn ON cgk_runs (phase, definition, tenant, job, number) WHERE phase IS NOT NULL;
  CREATE INDEX cgk_runs_due ON cgk_runs (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX cgk_runs_paused ON cgk_runs (job) WHERE pause IS NOT NULL;
  CREATE INDEX cgk_runs_ended ON cgk_runs (ended_at) WHERE ended_at IS NOT NULL AND number = 1;

  CREATE TABLE cgk_stays (         -- places that handlers keep which run on after their attempt was stopped
    place INTEGER PRIMARY KEY,
    worker INTEGER NOT NULL,
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    definition TEXT NOT NULL,
    tenant TEXT NOT NULL
  ) STRICT;
  CREATE INDEX cgk_stays_lane ON cgk_stays (definition, tenant);
  CREATE INDEX cgk_stays_run ON cgk_stays (worker, job, number);

  CREATE TABLE cgk_steps (
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    position REAL NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (job, number, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cgk_waits (         -- of steps, for an event of their tenant or for a job
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    key TEXT NOT NULL,
    tenant TEXT NOT NULL,
    event TEXT,
    for_job TEXT,
    PRIMARY KEY (job, number, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_waits_event ON cgk_waits (tenant, event) WHERE event IS NOT NULL;
  CREATE INDEX cgk_waits_job ON cgk_waits (for_job) WHERE for_job IS NOT NULL;

  CREATE TABLE cgk_notices (       -- for the worker that has a run under way
    seq INTEGER PRIMARY KEY,
    worker INTEGER NOT NULL,
    job INTEGER NOT NULL,
    number INTEGER NOT NULL,
    key TEXT,                      -- the step whose wait was answered; none where the run was cancelled
    event TEXT                     -- the event that answered it; none where a job did
  ) STRICT;
  CREATE INDEX cgk_notices_run ON cgk_notices (job, number);
  CREATE INDEX cgk_notices_worker ON cgk_notices (worker);

  CREATE TABLE cgk_keys (
    tenant TEXT NOT NULL,
    event TEXT NOT NULL,
    key TEXT NOT NULL,
    job TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, event, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_keys_expires ON cgk_keys (expires_at);

  CREATE TABLE cgk_ticks (definition TEXT PRIMARY KEY, tick INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE cgk_workers (
    id INTEGER PRIMARY KEY,
    process TEXT NOT NULL,         -- which it is, for others of its machine to see whether it lives
    beat_ms INTEGER NOT NULL,      -- when it was heard of last, by the machine's monotonic clock
    lease_ms INTEGER NOT NULL,
    since_ms INTEGER NOT NULL      -- by the same clock
  ) STRICT;

  CREATE TABLE cgk_handled (       -- which definitions a worker has, or had that is gone since
    worker INTEGER NOT NULL,
    definition TEXT NOT NULL,
    event TEXT,
    max_attempts INTEGER NOT NULL,
    compensate_on_cancel INTEGER NOT NULL,
    inherited INTEGER NOT NULL,    -- 1 for what only the worker had whose place this one has taken
    gone_at INTEGER,               -- since when the worker is gone
    PRIMARY KEY (worker, definition)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cgk_handled_event ON cgk_handled (event);
  CREATE INDEX cgk_handled_definition ON cgk_handled (definition);
  `,
]
