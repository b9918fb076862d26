import type { Capabilities } from '@cgk-platform/jobs-core'
import { maxDurationMs } from '@cgk-platform/jobs-core/provider'

/** The capabilities of the local engine with jobs in memory. */
export const localCapabilities: Capabilities = {
  features: {
    delay: { supported: true },
    idempotencyKey: { supported: true },
    reference: { supported: true },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': { supported: true },
    'cancelJob of a waiting job': { supported: true },
    'cancelJob of a running job': { supported: true, note: 'At once.' },
    retryJob: { supported: true, note: 'By default only for the last 10,000 ended jobs, within a day of their end.' },
    listJobs: { supported: true },
    timeout: { supported: true },
    runTimeout: { supported: true, note: 'A run that waits for a slot fails when it gets one.' },
    concurrency: { supported: true, note: 'Counted in this process.' },
    'concurrency.perTenant': { supported: true, note: 'Counted in this process. Tenants take turns.' },
    priority: { supported: true, note: 'Moves a run ahead of runs of the same definition and tenant.' },
    'priority below 0': { supported: true },
    'concurrency.key': { supported: true, note: 'Counted in this process.' },
    'concurrency: several limits': { supported: true },
    throttle: { supported: true, note: 'Counted in this process.' },
    debounce: { supported: true },
    batches: { supported: true },
    'pauseJobs of a definition': { supported: true, note: 'Until the process ends.' },
    'pauseJobs of a tenant': { supported: true, note: 'Until the process ends.' },
    'pauseJobs by a sender': { supported: true },
    'fair tenants': { supported: true },
    cron: { supported: true, note: 'Ticks while a process runs.' },
    'cron.tenants': { supported: true },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": { supported: true, note: 'Only after the process was suspended.' },
    'status.startedAt': { supported: true },
    'status.nextAttemptAt': { supported: true },
    workflows: { supported: true },
    'workflows: race between a step and a wait': { supported: true },
    'workflows: retryJob resumes at the failed step': { supported: true },
    'workflows: compensateOnCancel': { supported: true },
    'workflows: events only for waits': { supported: true },
    'status.steps': { supported: true },
    'inspect.getJob': { supported: false, note: 'Not supported yet.', instead: 'Use `listJobs` and `getJobStatus`.' },
    'inspect.getJob: attempts': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.getJob: payload': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.listJobs': { supported: false, note: 'Not supported yet.', instead: 'Use `listJobs` and `getJobStatus`.' },
    'inspect.listJobs by definition': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.listJobs by state': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.listJobs by time': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.listJobs by error': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.listJobs, oldest first': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.countJobs: exact': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.listWorkers': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.subscribe: push': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'inspect.runCronJob': {
      supported: false,
      note: 'Not supported yet.',
      instead: 'Use `listJobs` and `getJobStatus`.',
    },
    'jobs survive a restart': {
      supported: false,
      note: 'Jobs are stored in memory and end with the process.',
      instead: "Store them in a file (`store: 'sqlite'`), or use a hosted engine.",
    },
    'multiple processes': {
      supported: false,
      note: 'Each process has its own engine.',
      instead: "Share a file (`store: 'sqlite'`), or use a hosted engine.",
    },
  },
  minRetryDelayMs: 0,
  retryToleranceMs: 50,
  maxAttemptsLimit: 1000,
  maxPayloadBytes: 16 * 1024 * 1024,
  maxOutputBytes: 16 * 1024 * 1024,
  maxDelayMs: maxDurationMs,
  abortToleranceMs: 0,
  waitToleranceMs: 50,
  daylightSaving:
    'A fixed local time that is skipped runs at the first instant after the gap. One that occurs twice runs at the ' +
    'first occurrence. Schedules with a wildcard or a step in the hour field follow real elapsed time.',
}

/** The capabilities of the local engine with jobs in a file, which any number of processes on the machine can share. */
export const sqliteCapabilities: Capabilities = {
  ...localCapabilities,
  features: {
    ...localCapabilities.features,
    'cancelJob of a running job': {
      supported: true,
      note: 'At once in the same process, within about 50 ms in another.',
    },
    concurrency: { supported: true, note: 'Counted over all processes.' },
    'concurrency.perTenant': { supported: true, note: 'Counted over all processes. Tenants take turns.' },
    'concurrency.key': { supported: true, note: 'Counted over all processes.' },
    throttle: { supported: true, note: 'Counted over all processes.' },
    'pauseJobs of a definition': { supported: true, note: 'For all processes.' },
    'pauseJobs of a tenant': { supported: true, note: 'For all processes.' },
    cron: { supported: true, note: 'Ticks while a process runs.' },
    "cron.catchUp: 'latest'": { supported: true },
    'jobs survive a restart': {
      supported: true,
      note: 'Jobs also survive a power cut: a send resolves when the job is on disk.',
    },
    'multiple processes': { supported: true, note: 'On one machine, with one file.' },
  },
  abortToleranceMs: 250,
}
