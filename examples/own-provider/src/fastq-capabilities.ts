import type { Capabilities } from '@cgk-platform/jobs-core'
import type { FeatureSupport } from '@cgk-platform/jobs-core/provider'

const inMemory = 'fastq keeps its tasks in memory, and they end with the process.'
const noSchedules = 'fastq has no schedules.'
const noRecords = 'fastq keeps no records of steps.'
const yes: FeatureSupport = { supported: true }
const no = (note: string, instead: string): FeatureSupport => ({ supported: false, note, instead })
const noCron = no(noSchedules, 'Send the event from a scheduler of your own.')
const noWorkflows = no(noRecords, 'Let each job send the event of the next one.')

/** What the provider over fastq can do. */
export const fastqCapabilities: Capabilities = {
  features: {
    delay: yes,
    idempotencyKey: yes,
    'maxAttempts of a send, lowered': yes,
    'maxAttempts of a send, raised': yes,
    'cancelJob of a waiting job': yes,
    'cancelJob of a running job': yes,
    retryJob: yes,
    listJobs: no('fastq has no list of what it did.', 'Keep the ids of the jobs that you want to look at.'),
    timeout: yes,
    concurrency: { supported: true, note: 'Counted in this process.' },
    'concurrency.perTenant': no('A queue of fastq has one limit.', 'Limit the definition as a whole.'),
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
    'status.steps': noWorkflows,
    'jobs survive a restart': no(inMemory, 'Send again after a restart, with an idempotency key.'),
    'multiple processes': no(inMemory, 'Run the jobs in the process that sends them.'),
  },
  minRetryDelayMs: 0,
  retryToleranceMs: 50,
  maxAttemptsLimit: 1000,
  maxPayloadBytes: 16 * 1024 * 1024,
  maxDelayMs: 365 * 86_400_000,
  abortToleranceMs: 0,
  daylightSaving: 'There are no schedules.',
}
