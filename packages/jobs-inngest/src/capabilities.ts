import type { Capabilities } from '@cgk-platform/jobs-core'
import { maxDurationMs } from '@cgk-platform/jobs-core/provider'

const filteredThere =
  'Filtered and sorted by the runs on the server, and then here by job, so a page can have few jobs, even none, and still a `cursor`. A retried job may be listed by its retry. Jobs without a run come last.'

/** The capabilities of Inngest, measured on its open-source server. The notes name limits that depend on the plan. */
export const inngestCapabilities: Capabilities = {
  features: {
    delay: {
      supported: true,
      note: "Uses your process's clock, corrected if Inngest's responses differ from it by 2 s or more. A smaller difference makes the job early or late, as does any difference in a process that only sends.",
    },
    idempotencyKey: {
      supported: true,
      note: "Needs Inngest's signing key in the sending process, and fails if Inngest cannot be read. The TTL is at most `eventHistory` of `config`, and part of the key: use the same one for every send. TTL periods count from 1970 by the sender's clock (24 h ends at midnight UTC). Within a second of a period's end, two processes can create two jobs. Of two simultaneous sends of two processes, both have `deduplicated: false`. If the first job was lost, a second send starts nothing: call `retryJob`.",
    },
    transaction: {
      supported: false,
      note: 'Inngest cannot take part in a transaction of your database.',
      instead: 'Send after the commit, with an `idempotencyKey`.',
    },
    'transaction of a handler': {
      supported: false,
      note: 'Inngest stores that a run has completed, not your database.',
      instead: 'Make the handler idempotent, or use the PostgreSQL engine.',
    },
    reference: {
      supported: true,
      note: 'A new job is found within a second of its send. `listJobs` and `cancelJobs` read all stored events, or those of `event`.',
    },
    'maxAttempts of a send, lowered': { supported: true },
    'maxAttempts of a send, raised': {
      supported: false,
      note: "Inngest stores the maximum with the function. In a process without the definition, a send with more does not throw, but the definition's maximum applies.",
      instead: 'Set the highest maximum in the definition, and lower it in sends.',
    },
    'cancelJob of a waiting job': {
      supported: true,
      note: 'Takes 60 to 500 ms, on a loaded server seconds. Waits for the runs of a job under 30 s old, because Inngest loses earlier cancels. If a run is still missing, it throws `JobNotVisibleError`: the run may start.',
    },
    'cancelJob of a running job': {
      supported: true,
      note: 'The process checks for cancelled runs, also for those of the dashboard: every 500 ms in the first 20 s of an attempt (on a loaded server up to 5 s), then every twentieth of its age, at most 5 s. An attempt may still start just after `cancelJob` has returned, until the check aborts it. A run that never began may show `attempts: 1`.',
    },
    retryJob: {
      supported: true,
      note: 'Adds runs to the same job. The function `jobs-retry` decides which of several simultaneous calls does. The others wait for these runs, and add their own after 30 s without them. Your plan limits how long runs are stored.',
    },
    listJobs: {
      supported: true,
      note: 'Tenants, references and states are filtered after reading up to 20 pages of 50 events, so a page can have fewer jobs than `limit`: continue while there is a `cursor`. Jobs with an idempotency key are sorted by the start of their TTL period.',
    },
    timeout: { supported: true, note: 'Enforced by this library, in the process that runs the job.' },
    runTimeout: {
      supported: true,
      note: 'Enforced by this library. A waiting workflow ends up to 3 s late. Counts from when Inngest creates the run, if that is later.',
    },
    concurrency: { supported: true, note: 'Counted over all processes.' },
    'concurrency.perTenant': {
      supported: true,
      note: 'Counted over all processes. Waiting runs start in no particular order. A self-hosted server looks at the oldest 300 to 750 waiting runs of a definition: if all of them wait for one tenant, others also wait.',
    },
    priority: {
      supported: true,
      note: 'Moves a run ahead of runs of the same definition, whatever their tenant. Retries keep their time.',
    },
    'priority below 0': {
      supported: false,
      note: 'Inngest would delay the run by that time, even if no other run waits.',
      instead: 'Give the other runs a higher priority.',
    },
    'concurrency.key': {
      supported: true,
      note: 'Counted over all processes. The search through waiting runs is that of `concurrency.perTenant`. After a change of `key`, runs that were already waiting have no such limit. A number is the same key as its text if it has no fraction and is below 2^53.',
    },
    'concurrency: several limits': { supported: true, note: 'At most two.' },
    throttle: {
      supported: true,
      note: 'Counted in whole seconds, so starts within a second cannot be spaced: with several starts in a second, set `burst` to their number. The library refuses a `burst` that Inngest would exceed, and names the possible ones. Runs start up to 1 s late, or with a higher `burst` than necessary up to 1 s early. A retry also counts if its previous attempt started more than five minutes before; steps of a workflow never count. A delayed run takes its place up to 2 s before it is due. Waiting runs start in about their order. After a change of `key`, runs that were already waiting have no throttle.',
    },
    maxWaiting: {
      supported: false,
      note: "Inngest's API does not count waiting jobs, and accepts every event.",
      instead: 'Count sends before you make them, for example in your database.',
    },
    debounce: {
      supported: false,
      note: "Inngest's debounce replaces events without a trace: a replaced job has no end, and a waiting one cannot be cancelled.",
      instead:
        'Send with a `delay`, and with an `idempotencyKey` whose `idempotencyTtl` is as long. In the handler, read the newest data.',
    },
    batches: {
      supported: false,
      note: 'A batch on Inngest is one run: its events share the status, the attempts and a cancel, and delays are ignored.',
      instead: 'Define a job for single events, and limit its runs with `concurrency`.',
    },
    'pauseJobs of a definition': {
      supported: false,
      note: "Inngest's API cannot pause. A function paused in its dashboard skips new events.",
      instead: 'Set `enabled: false` in the definition. Then new jobs have no run of it.',
    },
    'pauseJobs of a tenant': {
      supported: false,
      note: 'Inngest cannot pause a tenant.',
      instead: 'Send the jobs of the tenant with a `delay`.',
    },
    'pauseJobs by a sender': {
      supported: false,
      note: "Inngest's API cannot pause.",
      instead: 'Set `enabled: false` in the definition. Then new jobs have no run of it.',
    },
    'fair tenants': {
      supported: false,
      note: 'Runs of a definition start in about the order of their time, whatever their tenant.',
      instead: "Set `concurrency: { perTenant }`, so that other tenants' runs can pass.",
    },
    cron: {
      supported: true,
      note: 'Ticks even if no process of yours runs. A run starts up to 2 s after its tick. A tick that is more than 15 s late counts as missed.',
    },
    'cron.tenants': { supported: true },
    "cron.overlap: 'skip'": { supported: true },
    "cron.overlap: 'allow'": { supported: true },
    "cron.catchUp: 'latest'": { supported: true, note: 'Ticks during an outage of the engine are lost.' },
    'status.startedAt': { supported: true },
    'status.nextAttemptAt': { supported: true, note: 'Absent when the engine retries after a crash of the process.' },
    workflows: {
      supported: true,
      note: 'A wait lasts at most a year. It cannot match a string with a backslash, a control or invisible character (such as U+200B) or both kinds of quotation marks, nor a number from 2^63 on, nor wait in a tenant with such an id. A wait with `since` looks at the history of events, at first for 2 s, and then between native waits of 5 s, 1 min, 10 min, 1 h, 6 h, 24 h and 7 days: an event that arrives within a second of a look can resolve it at the next one. It reads up to 2,000 events of its name, of all tenants; your plan limits how long they are stored. Two parallel waits with `since` get the same event if both find it in the history. A step has at most 21 attempts; compensations and the fractions of a second of a sleep count as steps. `step.runJob` also checks its job after 30 s, 5 min, 1 h, 6 h and 24 h. A crash between a step and its record runs the step again, with the same `idempotencyKey`. A crash between steps counts as an attempt of the workflow and of the next step: the run fails after one crash more than its `maxAttempts`. If Inngest gives up a run, the function `<id>-failure` compensates it. After `step.restart`, another run of the same event continues the job, and counts in `throttle`. To begin, it reads the earlier ones, and a workflow that awaits the job takes one step more. A run that waits for other code sleeps in native steps, about 210 in seven days. All such waits of a run count together for `parkTimeout`. If Inngest asks for one of several parallel steps, it retries that request instead, at least once a day, and each look uses one of its 21 attempts: in seven days, a step with at most 10 attempts keeps all of them. `step.patched` does not see a wait that has not ended. In a parallel branch, its answer can be wrong if the same deploy removes a step.',
    },
    'workflows: race between a step and a wait': {
      supported: true,
      note: 'The losing step runs to its end. Until then, code that awaits something other than a step does not continue.',
    },
    'workflows: retryJob resumes at the failed step': {
      supported: true,
      note: 'Waits until a run that Inngest gave up is compensated, then starts over, but keeps steps that could not be compensated. Your plan limits how long this is possible.',
    },
    'workflows: compensateOnCancel': {
      supported: false,
      note: 'A cancelled run cannot execute steps.',
      instead: 'Send an event that requests the stop, await it in the workflow, and throw when it arrives.',
    },
    'workflows: events only for waits': {
      supported: false,
      note: 'Every event on Inngest starts the runs of its handlers.',
      instead: 'Move a tenant to or from Inngest when none of its workflows waits for an event.',
    },
    'workflows: a delayed event ends a wait when due': {
      supported: false,
      note: 'Inngest compares an event with the waits when it is sent, and does not report a later cancel of it to them.',
      instead: 'Delay another job, whose handler sends the event.',
    },
    'workflows: open runs continue with new code': {
      supported: true,
      note: 'A run that waits for other code continues at most an hour after a deploy that fits.',
    },
    'status.steps': { supported: true, note: 'Takes one more request. `waitsFor` has no `match`.' },
    'inspect.getJob': {
      supported: true,
      note: 'Like `getJobStatus`, it waits up to 2 s for a new job. Then a job that this client sent in the last five minutes is `queued` or `scheduled`. Another one throws `JobNotVisibleError` if this client sent it, if its id is under five minutes old, or if it can be from the current TTL period of a key of 7 days, of 30 days, or of up to a day. Otherwise it throws `JobNotFoundError`.',
    },
    'inspect.getJob: attempts': {
      supported: true,
      note: 'If several runs of a job took more than one attempt, only the attempts of the newest of them. Attempts of a workflow are those of its code.',
    },
    'inspect.getJob: payload': { supported: true },
    'inspect.listJobs': {
      supported: true,
      note: 'A page has at most 50 jobs. `startedAt` is absent after several attempts, `endedAt` after a cancel. A completed job that was rerun in the dashboard of Inngest may still show as completed.',
    },
    'inspect.listJobs by definition': { supported: true, note: filteredThere },
    'inspect.listJobs by state': { supported: true, note: filteredThere },
    'inspect.listJobs by time': {
      supported: true,
      note: 'Finds jobs that Inngest received within a minute of their send, by the clocks of both.',
    },
    'inspect.listJobs by end': { supported: true, note: `${filteredThere} A list tells no ends of cancelled runs.` },
    'inspect.listJobs by error': { supported: true, note: filteredThere },
    'inspect.listJobs by payload': {
      supported: false,
      note: "Inngest's API does not search payloads.",
      instead: "Send a `reference`, or search in Inngest's dashboard.",
    },
    'inspect.listJobs, oldest first': { supported: true, note: 'Jobs without a run come last.' },
    'inspect.countJobs: exact': {
      supported: false,
      note: "Inngest's API does not count.",
      instead: 'Read the pages of `inspect.listJobs`.',
    },
    'waiting: limits': {
      supported: false,
      note: 'Inngest tells that a run is queued, not which limit, throttle, batch or quiet period it waits for.',
      instead: "See the queue of the function in Inngest's dashboard.",
    },
    'inspect.listWorkers': {
      supported: false,
      note: "Inngest's API does not list workers.",
      instead: "See the apps in Inngest's dashboard.",
    },
    'inspect.subscribe: push': {
      supported: false,
      note: "Inngest's API does not report changes.",
      instead: 'Use `inspect.subscribe`, which reads the list regularly.',
    },
    'inspect.runCronJob': { supported: true },
    'erase: deletes': {
      supported: false,
      note: 'Events and runs, with payloads, outputs, errors and step results, stay as long as your plan or server stores them.',
      instead: 'Wait until they are deleted there, or send only ids.',
    },
    'jobs wait for their definition': {
      supported: false,
      note: 'Inngest starts no run of an event for a function that was synced later.',
      instead: 'Call `retryJob` once the app with the definition is synced.',
    },
    'unhandled: not an awaited event': {
      supported: false,
      note: 'Inngest does not report which events workflows have received.',
      instead: 'Read the status of the workflow.',
    },
    'jobs survive a restart': {
      supported: true,
      note: 'A self-hosted server that stops loses the jobs of its last second, without `--redis-uri` of its last minute. They fail with `JobLostError`; retry them with `retryJob`.',
    },
    'multiple processes': { supported: true },
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
  abortToleranceMs: 6000,
  daylightSaving:
    "Inngest's rule: a local time that does not exist on a day is skipped, and one that occurs twice runs twice.",
}
