import type { Feature } from '../provider/capabilities.ts'

const known: Record<Feature, true> = {
  delay: true,
  idempotencyKey: true,
  'maxAttempts of a send, lowered': true,
  'maxAttempts of a send, raised': true,
  'cancelJob of a job that waits': true,
  'cancelJob of a running job': true,
  retryJob: true,
  listJobs: true,
  timeout: true,
  concurrency: true,
  'concurrency.perTenant': true,
  cron: true,
  'cron.tenants': true,
  "cron.overlap: 'skip'": true,
  "cron.overlap: 'allow'": true,
  "cron.catchUp: 'latest'": true,
  'status.startedAt': true,
  'status.nextAttemptAt': true,
  'jobs survive a restart': true,
  'several processes': true,
}

/** Every feature that capabilities tell of. The compiler sees to it that none is missing. */
export const allFeatures: readonly Feature[] = Object.keys(known) as Feature[]
