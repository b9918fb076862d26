import type { Capabilities } from '@cgk-platform/jobs-core'
import { declareFeatures } from '@cgk-platform/jobs-core/provider'

/** The capabilities of the fastq provider. */
export const fastqCapabilities: Capabilities = {
  features: declareFeatures({
    delay: true,
    idempotencyKey: true,
    'maxAttempts of a send, lowered': true,
    'maxAttempts of a send, raised': true,
    'cancelJob of a waiting job': true,
    'cancelJob of a running job': true,
    retryJob: true,
    listJobs: {
      supported: false,
      note: 'fastq does not list jobs.',
      instead: 'Store the ids of your jobs, and call `getJobStatus`.',
    },
    timeout: true,
    runTimeout: { supported: true, note: 'A run that waits in its queue fails when it leaves it.' },
    concurrency: { supported: true, note: 'The limit applies to each process.' },
    'status.startedAt': true,
    'status.nextAttemptAt': true,
  }),
  minRetryDelayMs: 0,
  retryToleranceMs: 50,
  maxAttemptsLimit: 1000,
  maxPayloadBytes: 16 * 1024 * 1024,
  maxDelayMs: 365 * 86_400_000,
  abortToleranceMs: 0,
  daylightSaving: 'fastq has no schedules.',
}
