import type { Capabilities } from '@cgk-platform/jobs-core'
import { maxDurationMs, portablePayloadBytes } from '@cgk-platform/jobs-core/provider'

/**
 * The capabilities of Trigger.dev, measured on its open-source server. Notes say where the cloud may differ by plan.
 */
export const triggerCapabilities: Capabilities = {
  features: {
    delay: { supported: true, note: 'A delayed job starts about 0.2 to 1.2 s late.' },
    idempotencyKey: { supported: true, note: 'The TTL is rounded up to seconds.' },
    reference: {
      supported: true,
      note: 'A new job is found about one second after its send. Each reference is a tag of the run, which has ten.',
    },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': { supported: true },
    'cancelJob of a waiting job': { supported: true },
    'cancelJob of a running job': {
      supported: true,
      note: 'Aborts the signal after about 70 ms, or up to 5 s if the worker misses the notice. A cancel before the attempt has started is noticed 200 ms after its start.',
    },
    retryJob: { supported: true, note: 'Your plan limits how long runs are stored.' },
    listJobs: {
      supported: true,
      note: 'About one second behind. A page can have fewer jobs than `limit`: continue while there is a `cursor`.',
    },
    timeout: { supported: true, note: 'Enforced by this library, in the process that runs the job.' },
    runTimeout: {
      supported: true,
      note: 'Enforced by this library. A run that waits for a slot fails when it gets one, and a waiting workflow ends up to 3 s late.',
    },
    concurrency: {
      supported: true,
      note: 'Counted over all processes. Without `perTenant`, tenants do not take turns.',
    },
    'concurrency.perTenant': {
      supported: true,
      note: 'Counted over all processes. Not together with another limit. If 30 tenants are at their limit, others wait.',
    },
    priority: { supported: true, note: 'Moves a run ahead of runs of the same definition, whatever their tenant.' },
    'priority below 0': {
      supported: false,
      note: 'Trigger.dev would delay the run by that time, even if no other run waits.',
      instead: 'Give the other runs a higher priority.',
    },
    'concurrency.key': {
      supported: true,
      note: 'Counted over all processes. If 30 values are at their limit, others wait.',
    },
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
      note: 'A run that waits in its process, for a retry or as a workflow, resumes up to two minutes late.',
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
      note: 'A run starts about 1 to 6 s after its tick. A tick that is more than 75 s late counts as missed.',
    },
    'cron.tenants': { supported: true },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": { supported: true, note: 'Ticks during an outage of the engine are lost.' },
    'status.startedAt': { supported: true },
    'status.nextAttemptAt': { supported: true, note: 'Absent when the engine retries after a crash of the process.' },
    workflows: { supported: true, note: 'The step records of a run can be at most 188 KiB.' },
    'workflows: race between a step and a wait': {
      supported: true,
      note: 'While a step runs, parallel waits are checked every 1 to 30 s.',
    },
    'workflows: retryJob resumes at the failed step': { supported: true },
    'workflows: compensateOnCancel': {
      supported: false,
      note: 'Trigger.dev ends the process of a cancelled run.',
      instead:
        'Let the workflow end itself: race its steps with a `step.waitForEvent` for your own cancel event, and throw when ' +
        'it arrives. The completed steps are then compensated.',
    },
    'workflows: events only for waits': { supported: true },
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
      note: 'About one second behind. A page has at most 100 jobs and can have fewer than `limit`: continue while there is a `cursor`. The errors of runs that Trigger.dev ended are only in `getJob`.',
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
    'inspect.runCronJob': { supported: true, note: 'While its run is open, ticks are not skipped.' },
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
