import type { Capabilities } from '@cgk-platform/jobs-core'
import { maxDurationMs } from '@cgk-platform/jobs-core/provider'

/** What Inngest can do. Measured on its open-source server; where the cloud may differ by plan, the notes say so. */
export const inngestCapabilities: Capabilities = {
  features: {
    delay: { supported: true },
    idempotencyKey: {
      supported: true,
      note:
        'Needs the signing key. A key counts together with its TTL: sends of one key should name the same. Sends from ' +
        'several processes within a second at the turn of a TTL, counted from 1970, may make two jobs; and one within a ' +
        "second of another process's may be told as the first.",
    },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': {
      supported: false,
      note: 'The number of attempts is registered with each function; a send from a process without the definition counts as lowered to it.',
      instead: 'Give the definition the most attempts that any send needs, and lower it where a send needs fewer.',
    },
    'cancelJob of a job that waits': { supported: true, note: 'Takes 60 to 500 ms.' },
    'cancelJob of a running job': {
      supported: true,
      note: 'The process that runs it asks every 500 ms whether one of its runs was cancelled.',
    },
    retryJob: {
      supported: true,
      note: 'Two processes that ask within the same moment may make two runs. The engine keeps runs for as long as your plan says.',
    },
    listJobs: {
      supported: true,
      note: "Inngest lists by event alone; tenants and states are picked out here, so a page may have fewer jobs than asked for and still a cursor. Jobs with an idempotency key stand at the begin of their TTL's turn.",
    },
    timeout: {
      supported: true,
      note: "Ours, in the process that runs the job; Inngest's own would end it as cancelled.",
    },
    concurrency: { supported: true, note: 'Counted by Inngest over all processes.' },
    'concurrency.perTenant': {
      supported: true,
      note: 'Counted by Inngest over all processes; no order among those that wait.',
    },
    cron: {
      supported: true,
      note: 'Ticks come from Inngest, also while no process lives; a run starts up to 2 s after its tick.',
    },
    'cron.tenants': { supported: true },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": {
      supported: true,
      note: 'For a tick that reaches the app late. Ticks while Inngest itself was down are not made up for.',
    },
    'status.startedAt': { supported: true },
    'status.nextAttemptAt': { supported: true, note: 'Absent where the engine retries because the process had died.' },
    workflows: {
      supported: true,
      note:
        "Steps are Inngest's own. A wait cannot match a text with a backslash, a control character or both quotation marks, and " +
        'lasts a year at most. Beside a wait, and after one, each step takes a request or two more. An event that is sent with ' +
        'a delay answers a wait when it is sent, and not when it comes due.',
    },
    'workflows: a race of a step and a wait': {
      supported: true,
      note: 'A step that loses runs to its end. Where the code awaits something else after a race, the run may go on only when the losers have ended.',
    },
    'workflows: retryJob goes on from the failed step': {
      supported: true,
      note: 'The trace of the failed run is read, which the engine keeps for as long as your plan says.',
    },
    'workflows: compensateOnCancel': {
      supported: false,
      note: 'A cancelled run makes no step.',
      instead: 'Let the workflow wait for an event of yours that asks it to stop, and throw when it comes.',
    },
    'status.steps': { supported: true, note: 'Read from the trace of the run, in one more request for a workflow.' },
    'jobs survive a restart': { supported: true },
    'several processes': { supported: true },
  },
  // Inngest keeps a date exactly that is a second ahead when it arrives; what is added is for the way there.
  minRetryDelayMs: 1250,
  maxRetryDelayMs: 86_400_000,
  retryToleranceMs: 1000,
  maxAttemptsLimit: 21,
  maxPayloadBytes: 3 * 1024 * 1024 - 4096,
  // Over some 4 MB Inngest calls an attempt that succeeded a failed one, and makes it again.
  maxOutputBytes: 3 * 1024 * 1024,
  maxSteps: 1000,
  waitToleranceMs: 2000,
  maxDelayMs: maxDurationMs,
  abortToleranceMs: 1500,
  daylightSaving:
    "Inngest's own: a local time that does not exist that day is skipped, one that occurs twice runs twice.",
}
