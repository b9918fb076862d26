import type { Capabilities } from '@cgk-platform/jobs-core'
import { portablePayloadBytes } from '@cgk-platform/jobs-core/hosted'
import { maxDurationMs } from '@cgk-platform/jobs-core/provider'

/**
 * The capabilities of Trigger.dev, measured on its open-source server. Notes say where the cloud may differ by plan.
 */
export const triggerCapabilities: Capabilities = {
  features: {
    delay: {
      supported: true,
      note: "A delayed job starts about 0.2 to 1.2 s late, by Trigger.dev's clock. Whether a date is in the past depends on the clock of your process, as does `createdAt`.",
    },
    idempotencyKey: {
      supported: true,
      note: "Replays, and jobs from the dashboard or Trigger.dev's SDK, have no key. If a job fails because its runs could not be started, you can use its key again.",
    },
    transaction: {
      supported: false,
      note: 'Trigger.dev cannot take part in a transaction of your database.',
      instead: 'Send after the commit, with an `idempotencyKey`.',
    },
    'transaction of a handler': {
      supported: false,
      note: 'Trigger.dev stores that a run has completed, not your database.',
      instead: 'Make the handler idempotent, or use the PostgreSQL engine.',
    },
    reference: {
      supported: true,
      note: 'A new job is found about one second after its send. Each reference is a tag of the run, which has at most ten; this library uses up to five others.',
    },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': { supported: true },
    'cancelJob of a waiting job': {
      supported: true,
      note: 'Waits at most 30 s until the worker has ended all runs of the job. Jobs that a handler sent continue.',
    },
    'cancelJob of a running job': {
      supported: true,
      note: 'Aborts the signal after about 70 ms, or up to 5 s if the worker misses the notice. A cancel around the start of the attempt is noticed 200 ms after its start, or not at all if Trigger.dev does not answer then. Trigger.dev may end the process while the handler works. If the handler ends first, `cancelJob` may return `completed`. If the metadata of the run (256 KiB) has no room to record the cancel, the run becomes `failed`, and `retryJob` would run it again.',
    },
    retryJob: { supported: true, note: 'Adds runs to the same job. Your plan limits how long runs are stored.' },
    listJobs: {
      supported: true,
      note: 'About one second behind. States are filtered after reading up to 20 pages, so a page can have fewer jobs than `limit`: continue while there is a `cursor`.',
    },
    timeout: { supported: true, note: 'Enforced by this library, in the process that runs the job.' },
    runTimeout: {
      supported: true,
      note: 'Enforced by this library. A waiting workflow ends up to 3 s late.',
    },
    concurrency: {
      supported: true,
      note: 'Counted over all processes. With a limit of any kind, each job uses two runs of Trigger.dev. Each environment also has its own limit.',
    },
    'concurrency.perTenant': {
      supported: true,
      note: 'Counted over all processes. Not together with another limit. Trigger.dev only checks the 30 tenants that have waited longest, or three for each free place of the environment: if all of them are at their limit, others wait.',
    },
    priority: { supported: true, note: 'Moves a run ahead of runs of the same definition, whatever their tenant.' },
    'priority below 0': {
      supported: false,
      note: 'Trigger.dev would delay the run by that time, even if no other run waits.',
      instead: 'Give the other runs a higher priority.',
    },
    'concurrency.key': {
      supported: true,
      note: 'Counted over all processes. Values are checked like the tenants of `concurrency.perTenant`.',
    },
    // Servers before 4.7.0 ignore the SDK's `concurrency: { perKey, total }` without an error.
    'concurrency: several limits': {
      supported: false,
      note: 'A queue of Trigger.dev counts all runs, the runs of each tenant, or those of each value.',
      instead: 'Set only one of them.',
    },
    throttle: {
      supported: false,
      note: 'Trigger.dev limits how many runs execute at once, not how many start in a period.',
      instead: 'Limit the runs with `concurrency`, and throw a `RetryAfterError` if the other side refuses a request.',
    },
    maxWaiting: {
      supported: false,
      note: 'Trigger.dev does not count the waiting jobs of a tenant. Your plan limits the waiting runs of an environment.',
      instead: 'Count sends before you make them, for example in your database.',
    },
    debounce: {
      supported: false,
      note: "Trigger.dev's own debounce returns the run of an earlier send, so a send would have no job of its own.",
      instead:
        'Send with an `idempotencyKey` and a `delay`: the first send of a period runs. Let its handler read the newest data.',
    },
    batches: {
      supported: false,
      note: 'Trigger.dev starts a run for each event.',
      instead: 'Define a job for single events, and limit its runs with `concurrency`.',
    },
    'pauseJobs of a definition': {
      supported: true,
      note: 'Pauses the queue of the definition. If it is the only definition of its event, without `concurrency` and `priority`, it also pauses the queue of the event: then workflows that wait for this event receive it after the pause, or when their wait times out. Do not add or remove a definition of the event during the pause. A run that waits in its process, for a retry of under 30 s or as a workflow, keeps its slot and resumes up to two minutes late. A run that a worker has already taken still starts.',
    },
    'pauseJobs by a sender': {
      supported: false,
      note: 'Which queues Trigger.dev has to pause depends on the definitions of the event.',
      instead: 'Pause in a process that defines the jobs.',
    },
    'pauseJobs of a tenant': {
      supported: false,
      note: 'Trigger.dev pauses queues, which tenants share.',
      instead: 'Pause the definitions, or send the jobs of the tenant with a `delay`.',
    },
    'fair tenants': {
      supported: false,
      note: 'Runs start about in the order of their sends, so a burst of one tenant delays others.',
      instead: 'Set `concurrency: { perTenant }`: a tenant at its limit does not delay others.',
    },
    cron: {
      supported: true,
      note: 'Ticks without your processes; in development only while the worker runs. A run starts about 1 to 6 s after its tick, but a server may spread ticks over a minute. A tick that is more than 75 s late counts as missed. A schedule that restricts the weekday and whose day-of-month field matches 29 or 30 different days (`0 9 1-30 * MON`) is refused.',
    },
    'cron.tenants': {
      supported: true,
      note: "If sending the jobs of a tick fails, it is retried for 14 s, with `catchUp: 'latest'` for 20 minutes.",
    },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": { supported: true, note: 'Ticks during an outage of the engine are lost.' },
    'status.startedAt': {
      supported: true,
      note: 'A handler that blocks its process as soon as it starts is seen 2 to 3 s later by a process with exactly one definition of the event. Others see the job as `queued`.',
    },
    'status.nextAttemptAt': { supported: true, note: 'Absent when the engine retries after a crash of the process.' },
    workflows: {
      supported: true,
      note: 'A workflow is one run, or one more after each `step.restart`, with the newest deployment. Its step records are in the metadata of the run, under `workflow`: at most 188 KiB, or the run fails with `StepRecordsTooLargeError`. In a deployed worker, waits of more than 5 s release the process. A wait that times out ends 1.5 to 4 s late, because it first looks for events that have not started. A cancelled event does not count, nor one whose `delay` ends after the wait. A wait with `since` that finds no earlier event begins 1.5 s later; it reads up to 1,000 events of its name and tenant, and your plan limits how long they are stored. Keep the clocks of senders and workers in sync: their times decide whether an event was sent during a wait. `step.runJob` checks whether its job was killed or cancelled after 10 s, then after a quarter of the time waited, at most an hour. After a crash, the next attempt continues from the records; after SIGKILL, `retryJob` does. If the process dies in the last attempt and in three attempts to compensate, the remaining steps are not compensated.',
    },
    'workflows: race between a step and a wait': {
      supported: true,
      note: 'While a step runs, parallel waits are checked every 1 to 30 s. Code beside a wait may await something that is not a step, such as a `fetch`, for up to a minute. After that, it continues only when the wait ends: put such work into a step.',
    },
    'workflows: retryJob resumes at the failed step': {
      supported: true,
      note: 'The run of `retryJob` begins on the current version, and stays on it: before the call, deploy the code that the failed run began with, for example in `previous`. Otherwise it waits until `parkTimeout`.',
    },
    'workflows: compensateOnCancel': {
      supported: false,
      note: 'Trigger.dev ends the process of a cancelled run.',
      instead:
        'Let the workflow end itself: race its steps with a `step.waitForEvent` for your own cancel event, and throw when ' +
        'it arrives. The completed steps are then compensated.',
    },
    'workflows: events only for waits': { supported: true },
    'workflows: a delayed event ends a wait when due': { supported: true },
    'workflows: open runs continue with new code': {
      supported: false,
      note: 'A run ends on the deployed version on which it began, so a deploy changes no code of it.',
      instead: 'Only the run of `retryJob` begins on the current version.',
    },
    'status.steps': { supported: true },
    'inspect.getJob': {
      supported: true,
      note: 'If a job has several runs, their outputs and stacks over 4 KiB are only in `getJobStatus`.',
    },
    'inspect.getJob: attempts': {
      supported: true,
      note: 'The run keeps as many of the newest as fit into 2 KiB, with short errors and without stacks.',
    },
    'inspect.getJob: payload': { supported: true },
    'inspect.listJobs': {
      supported: true,
      note: 'About one second behind. A page has at most 100 jobs and can have fewer than `limit`: continue while there is a `cursor`. Jobs that you start in the dashboard are not found. The errors of runs that Trigger.dev ended are only in `getJob`.',
    },
    'inspect.listJobs by definition': {
      supported: true,
      note: 'Finds a job once a run of the definition has started. Only jobs of the present event of the definition, if this process defines it.',
    },
    'inspect.listJobs by state': {
      supported: true,
      note: 'Trigger.dev finds scheduled and expired jobs. Others are filtered after they were read, so a page can be short or empty.',
    },
    'inspect.listJobs by time': { supported: true },
    'inspect.listJobs by end': {
      supported: true,
      note: 'Filtered after they were read, so a page can be short or empty.',
    },
    'inspect.listJobs by error': {
      supported: false,
      note: 'Trigger.dev does not search errors, and its lists lack the errors of runs that it ended itself.',
      instead: "List the failed jobs with `states: ['failed']`, and search their errors.",
    },
    'inspect.listJobs by payload': {
      supported: false,
      note: 'Trigger.dev does not search payloads.',
      instead: 'Send a `reference`.',
    },
    'inspect.listJobs, oldest first': {
      supported: false,
      note: 'Trigger.dev lists runs newest first.',
      instead: 'Narrow the time range with `since` and `until`.',
    },
    'inspect.countJobs: exact': {
      supported: false,
      note: "Trigger.dev's API does not count runs, so only the newest jobs are counted.",
      instead: 'Narrow the time range with `since` and `until`.',
    },
    'waiting: limits': {
      supported: false,
      note: 'Trigger.dev tells that a run is queued, not which limit it waits for.',
      instead: "See the queues in Trigger.dev's dashboard.",
    },
    'inspect.listWorkers': {
      supported: false,
      note: "Trigger.dev's API does not list workers.",
      instead: 'Call `healthCheck()`, which reports tasks that no worker takes.',
    },
    'inspect.subscribe: push': {
      supported: false,
      note: 'Trigger.dev pushes changes only with its realtime service, which a self-hosted server may lack.',
      instead: 'Call `subscribe`, which asks Trigger.dev regularly.',
    },
    'erase: deletes': {
      supported: false,
      note: 'Runs, with payloads, tags, outputs, errors, metadata and logs, stay as long as your plan or server stores them. Idempotency keys stay until their TTL ends.',
      instead: 'Wait until they are deleted there, or send only ids.',
    },
    'inspect.runCronJob': { supported: true, note: 'While its run is open, ticks are not skipped.' },
    'jobs wait for their definition': { supported: true, note: 'Until its task is deployed.' },
    'unhandled: not an awaited event': { supported: true },
    'jobs survive a restart': {
      supported: true,
      note: 'A run fails if its process is killed by SIGKILL, for example by the out-of-memory killer. You can retry it.',
    },
    'multiple processes': { supported: true },
  },
  // A retry delay below 30 s passes in the run's process. From 30 s on, the run returns to its queue.
  minRetryDelayMs: 0,
  retryToleranceMs: 2000,
  // The server stops at 250 attempts. One is reserved to end a run whose process died in its last attempt. The server
  // also ends a run that returns to its queue for the twelfth time, so definitions that could do that are rejected.
  maxAttemptsLimit: 249,
  maxPayloadBytes: portablePayloadBytes,
  // From 128 KiB on, an output goes through an object store, which a self-hosted server may lack.
  maxOutputBytes: 120 * 1024,
  // The number of steps that fit into the metadata if each has a short result.
  maxSteps: 1000,
  maxStepOutputBytes: 64 * 1024,
  // A token's result arrives within 300 ms. Reads during a running step may take longer, and a timeout waits for the list
  // of runs.
  waitToleranceMs: 4000,
  maxDelayMs: maxDurationMs,
  abortToleranceMs: 6000,
  daylightSaving:
    "Trigger.dev's own rule. A local time that the change skips runs later by the size of the change, in the new time. A " +
    'local time that occurs twice runs at the first occurrence.',
}
