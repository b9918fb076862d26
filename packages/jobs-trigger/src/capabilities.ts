import type { Capabilities } from '@cgk-platform/jobs-core'
import { maxDurationMs, portablePayloadBytes } from '@cgk-platform/jobs-core/provider'

/** What Trigger.dev can do. Measured on its open-source server; where the cloud may differ by plan, the notes say so. */
export const triggerCapabilities: Capabilities = {
  features: {
    delay: { supported: true, note: 'A delayed job starts up to 500 ms late.' },
    idempotencyKey: {
      supported: true,
      note: 'Counted in whole seconds, rounded up. A job whose host could not even make its runs frees its key.',
    },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': { supported: true },
    'cancelJob of a job that waits': { supported: true },
    'cancelJob of a running job': {
      supported: true,
      note: 'The signal aborts after some 70 ms; after up to 5 s where the process has no socket to the server.',
    },
    retryJob: { supported: true, note: 'The engine keeps runs for as long as your plan says.' },
    listJobs: {
      supported: true,
      note:
        'Comes from an index that lags behind by a second or so. States are picked out here, so a page may have fewer ' +
        'jobs than asked for and still a cursor. Jobs that somebody triggered without this library are not in it.',
    },
    timeout: {
      supported: true,
      note:
        "Ours, in the process that runs the job; Trigger.dev's own would end it without a retry and without `onFailure`. " +
        'A handler that takes no notice of it may be cut off when its process ends.',
    },
    concurrency: { supported: true, note: 'Counted by Trigger.dev over all processes.' },
    'concurrency.perTenant': {
      supported: true,
      note: 'Counted by Trigger.dev over all processes. Not together with `concurrency.limit`.',
    },
    cron: {
      supported: true,
      note:
        'Ticks come from Trigger.dev; a run starts up to 2 s after its tick. A server may be set to spread ticks over the ' +
        "minute after their time, so one counts as missed from 75 s on, by the server's clock.",
    },
    'cron.tenants': { supported: true },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": {
      supported: true,
      note: 'For a tick that reaches the app late. Ticks while Trigger.dev itself was down are not made up for.',
    },
    'status.startedAt': { supported: true },
    'status.nextAttemptAt': { supported: true, note: 'Absent where the engine retries because the process had died.' },
    workflows: {
      supported: true,
      note:
        "The records of a run's steps are in its metadata, which has room for 188 KiB of them. While a run waits it has " +
        'its process in development, and is put aside by Trigger.dev where tasks are deployed. In projects that have a ' +
        'workflow each job asks once more whether one waits for its event. That a job which `step.runJob` waits for was ' +
        'cancelled before it began, or that its process was killed, is noticed after 10 s, or a quarter of the time ' +
        'waited, at most an hour. Where the process of a run died in each of three attempts to compensate it, after its last ' +
        'one, what is not compensated by then is left.',
    },
    'workflows: a race of a step and a wait': {
      supported: true,
      note:
        'While a step is under way the answers of waits beside it are read every second, and of a step of more than ' +
        'half a minute less often: every 30 s at most.',
    },
    'workflows: retryJob goes on from the failed step': { supported: true },
    'workflows: compensateOnCancel': {
      supported: false,
      note: 'Trigger.dev ends the process of a run that is cancelled.',
      instead:
        'Let the workflow end itself: race its steps with `step.waitForEvent` for an event of your own that asks for its ' +
        'end, and throw; what was done is compensated then.',
    },
    'status.steps': { supported: true },
    'jobs survive a restart': {
      supported: true,
      note:
        'A run whose process was killed by SIGKILL, as for want of memory, is not made again: it shows as failed and ' +
        'can be retried, and `onFailure` is not called. Nor is it where the runs of a job could not be made in six ' +
        'attempts, or where the process of a run died for the twelfth time.',
    },
    'several processes': { supported: true },
  },
  // Under 30 seconds a run waits for its next attempt in its place, and gives it up from there on.
  minRetryDelayMs: 0,
  retryToleranceMs: 2000,
  // The server stops at 250, and one is kept for ending a run whose last attempt took the process along. It also ends a
  // run that goes back into its queue for the twelfth time, which a definition that would is refused for.
  maxAttemptsLimit: 249,
  maxPayloadBytes: portablePayloadBytes,
  // From 128 KiB on it would go through an object store, which a server of your own may lack.
  maxOutputBytes: 120 * 1024,
  // As many as its metadata has room for, with a word or two for a result.
  maxSteps: 1000,
  maxStepOutputBytes: 64 * 1024,
  // Answers of tokens come within 300 ms; it is the look beside a step under way that may take longer.
  waitToleranceMs: 3000,
  maxDelayMs: maxDurationMs,
  abortToleranceMs: 6000,
  daylightSaving:
    "Trigger.dev's own: a local time that does not exist that day runs as much later, at the new time; one that " +
    'occurs twice runs at the first.',
}
