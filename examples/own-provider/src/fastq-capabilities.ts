import type { Capabilities } from '@cgk-platform/jobs-core'
import type { FeatureSupport } from '@cgk-platform/jobs-core/provider'

const inMemory = 'fastq stores tasks in memory. They are lost when the process exits.'
const noSchedules = 'fastq has no schedules.'
const noRecords = 'fastq does not record steps.'
const yes: FeatureSupport = { supported: true }
const no = (note: string, instead: string): FeatureSupport => ({ supported: false, note, instead })
const noCron = no(noSchedules, 'Send the event from your own scheduler.')
const noPriority = no('A fastq queue is first in, first out.', 'Give urgent jobs their own definition.')
const noWorkflows = no(noRecords, 'Send the event of the next job at the end of each job.')

const noInspection = no('This provider has no `inspection`.', 'Call `getJobStatus` with the id of a job.')

/** The capabilities of the fastq provider. */
export const fastqCapabilities: Capabilities = {
  features: {
    delay: yes,
    idempotencyKey: yes,
    reference: no('fastq does not list jobs.', 'Store the ids of your jobs under your own reference.'),
    'maxAttempts of a send, lowered': yes,
    'maxAttempts of a send, raised': yes,
    'cancelJob of a waiting job': yes,
    'cancelJob of a running job': yes,
    retryJob: yes,
    listJobs: no('fastq does not list jobs.', 'Store the ids of your jobs, and call `getJobStatus`.'),
    timeout: yes,
    runTimeout: { supported: true, note: 'A run that waits in its queue fails when it leaves it.' },
    concurrency: { supported: true, note: 'The limit applies to each process.' },
    'concurrency.perTenant': no('A fastq queue has one limit for all tenants.', 'Set `concurrency.limit`.'),
    priority: noPriority,
    'priority below 0': noPriority,
    'concurrency.key': no('A fastq queue has one limit for all runs.', 'Set `concurrency.limit`.'),
    'concurrency: several limits': no('A fastq queue has one limit for all runs.', 'Set `concurrency.limit`.'),
    throttle: no('A fastq queue starts a run as soon as it has a slot.', 'Set `concurrency.limit`.'),
    debounce: no('A fastq queue starts a run as soon as it has a slot.', 'Use another engine.'),
    batches: no('A fastq queue runs single tasks.', 'Define a job for single events.'),
    'pauseJobs of a definition': no('This provider cannot pause a definition.', 'Set `enabled: false` in it.'),
    'pauseJobs of a tenant': no('This provider cannot pause a tenant.', 'Send its jobs later.'),
    'pauseJobs by a sender': no('This provider cannot pause a definition.', 'Set `enabled: false` in it.'),
    'fair tenants': no('Runs start in the order of their sends.', 'Use another engine.'),
    cron: noCron,
    'cron.tenants': noCron,
    "cron.overlap: 'skip'": noCron,
    "cron.overlap: 'allow'": noCron,
    "cron.catchUp: 'latest'": noCron,
    'status.startedAt': yes,
    'status.nextAttemptAt': yes,
    workflows: noWorkflows,
    'workflows: race between a step and a wait': noWorkflows,
    'workflows: retryJob resumes at the failed step': noWorkflows,
    'workflows: compensateOnCancel': noWorkflows,
    'workflows: events only for waits': noWorkflows,
    'status.steps': noWorkflows,
    'inspect.getJob': noInspection,
    'inspect.getJob: attempts': noInspection,
    'inspect.getJob: payload': noInspection,
    'inspect.listJobs': noInspection,
    'inspect.listJobs by definition': noInspection,
    'inspect.listJobs by state': noInspection,
    'inspect.listJobs by time': noInspection,
    'inspect.listJobs by end': noInspection,
    'inspect.listJobs by error': noInspection,
    'inspect.listJobs, oldest first': noInspection,
    'inspect.countJobs: exact': noInspection,
    'inspect.listWorkers': noInspection,
    'inspect.subscribe: push': noInspection,
    'inspect.runCronJob': noInspection,
    'jobs survive a restart': no(inMemory, 'Send the jobs again after a restart, with idempotency keys.'),
    'multiple processes': no(inMemory, 'Run the jobs in the process that sends them.'),
  },
  minRetryDelayMs: 0,
  retryToleranceMs: 50,
  maxAttemptsLimit: 1000,
  maxPayloadBytes: 16 * 1024 * 1024,
  maxDelayMs: 365 * 86_400_000,
  abortToleranceMs: 0,
  daylightSaving: 'fastq has no schedules.',
}
