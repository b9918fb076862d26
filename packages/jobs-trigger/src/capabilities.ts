import type { Capabilities } from '@cgk-platform/jobs-core'
import { maxDurationMs, portablePayloadBytes } from '@cgk-platform/jobs-core/provider'

/** The capabilities of Trigger.dev, measured on its open-source server. Notes say where the cloud may differ by plan. */
export const triggerCapabilities: Capabilities = {
  features: {
    delay: { supported: true, note: 'A delayed job starts up to 500 ms late.' },
    idempotencyKey: {
      supported: true,
      note: 'The TTL counts in whole seconds, rounded up. A job whose host could not start its runs frees its key.',
    },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': { supported: true },
    'cancelJob of a job that waits': { supported: true },
    'cancelJob of a running job': {
      supported: true,
      note: 'The signal aborts after about 70 ms, or after up to 5 s if the process has no socket to the server.',
    },
    retryJob: { supported: true, note: 'Your plan sets how long the engine retains runs.' },
    listJobs: {
      supported: true,
      note:
        'The index of jobs lags behind by about a second. This library filters by state, so a page may have fewer jobs ' +
        'than requested and still a cursor. Jobs triggered without this library are not listed.',
    },
    timeout: {
      supported: true,
      note:
        "Enforced by this library in the process that runs the job. Trigger.dev's own timeout would end the run without a " +
        'retry and without `onFailure`. A handler that ignores the signal may be cut off when its process ends.',
    },
    concurrency: { supported: true, note: 'Trigger.dev counts over all processes.' },
    'concurrency.perTenant': {
      supported: true,
      note: 'Trigger.dev counts over all processes. Cannot be combined with `concurrency.limit`.',
    },
    cron: {
      supported: true,
      note:
        'Trigger.dev sends the ticks. A run starts up to 2 s after its tick. A server may spread ticks over the minute ' +
        "after their time, so a tick counts as missed after 75 s, by the server's clock.",
    },
    'cron.tenants': { supported: true },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": {
      supported: true,
      note: 'Applies to a tick that reaches the app late, not to ticks missed while Trigger.dev itself was down.',
    },
    'status.startedAt': { supported: true },
    'status.nextAttemptAt': { supported: true, note: 'Absent if the engine retries because the process died.' },
    workflows: {
      supported: true,
      note:
        "A run's metadata stores the records of its steps, up to 188 KiB. A waiting run keeps its process in development; " +
        'where tasks are deployed, Trigger.dev suspends it. In a project with a workflow, each job sends one more request, ' +
        'which looks for workflows that wait for its event. `step.runJob` notices a job that was cancelled before it ' +
        'began, or whose process was killed, after 10 s or a quarter of the time waited, at most an hour. Compensation ' +
        'stops if the process of the run dies in each of the three extra attempts after its last one.',
    },
    'workflows: a race of a step and a wait': {
      supported: true,
      note:
        'While a step runs, the results of concurrent waits are read every second. After half a minute, the interval grows, ' +
        'up to 30 s.',
    },
    'workflows: retryJob goes on from the failed step': { supported: true },
    'workflows: compensateOnCancel': {
      supported: false,
      note: 'Trigger.dev ends the process of a cancelled run.',
      instead:
        'Let the workflow end itself: race its steps with a `step.waitForEvent` for your own cancel event, and throw when ' +
        'it arrives. The completed steps are then compensated.',
    },
    'status.steps': { supported: true },
    'jobs survive a restart': {
      supported: true,
      note:
        'A run whose process was killed by SIGKILL, for example for lack of memory, is not retried. It shows as failed, ' +
        'you can retry the job, and `onFailure` is not called. `onFailure` is also not called if the runs of a job could ' +
        'not be started in six attempts, or if the process of a run died for the twelfth time.',
    },
    'several processes': { supported: true },
  },
  // A retry delay below 30 s passes in the run's process. From 30 s on, the run returns to its queue.
  minRetryDelayMs: 0,
  retryToleranceMs: 2000,
  // The server stops at 250 attempts. One is reserved to end a run whose process died in its last attempt. The server also
  // ends a run that returns to its queue for the twelfth time, so definitions that could do that are rejected.
  maxAttemptsLimit: 249,
  maxPayloadBytes: portablePayloadBytes,
  // From 128 KiB on, an output goes through an object store, which a self-hosted server may lack.
  maxOutputBytes: 120 * 1024,
  // The number of steps that fit into the metadata if each has a short result.
  maxSteps: 1000,
  maxStepOutputBytes: 64 * 1024,
  // A token's result arrives within 300 ms. Reads during a running step may take longer.
  waitToleranceMs: 3000,
  maxDelayMs: maxDurationMs,
  abortToleranceMs: 6000,
  daylightSaving:
    "Trigger.dev's own rule. A local time that the change skips runs later by the size of the change, in the new time. A " +
    'local time that occurs twice runs at the first occurrence.',
}
