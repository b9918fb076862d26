import type { Capabilities } from '@cgk-platform/jobs-core'
import { maxDurationMs } from '@cgk-platform/jobs-core/provider'

/** What the local engine can do with its jobs in memory. */
export const localCapabilities: Capabilities = {
  features: {
    delay: { supported: true },
    idempotencyKey: { supported: true, note: 'Exact, as long as the key lives.' },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': { supported: true },
    'cancelJob of a job that waits': { supported: true },
    'cancelJob of a running job': { supported: true, note: 'At once, in the same process.' },
    retryJob: { supported: true, note: 'While the job is retained: by default the last 10,000 ended jobs, for a day.' },
    listJobs: { supported: true },
    timeout: { supported: true },
    concurrency: { supported: true, note: 'Counted in this process.' },
    'concurrency.perTenant': { supported: true, note: 'Counted in this process; tenants take turns.' },
    cron: { supported: true, note: 'Ticks while the process lives.' },
    'cron.tenants': { supported: true },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": {
      supported: true,
      note: 'After the process was suspended; memory knows of no earlier process.',
    },
    'status.startedAt': { supported: true },
    'status.nextAttemptAt': { supported: true },
    workflows: { supported: true },
    'workflows: a race of a step and a wait': { supported: true },
    'workflows: retryJob goes on from the failed step': { supported: true },
    'workflows: compensateOnCancel': { supported: true },
    'status.steps': { supported: true },
    'jobs survive a restart': {
      supported: false,
      note: 'Jobs are kept in memory and end with the process.',
      instead: "Keep them in a file (`store: 'sqlite'`), or use a hosted engine.",
    },
    'several processes': {
      supported: false,
      note: 'Each process has an engine of its own.',
      instead: "Share a file (`store: 'sqlite'`), or use a hosted engine.",
    },
  },
  minRetryDelayMs: 0,
  retryToleranceMs: 50,
  maxAttemptsLimit: 1000,
  maxPayloadBytes: 16 * 1024 * 1024,
  maxDelayMs: maxDurationMs,
  abortToleranceMs: 0,
  waitToleranceMs: 50,
  daylightSaving:
    'A fixed local time that does not exist that day runs at the first instant after the gap, one that occurs twice ' +
    'runs at the first; schedules with a wildcard or a step in the hour field follow real elapsed time.',
}

/** What it can do with its jobs in a file, which any number of processes of the machine share. */
export const sqliteCapabilities: Capabilities = {
  ...localCapabilities,
  features: {
    ...localCapabilities.features,
    'cancelJob of a running job': {
      supported: true,
      note: 'At once in the same process, within some 50 ms in another.',
    },
    concurrency: { supported: true, note: 'Counted over all processes of the file.' },
    'concurrency.perTenant': { supported: true, note: 'Counted over all processes of the file; tenants take turns.' },
    cron: { supported: true, note: 'Each tick once, however many processes run; none while no process does.' },
    "cron.catchUp: 'latest'": { supported: true },
    'jobs survive a restart': { supported: true, note: 'Also a power cut: a send resolves once it is on the disk.' },
    'several processes': { supported: true, note: 'On one machine, on one file.' },
  },
  abortToleranceMs: 250,
}
