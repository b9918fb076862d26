import type { Capabilities } from '@cgk-platform/jobs-core'
import { maxDurationMs } from '@cgk-platform/jobs-core/provider'

/** The capabilities of Inngest, measured on its open-source server. The notes name limits that depend on the plan. */
export const inngestCapabilities: Capabilities = {
  features: {
    delay: { supported: true },
    idempotencyKey: {
      supported: true,
      note:
        'Needs the signing key. Use the same TTL in all sends of a key: another TTL counts as another key. Sends from ' +
        'several processes within the same second can create two jobs if a TTL interval, counted from 1970, ends in that ' +
        'second. A send within a second of the first, from another process, can return `deduplicated: false`.',
    },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': {
      supported: false,
      note: "Inngest stores the maximum with the function. A send from a process without the definition is limited to the definition's maximum.",
      instead: 'Set the highest maximum in the definition, and lower it in sends.',
    },
    'cancelJob of a job that waits': { supported: true, note: 'Takes 60 to 500 ms.' },
    'cancelJob of a running job': {
      supported: true,
      note: 'The process that runs the job checks every 500 ms for cancelled runs.',
    },
    retryJob: {
      supported: true,
      note: 'Two processes that retry a job at the same moment can create two runs. Your plan determines how long Inngest stores runs.',
    },
    listJobs: {
      supported: true,
      note: 'Inngest filters by event only. This library filters by tenant and state, so a page can have fewer jobs than requested and still a cursor. A job with an idempotency key is listed at the start of its TTL interval.',
    },
    timeout: {
      supported: true,
      note: "Enforced by this library in the process that runs the job. Inngest's own timeout would end the job as cancelled.",
    },
    concurrency: { supported: true, note: 'Enforced by Inngest across all processes.' },
    'concurrency.perTenant': {
      supported: true,
      note: 'Enforced by Inngest across all processes. Waiting runs start in no particular order.',
    },
    cron: {
      supported: true,
      note: 'Inngest creates ticks even while no process is running. A run starts up to 2 s after its tick.',
    },
    'cron.tenants': { supported: true },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": {
      supported: true,
      note: 'Covers ticks that reach the app late. Ticks during an outage of Inngest itself are lost.',
    },
    'status.startedAt': { supported: true },
    'status.nextAttemptAt': { supported: true, note: 'Absent when the engine retries after a crash of the process.' },
    workflows: {
      supported: true,
      note:
        "Uses Inngest's own steps. A wait cannot match a string with a backslash, a control character or both kinds of quotation " +
        'marks, and lasts at most a year. Parallel to a wait, and after one, each step takes one or two more requests. A delayed ' +
        'event ends a wait when it is sent, not when it is due.',
    },
    'workflows: a race of a step and a wait': {
      supported: true,
      note: 'The losing step runs to its end. If the code awaits something other than a step after a race, the run can continue only after the losers have ended.',
    },
    'workflows: retryJob goes on from the failed step': {
      supported: true,
      note: 'Reads the trace of the failed run. Your plan determines how long Inngest stores it.',
    },
    'workflows: compensateOnCancel': {
      supported: false,
      note: 'A cancelled run cannot execute steps.',
      instead: 'Send an event that requests the stop, await it in the workflow, and throw when it arrives.',
    },
    'status.steps': { supported: true, note: "Read from the run's trace, with one additional request for a workflow." },
    'jobs survive a restart': { supported: true },
    'several processes': { supported: true },
  },
  // Inngest is exact for a date at least one second ahead on arrival. The additional 250 ms allow for the request.
  minRetryDelayMs: 1250,
  maxRetryDelayMs: 86_400_000,
  retryToleranceMs: 1000,
  maxAttemptsLimit: 21,
  maxPayloadBytes: 3 * 1024 * 1024 - 4096,
  // Above about 4 MB, Inngest treats a successful attempt as failed and retries it.
  maxOutputBytes: 3 * 1024 * 1024,
  maxSteps: 1000,
  waitToleranceMs: 2000,
  maxDelayMs: maxDurationMs,
  abortToleranceMs: 1500,
  daylightSaving:
    "Inngest's rule: a local time that does not exist on a day is skipped, and one that occurs twice runs twice.",
}
